#include "model/footprints.hpp"

#include <algorithm>

#include "model/pipeline.hpp"

namespace kcheck::model {

namespace {

/// Marks the fields of the records that are among the variables `read`.
template <int N, class Fields>
void mark(const RecordVariables<N>& variables, const std::vector<ir::VariableId>& read, Fields& fields) {
    for (int f = 0; f < N; ++f)
        if (variables[f] != nowhere && std::ranges::binary_search(read, ir::VariableId{variables[f]}))
            fields[static_cast<std::size_t>(f)] = true;
}

void mark(const PodWatch& watch, const std::vector<ir::VariableId>& read,
          std::array<bool, pod::fields>& fields) {
    for (const auto& copy : watch.copy) mark(copy, read, fields);
    for (const auto& event : watch.queue) mark(event.record, read, fields);
}

void mark(const WorkloadWatch& watch, const std::vector<ir::VariableId>& read,
          std::array<bool, workload::fields>& fields) {
    mark(watch.copy, read, fields);
    for (const auto& event : watch.queue) mark(event.record, read, fields);
}

}  // namespace

Footprint footprint_of(const Configuration& configuration, const Reductions& reductions, Bounds bounds) {
    std::ranges::fill(bounds.events, 2);  // how many more there may be changes nothing that is read
    const Pipeline pipeline(configuration, reductions, std::move(bounds), Footprint::everything());
    const auto& k = pipeline.encoding();
    const auto system = pipeline.transition_system();

    std::vector<ir::Term> observed;
    for (const auto& action : system.actions) {
        observed.push_back(action.guard);
        for (const auto& [variable, value] : action.assignments) {
            const auto part = k.layout[static_cast<VariableId>(variable)].part;
            if (part != Part::cache && part != Part::queue) observed.push_back(value);
        }
    }
    const auto read = ir::variables_of(*system.arena, observed);
    Footprint footprint;
    mark(k.dc.replica_sets, read, footprint.deployment_controller);
    mark(k.rsc.pods, read, footprint.replica_set_controller);
    mark(k.scheduler.pods, read, footprint.scheduler);
    for (const auto& kubelet : k.kubelet) mark(kubelet.pods, read, footprint.kubelet);
    return footprint;
}

}  // namespace kcheck::model
