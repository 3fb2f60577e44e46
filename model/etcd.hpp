// etcd: a revisioned store. Every write is one key and one transaction.
//
// The functions here are the only ones that assign variables of Part::etcd.
// Each takes the identity of the writer: etcd accepts any, that only
// kube-apiserver writes is a property. A commit puts the event of the change
// on the watch of every client that it concerns.
#pragma once

#include "model/monitors.hpp"

namespace kcheck::model {

/// The object in slot `slot` becomes `after`. `silent`: a watch whose client learns of this write by the
/// reply to its own request, and has nothing pending of the object.
template <class C, class K>
void commit(C& c, const Encoding& k, Writer writer, int slot, const Record<C, K>& after,
            const AnyWatch* silent = nullptr) {
    const auto before = read(c, k.stored<K>(slot));
    write(c, k.stored<K>(slot), after);
    monitors::commit(c, k, writer);
    for (const auto& text : k.store<K>().on_commit) text(c, slot);
    for (const auto* watch : k.store<K>().watches)
        if (watch != silent) send(c, *watch, slot, before, after);
}

}  // namespace kcheck::model
