// What the input has and the model has not: the names under which it is reported, and
// accepted with --assume. Which field or kind has which of these effects is in the tables of
// schema.hpp and kinds.hpp; docs/manifests.md is made from the three.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "manifests/ground.hpp"

namespace kcheck::manifests {

/// One thing that may decide the answer and is not modelled.
struct LeftOutInfo {
    /// Stable: scripts and manifests write it.
    std::string_view name;
    /// What is taken for granted instead: what a user accepts.
    std::string_view instead;
};

/// Ordered by name.
std::span<const LeftOutInfo> left_out_infos();
const LeftOutInfo* find_left_out(std::string_view name);

/// An occurrence in the input.
struct LeftOut {
    const LeftOutInfo* info = nullptr;
    std::string file;
    Place place;
    /// The field, or the object: `spec.paused`, `PodDisruptionBudget web`.
    std::string what;
    /// How the user accepted it: `--assume`, `a comment at web.yaml:3`; empty: not at all.
    std::string accepted_by;
};

/// `name` must be in the table: a defect otherwise.
LeftOut left_out(std::string_view name, const std::string& file, Place place, std::string what);

/// The table of names and the tables of kinds and fields, as docs/manifests.md has them.
std::string effects_markdown();

}  // namespace kcheck::manifests
