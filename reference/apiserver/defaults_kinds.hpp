// Defaults of the other kinds that depend on something (pkg/apis/*/v1/defaults.go).
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "reference/base/json.hpp"

namespace kcheck::reference::apiserver {

/// Of an object; its parts have no defaults yet.
using TypeDefaults = void (*)(Json& object);
/// By the name of the type: "core.PodSpec".
using NamedDefaults = std::vector<std::pair<std::string_view, TypeDefaults>>;

/// Of strategies with a type.
void set_rolling_update_defaults(Json& strategy);

NamedDefaults kind_defaults();
NamedDefaults stored_defaults();  // defaults_stored.cpp

}  // namespace kcheck::reference::apiserver
