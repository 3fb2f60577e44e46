// What the writer and the reader of trace files share: names of members, and the
// parameters of an action.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "traces/counterexamples/actions.hpp"

namespace kcheck::traces {

inline constexpr std::string_view trace_format = "kcheck-trace";

inline constexpr std::array reduction_members{
    std::pair{"watch-projection", &model::Reductions::watch_projection},
    std::pair{"symmetry", &model::Reductions::symmetry},
    std::pair{"idle-faults", &model::Reductions::idle_faults},
    std::pair{"local-steps", &model::Reductions::local_steps},
    std::pair{"status-last", &model::Reductions::status_last},
};

/// {"verb": "bind", "pod": 0, "node": 1}: the slots that the action is about, for programs.
inline nlohmann::ordered_json parameters_of(const Actions& actions, int action) {
    nlohmann::ordered_json parameters{{"verb", actions.verb(action)}};
    const auto name = actions.name(action);
    if (const int pod = index_after(name, "pod"); pod >= 0) parameters["pod"] = pod;
    for (const auto* kind : {"kubelet", "container-runtime"})
        if (const int node = index_after(name, kind); node >= 0) parameters["node"] = node;
    return parameters;
}

}  // namespace kcheck::traces
