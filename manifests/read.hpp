// Manifests from files, as `kubectl apply -f` takes them: YAML and JSON, several documents
// a file, kinds Deployment (apps/v1), Node (v1) and List (v1). Other kinds are left out
// with a warning. Decoding is strict: an unknown field, a duplicate key or a value of a
// wrong type is an error, and so is whatever kube-apiserver would refuse.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "manifests/error.hpp"
#include "manifests/types.hpp"

namespace kcheck::manifests {

struct Manifests {
    /// One per namespace and name, in the order in which they first appear.
    std::vector<Deployment> deployments;
    std::vector<NodeSpec> nodes;
    /// In the order of the input.
    std::vector<Warning> warnings;
};

/// Reads `paths` in order: files, directories (their *.yaml, *.yml, *.json) and "-".
///
/// A Deployment that appears again is applied again: it may change nothing but
/// spec.replicas, since rollouts of a template are not modelled. A Node that appears again
/// is an error.
tl::expected<Manifests, Error> read(const std::vector<std::string>& paths, std::istream& standard_input);

}  // namespace kcheck::manifests
