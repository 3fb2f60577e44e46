// What a gate runs.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace kcheck::scenarios {

struct GatePlan {
    /// Words of a call of kcheck, each as they would be on the command line.
    std::vector<std::string> verify;  // all that is promised holds
    std::vector<std::string> cover;   // every transition is replayed
    std::vector<std::string> walk;    // random walks are replayed
    std::vector<std::string> conform;
    bool variants = true;
};

/// What is done where no file says otherwise.
GatePlan default_plan();
/// Reads YAML with the members `verify`, `cover`, `walk`, `conform` (lists of strings) and `variants`
/// (true or false); paths of recordings are relative to the file. The error begins with file:line:column.
tl::expected<GatePlan, std::string> read_plan(const std::string& file);

}  // namespace kcheck::scenarios
