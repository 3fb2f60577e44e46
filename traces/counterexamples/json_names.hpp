// What the writer and the reader of trace files share: names of members, and the
// parameters of an action.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include "traces/counterexamples/actions.hpp"

namespace kcheck::traces {

inline constexpr std::string_view trace_format = "kcheck-trace";

/// {"verb": "bind", "pod": 0, "node": 1}: the slots that the action is about, for programs.
inline nlohmann::ordered_json parameters_of(const Actions& actions, int action) {
    nlohmann::ordered_json parameters{{"verb", model::name_of(actions.verb(action))}};
    const auto name = actions.name(action);
    if (const int pod = index_after(name, "pod"); pod >= 0) parameters["pod"] = pod;
    for (const auto* kind : {"kubelet", "container-runtime"})
        if (const int node = index_after(name, kind); node >= 0) parameters["node"] = node;
    return parameters;
}

}  // namespace kcheck::traces
