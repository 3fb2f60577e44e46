#include "model/footprints.hpp"

#include <algorithm>

#include "model/pipeline.hpp"

namespace kcheck::model {

namespace {

/// Marks the fields of a watch's records that are among the variables `read`.
void mark(const PodWatch& watch, const std::vector<ir::VariableId>& read,
          std::array<bool, pod::fields>& fields) {
    const auto is_read = [&](Slot slot) {
        return slot != nowhere && std::ranges::binary_search(read, ir::VariableId{slot});
    };
    for (int f = 0; f < pod::fields; ++f) {
        bool any = false;
        for (const auto& copy : watch.copy) any = any || is_read(copy[f]);
        for (const auto& event : watch.queue) any = any || is_read(event.record[f]);
        fields[static_cast<std::size_t>(f)] = fields[static_cast<std::size_t>(f)] || any;
    }
}

}  // namespace

Footprint footprint_of(const Configuration& configuration, const Reductions& reductions) {
    const Pipeline pipeline(configuration, reductions, Footprint::everything());
    const auto& k = pipeline.cluster();
    const auto system = pipeline.transition_system();

    std::vector<ir::Term> observed;
    for (const auto& action : system.actions) {
        observed.push_back(action.guard);
        for (const auto& [variable, value] : action.assignments) {
            const auto part = k.layout[static_cast<Slot>(variable)].part;
            if (part != Part::cache && part != Part::queue) observed.push_back(value);
        }
    }
    const auto read = ir::variables_of(*system.arena, observed);
    Footprint footprint;
    mark(k.rsc.pods, read, footprint.replica_set_controller);
    mark(k.scheduler.pods, read, footprint.scheduler);
    for (const auto& kubelet : k.kubelet) mark(kubelet.pods, read, footprint.kubelet);
    return footprint;
}

}  // namespace kcheck::model
