// The reductions by name: what --no-reduction switches off.
#pragma once

#include <array>
#include <string_view>

#include "model/cluster.hpp"

namespace kcheck::cli {

struct ReductionInfo {
    std::string_view name;
    bool model::Reductions::*member;
    std::string_view summary;
};

inline constexpr std::array reductions{
    ReductionInfo{"watch-projection", &model::Reductions::watch_projection,
                  "a watch event that changes nothing its receiver ever reads is not queued for it"},
    ReductionInfo{"symmetry", &model::Reductions::symmetry,
                  "pods of one owner, and equal nodes, are interchangeable"},
    ReductionInfo{"idle-faults", &model::Reductions::idle_faults,
                  "no fault that leaves everything as it would be without it"},
    ReductionInfo{"local-steps", &model::Reductions::local_steps,
                  "what a kubelet does that nobody else can tell the time of happens at once"},
    ReductionInfo{"status-last", &model::Reductions::status_last,
                  "a status is written only where nothing else can make progress"},
};

}  // namespace kcheck::cli
