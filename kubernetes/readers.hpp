// From bytes to trees. Both readers throw Failure, which stays inside this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubernetes/tree.hpp"

namespace kcheck::kubernetes {

/// The documents of a YAML stream; empty ones are left out. The syntax is yaml-cpp's,
/// the meaning of scalars is Kubernetes' (scalar.hpp).
std::vector<Value> read_yaml(const std::string& file, const std::string& text);

/// The values of a stream of JSON documents. The syntax is nlohmann's strict JSON: no
/// comments, no trailing commas.
std::vector<Value> read_json(const std::string& file, std::string_view text);

}  // namespace kcheck::kubernetes
