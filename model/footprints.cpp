#include "model/footprints.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "model/pipeline.hpp"

namespace kcheck::model {

namespace {

/// Which fields of the watch's copies and events are among the variables `read`.
template <class K>
std::vector<bool> fields_of(const Watch<K>& watch, const std::vector<ir::VariableId>& read) {
    std::vector<bool> fields(K::fields);
    const auto mark = [&](const Variables<K>& variables) {
        for (int f = 0; f < K::fields; ++f)
            if (variables[f] != nowhere && std::ranges::binary_search(read, ir::VariableId{variables[f]}))
                fields[static_cast<std::size_t>(f)] = true;
    };
    for (const auto& copy : watch.copy) mark(copy);
    for (const auto& event : watch.queue) mark(event.record);
    return fields;
}

/// Every client of a kind of which there are several (kubelets) has the fields of all of them.
std::string group_of(const AnyWatch& watch) {
    return watch.client.substr(0, watch.client.find('[')) + " " + std::string(watch.type);
}

}  // namespace

Footprint footprint_of(const Configuration& configuration, const Reductions& reductions, Bounds bounds) {
    std::ranges::fill(bounds.events, 2);  // how many more there may be changes nothing that is read
    const Pipeline pipeline(configuration, reductions, std::move(bounds), Footprint{});
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
    footprint.reads.resize(k.watches().size());
    std::map<std::string, std::vector<bool>> reads;
    const auto of_store = [&](const auto& store) {
        for (const auto* watch : store.watches) {
            auto& fields = footprint.reads[static_cast<std::size_t>(watch->index)];
            fields = fields_of(*watch, read);
            auto& all = reads[group_of(*watch)];
            all.resize(fields.size());
            for (std::size_t f = 0; f < fields.size(); ++f) all[f] = all[f] || fields[f];
        }
    };
    std::apply([&](const auto&... store) { (of_store(store), ...); }, k.stores);
    for (const auto& watch : k.watches())
        footprint.reads[static_cast<std::size_t>(watch->index)] = reads[group_of(*watch)];
    return footprint;
}

}  // namespace kcheck::model
