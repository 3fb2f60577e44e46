#include <algorithm>

#include "invariants/families.hpp"

namespace kcheck::invariants {

const std::vector<Property>& properties() {
    static const std::vector<Property> all{
        single_binding(),  etcd_single_writer(), optimistic_concurrency(), revisions_increase(),
        uids_are_unique(), names_are_unique(),   watch_complete(),         no_start_elsewhere(),
        capacity(),        replicas_bounded(),   availability_kept(),      replica_convergence(),
        pod_gets_bound(),  bound_pod_starts(),   caches_converge(),        quiescence(),
    };
    return all;
}

const Property* find_property(std::string_view name) {
    const auto found = std::ranges::find_if(
        properties(), [&](const Property& property) { return property.name == name || property.id == name; });
    return found == properties().end() ? nullptr : &*found;
}

}  // namespace kcheck::invariants
