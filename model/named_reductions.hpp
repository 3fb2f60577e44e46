// The reductions by name: what --no-reduction switches off, and a trace file records.
#pragma once

#include <array>
#include <string_view>

#include "model/encoding.hpp"

namespace kcheck::model {

struct ReductionInfo {
    std::string_view name;
    bool Reductions::*member;
    std::string_view summary;
};

inline constexpr std::array named_reductions{
    ReductionInfo{"watch-projection", &Reductions::watch_projection,
                  "a watch event that changes nothing its receiver ever reads is not queued for it"},
    ReductionInfo{"symmetry", &Reductions::symmetry,
                  "pods of one owner, and equal nodes, are interchangeable"},
    ReductionInfo{"idle-faults", &Reductions::idle_faults,
                  "no fault that leaves everything as it would be without it"},
    ReductionInfo{"local-steps", &Reductions::local_steps,
                  "what a kubelet does that nobody else can tell the time of happens at once"},
    ReductionInfo{"status-last", &Reductions::status_last,
                  "a status is written only where nothing else can make progress"},
};

}  // namespace kcheck::model
