// The kinds of Kubernetes v1.36 (and those that went away), and what each does to a verdict.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "manifests/schema.hpp"

namespace kcheck::manifests {

struct KindInfo {
    std::string_view group;  // "" is core
    std::string_view kind;
    /// modelled: read in full. decides: under the condition `when`. none: never.
    Effect effect = Effect::none;
    std::string_view left_out = {};  // Effect::decides: the name in effects.hpp
    std::string_view when = {};
};

/// Ordered by group and kind.
std::span<const KindInfo> kinds();

/// Of another group where this one has no such kind: what a manifest names by a group that it
/// has left, or never was in, is the same. Null if Kubernetes has no kind of this name.
const KindInfo* find_kind(std::string_view group, std::string_view kind);

/// Whether kinds of the group are Kubernetes' own; those of any other group are a
/// CustomResourceDefinition's, about which nothing is known.
bool is_built_in(std::string_view group);

/// "apps" of apps/v1, "" of v1.
std::string_view group_of(std::string_view api_version);

}  // namespace kcheck::manifests
