// What each field does to a verdict: of every type that is below a Deployment, a Node or a List, every
// field is named here once. A field that Kubernetes adds is therefore an error of this table until
// somebody has thought about it.
#pragma once

#include <span>
#include <string_view>

#include "manifests/schema.hpp"

namespace kcheck::manifests {

struct FieldEffect {
    std::string_view name;
    Effect effect = Effect::none;
    std::string_view left_out = {};
    bool (*harmless)(const Value&) = nullptr;
    std::string_view unless = {};
    /// The TypeEffects of what is below it, where its type has several.
    std::string_view as = {};
    bool opaque = false;  // not looked into
};

struct TypeEffects {
    std::string_view type;  // "core.PodSpec"
    std::string_view none;  // fields of no effect, separated by blanks
    std::span<const FieldEffect> others = {};
    std::string_view name = {};  // what tells it from others of its type; empty: it is the only one
};

std::span<const TypeEffects> type_effects();
/// Types of which no field has an effect but through what is below it, separated by blanks.
std::string_view types_of_no_effect();

}  // namespace kcheck::manifests
