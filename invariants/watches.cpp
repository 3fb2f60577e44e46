// What a client's cache and the events on their way to it amount to.
#include "invariants/families.hpp"
#include "invariants/predicate.hpp"
#include "model/replicaset_controller.hpp"

namespace kcheck::invariants {

namespace {

/// The copy after every event on its way is what is stored, as the client sees it.
template <class C, class K>
Bool<C> amounts_to_store(const C& c, const Encoding& k, const model::Watch<K>& watch) {
    auto every = c.boolean(true);
    for (int key = 0; key < watch.keys(); ++key) {
        const auto stored = project(c, watch, read(c, k.stored<K>(key)));
        auto seen = read(c, watch.copy_of(key));
        for (const auto& event : watch.queue) {
            const auto here = c[event.key] == key + 1;
            if (c.surely_not(here)) continue;
            for (int f = 0; f < K::fields; ++f) seen[f] = c.choose(here, c[event.record[f]], seen[f]);
        }
        every = every && !differ(c, watch.copy_of(key), seen, stored);
    }
    return every;
}

constexpr auto every_watch_is_complete = [](const auto& c, const Encoding& k) {
    auto complete = c.boolean(true);
    const auto of_store = [&](const auto& store) {
        for (const auto* watch : store.watches) complete = complete && amounts_to_store(c, k, *watch);
    };
    std::apply([&](const auto&... store) { (of_store(store), ...); }, k.stores);
    // A run that has left the bounds of the encoding has lost the event that did not fit.
    return complete || c[k.exceeded] != 0;
};

}  // namespace

Property watch_complete() {
    Property property;
    property.id = "KC-S-007";
    property.name = "watch-complete";
    property.kind = Kind::safety;
    property.strength = Strength::assumed;
    property.statement =
        "Each client's cache, after the events on their way to it, shows what the client reads of what "
        "is stored.";
    property.formula = "[] forall clients x: replay(queue(x), cache(x)) = view(x, store)";
    property.rationale =
        "A watch delivers a run of events without gaps, in the order of their revisions, or ends; "
        "then the reflector lists again. Assumed: one history of revisions, and a watch cache that "
        "follows etcd's without gaps itself.";
    property.source =
        "staging/src/k8s.io/apiserver/pkg/storage/cacher/watch_cache.go:getAllEventsSinceLocked, "
        "staging/src/k8s.io/client-go/tools/cache/reflector.go:watchList";
    property.violated_by = {"watch-drops-event"};
    define(property, every_watch_is_complete);
    property.witness = on_states([](const auto& c, const Encoding& k) {
        const auto& controller = k.the<model::ReplicaSetController>();
        return pending(c, controller.pods) && pending(c, controller.replica_sets);
    });
    property.witness_text = "events of a pod and of the ReplicaSet are on their way";
    return property;
}

Property caches_converge() {
    Property property;
    property.id = "KC-L-004";
    property.name = "caches-converge";
    property.kind = Kind::liveness;
    property.strength = Strength::assumed;
    property.form = Form::eventually_always;
    property.statement = "From some point on, no client's cache is missing a change for ever.";
    property.formula = "<>[] forall clients x: replay(queue(x), cache(x)) = view(x, store)";
    property.rationale =
        "The weak form of watch-complete, for a watch that may lose an event: a later event of the "
        "same object, or a list, repairs the copy. Nothing repairs it where neither comes; reflectors "
        "do not list periodically. Assumed: what is on its way is received some day.";
    property.source = "staging/src/k8s.io/client-go/tools/cache/reflector.go:ListAndWatch";
    property.violated_by = {"watch-drops-event"};
    property.goal = on_states(every_watch_is_complete);
    property.witness = on_states([](const auto& c, const Encoding& k) {
        return pending(c, k.the<model::ReplicaSetController>().pods);
    });
    property.witness_text = "an event is on its way";
    return property;
}

}  // namespace kcheck::invariants
