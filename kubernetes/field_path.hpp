// Paths to fields, as Kubernetes writes them: spec.containers[0].resources.limits[cpu].
// Source: apimachinery pkg/util/validation/field/path.go.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kcheck::kubernetes {

/// "spec" and "replicas" make "spec.replicas"; at the root, where the path is empty, "replicas".
std::string join(std::string_view path, std::string_view name);
std::string indexed(std::string_view path, std::size_t index);   // "spec.containers[0]"
std::string keyed(std::string_view path, std::string_view key);  // "limits[cpu]"

}  // namespace kcheck::kubernetes
