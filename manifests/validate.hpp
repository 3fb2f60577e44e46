// What kube-apiserver would refuse is refused, with its own reasons and a place.
//
// A refusal reads as kubectl prints it: `The Deployment "web" is invalid: spec.replicas:
// Invalid value: -1: must be greater than or equal to 0`. kube-apiserver lists every
// problem; here the first is reported, in its order. Compound values are written as JSON,
// as kube-apiserver does since v1.34 (before, as Go: map[string]string{...}).
#pragma once

#include <string>

#include "manifests/ground.hpp"

namespace kcheck::manifests {

// Of objects that passed schema_check.hpp. Each throws Failure.
void validate_deployment(const std::string& file, const Value& object);
void validate_node(const std::string& file, const Value& object);

}  // namespace kcheck::manifests
