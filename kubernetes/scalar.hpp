// What an unquoted YAML scalar means to Kubernetes.
//
// kubectl turns YAML into JSON with sigs.k8s.io/yaml, which follows YAML 1.1: yes, on and y
// are booleans, 010 is the integer 8, 0x10 is 16, 1_000 is 1000, and a float without a
// fraction (3.0, 1e3) becomes the JSON number 3 or 1000. yaml-cpp would decide otherwise
// per conversion, so the meaning is fixed here, once, from the text.
// Source: sigs.k8s.io/yaml goyaml.v2/resolve.go (resolve, resolveTable).
#pragma once

#include <string_view>

#include "kubernetes/tree.hpp"

namespace kcheck::kubernetes {

/// The value of a plain (unquoted, untagged) scalar; its place is left to the caller.
Value plain_scalar(std::string_view text);

/// A string value.
Value string_scalar(std::string_view text);

}  // namespace kcheck::kubernetes
