// Monitors: what the properties need to know of commits and starts. They are always on, in the
// default pipeline as in a broken one, and only this file writes what they keep: a variant
// changes the pipeline, and what it breaks shows here or it is not broken.
#pragma once

#include "model/encoding.hpp"

namespace kcheck::model {

enum class Writer : std::uint8_t { kube_apiserver, kube_scheduler };

/// Of an update: what it was decided on.
enum class Base : std::uint8_t {
    cached,  // the version in its sender's cache
    live,    // the stored one, whichever that is: a patch, or a GET before it
};

}  // namespace kcheck::model

namespace kcheck::model::monitors {

/// Every transaction in etcd: who wrote it, and that its revision is a new one.
template <class C>
void commit(C& c, const Encoding& k, Writer writer) {
    if (writer != Writer::kube_apiserver) c.set(k.direct_writer, c.integer(static_cast<int>(writer)));
    c.when(c[k.revision_behind] == 1, [&] { c.set(k.revision_repeated, c.integer(1)); });
}

/// The creation of an object; `taken`: there is one of its name.
template <class C>
void creation(C& c, const Encoding& k, Bool<C> taken) {
    c.when(taken, [&] { c.set(k.name_reused, c.integer(1)); });
}

/// A pod is created; `taken`: a stored pod has its UID.
template <class C>
void uid(C& c, const Encoding& k, Bool<C> taken) {
    c.when(taken, [&] { c.set(k.uid_repeated, c.integer(1)); });
}

/// The pod in slot p is removed.
template <class C>
void removal(C& c, const Encoding& k, int p) {
    c.set(k.bindings[static_cast<std::size_t>(p)], c.integer(0));
}

/// An update commits; `newer`: the stored version is newer than its sender's cached one.
template <class C>
void update(C& c, const Encoding& k, Base base, Bool<C> newer) {
    if (base == Base::cached) c.when(newer, [&] { c.set(k.lost_update, c.integer(1)); });
}

/// A binding commits.
template <class C>
void binding(C& c, const Encoding& k, int p) {
    const auto variable = k.bindings[static_cast<std::size_t>(p)];
    c.when(c[variable] < 2, [&] { c.set(variable, c[variable] + 1); });
}

/// A status of the Deployment commits.
template <class C>
void status(C& c, const Encoding& k, const Record<C, Deployment>& after) {
    if (!k.rolls_out()) return;
    const auto complete = after[workload::observed] == after[workload::generation] &&
                          after[workload::status_available] == after[workload::replicas];
    c.when(complete, [&] { c.set(k.completed, c.integer(1)); });
}

/// The container of pod p is started on node n.
template <class C>
void start(C& c, const Encoding& k, int n, int p) {
    const auto& stored = k.pod(p);
    c.when(c[stored[pod::exists]] == 0 || c[stored[pod::node]] != n + 1,
           [&] { c.set(k.stray_start, c.integer(1)); });
}

}  // namespace kcheck::model::monitors
