// Watches: how a client's copy of the objects of one kind lags behind etcd.
//
// A watch delivers the events of its kind gap-free and in order (client-go
// tools/cache/reflector.go; apiserver storage/cacher). The model keeps the
// client's copy and the events that it has not received yet. Together they
// always amount to what is stored: that is the property watch-complete, and a
// broken watch violates it.
//
// What reaches a client is data. The *filter* is the field selector of the real watch. The *projection*
// is what the client tells apart of an object; with the fields that it never reads (model/footprints.cpp
// derives these, and they have no variables) it decides which events need not be queued. While the
// reduction `watch-projection` is off, every event that passes the filter is queued as it is.
//
// The reflector's resourceVersion is not a variable: of a kind that is versioned "the copy
// is of the newest version" is the same as "nothing is queued".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/class_mask.hpp"
#include "model/frame/record.hpp"
#include "model/frame/text.hpp"

namespace kcheck::model {

/// How many events a queue has room for, and how many the user lets wait there.
struct Room {
    /// > 0: before one event more is queued the oldest is received, unless its client is where it
    /// receives none. Fresh caches (a bound of 0) are the pipeline's business (Pipeline::keep_fresh).
    int staleness = 0;
    /// The state is marked by this value where an event finds no room: this run cannot claim to be
    /// exhaustive (bounds.hpp).
    VariableId exceeded = nowhere;
    int mark = 0;
};

/// `field == value`, or `field != value`.
struct Requirement {
    int field = 0;
    bool equal = true;
    int value = 0;
};

template <class C, class K>
Bool<C> meets(const Record<C, K>& record, const Requirement& requirement) {
    return requirement.equal ? record[requirement.field] == requirement.value
                             : record[requirement.field] != requirement.value;
}

/// What a client tells apart of a field that it reads.
enum class Keep : std::uint8_t { whole, whether_set, nothing };

template <class K>
struct Projection {
    std::vector<Requirement> visible;    // an object that does not meet all of them is none to the client
    std::array<Keep, K::fields> keep{};  // of one that does
};

/// What the frame knows of a watch, whatever its kind.
struct AnyWatch {
    AnyWatch() = default;
    AnyWatch(const AnyWatch&) = delete;
    AnyWatch& operator=(const AnyWatch&) = delete;
    virtual ~AnyWatch() = default;

    std::string client;     // "kube-scheduler"
    std::string_view type;  // "pods"
    int index = 0;          // in Pipeline::watches()
    int node = -1;          // whose client it is, where each node has one
    Room room;
    ir::ClassMask progress;  // the fairness class of a receipt
    /// Where the client does not receive, its events wait.
    Condition receives;
    /// Receives the oldest event, with what the client does on receipt. Requires that there is one.
    Text deliver;
    /// Receives all that waits, as far as the client receives anything.
    Text catch_up;
    /// A fresh list: the copy becomes what is stored, and nothing is pending.
    Text relist;
};

template <class K>
struct Watch : AnyWatch {
    struct Event {
        VariableId key = nowhere;  // 0: no event, i+1: of the object in slot i
        Variables<K> record;
    };
    int only = -1;  // the slot of the one object that it is of; -1: of all
    std::optional<Requirement> filter;
    Projection<K> projection;
    std::vector<Variables<K>> copy;
    std::vector<Event> queue;
    bool every_event = false;  // watch-projection is off
    /// The client's event handler, told the slot and where the event's record is, before it is received.
    TextOf<int, const Variables<K>&> on_event;

    bool has(int key) const { return only < 0 || key == only; }
    int keys() const { return static_cast<int>(copy.size()); }
    const Variables<K>& copy_of(int key) const { return copy[static_cast<std::size_t>(key)]; }
};

/// The record as the client of the watch tells objects apart.
template <class C, class K>
Record<C, K> project(const C& c, const Watch<K>& watch, const Record<C, K>& record) {
    auto present = record[K::exists] == 1;
    if (watch.filter) present = present && meets<C, K>(record, *watch.filter);
    if (!watch.every_event)
        for (const auto& requirement : watch.projection.visible)
            present = present && meets<C, K>(record, requirement);
    auto seen = record;
    for (int f = 0; f < K::fields; ++f) {
        const auto keep =
            watch.every_event ? Keep::whole : watch.projection.keep[static_cast<std::size_t>(f)];
        if (keep == Keep::whether_set) seen[f] = c.count(record[f] != 0);
        seen[f] = keep == Keep::nothing ? c.integer(0) : c.choose(present, seen[f], c.integer(0));
    }
    return seen;
}

template <class C, class K>
Bool<C> pending(const C& c, const Watch<K>& watch) {
    return c[watch.queue.front().key] != 0;
}

/// ... of the object in slot `key`.
template <class C, class K>
Bool<C> pending(const C& c, const Watch<K>& watch, int key) {
    if (watch.keys() == 1 || watch.only == key) return pending(c, watch);
    auto result = c.boolean(false);
    for (const auto& event : watch.queue) {
        if (c.surely_not(c[event.key] != 0)) break;
        result = result || c[event.key] == key + 1;
    }
    return result;
}

/// Receives the oldest event into the copy. Requires that there is one.
template <class C, class K>
void receive(C& c, const Watch<K>& watch) {
    const auto& front = watch.queue.front();
    for (int key = 0; key < watch.keys(); ++key)
        c.when(c[front.key] == key + 1, [&] { copy(c, watch.copy_of(key), front.record); });
    for (std::size_t i = 0; i + 1 < watch.queue.size(); ++i) {
        if (c.surely_not(c[watch.queue[i].key] != 0)) return;
        c.set(watch.queue[i].key, c[watch.queue[i + 1].key]);
        copy(c, watch.queue[i].record, watch.queue[i + 1].record);
    }
    c.set(watch.queue.back().key, c.integer(0));
    clear(c, watch.queue.back().record);
}

/// Receives until no more events wait than the bound on staleness has it, or none can be received.
template <class C, class K>
void keep_up(C& c, const Watch<K>& watch, std::size_t most) {
    for (std::size_t i = most; i < watch.queue.size(); ++i) {
        const auto behind = c[watch.queue[most].key] != 0;
        if (c.surely_not(behind)) return;
        c.when(behind && watch.receives(std::as_const(c)), [&] { watch.deliver(c); });
    }
}

/// ... after something that kept its client from receiving has ended.
template <class C, class K>
void catch_up(C& c, const Watch<K>& watch) {
    if (watch.room.staleness > 0) keep_up(c, watch, static_cast<std::size_t>(watch.room.staleness));
}

/// Whether the client of the watch gets an event of a change.
template <class C, class K>
Bool<C> concerns(const C& c, const Watch<K>& watch, int key, const Record<C, K>& before,
                 const Record<C, K>& now, const Record<C, K>& after) {
    if (watch.every_event)
        return watch.filter ? meets<C, K>(before, *watch.filter) || meets<C, K>(now, *watch.filter)
                            : c.boolean(true);
    if constexpr (!K::versioned) return differ(c, watch.copy_of(key), project(c, watch, before), after);
    // An event means that the copy is not of the newest version; but its client cannot tell an event from
    // one of the same object, and like it, that is queued right before it.
    auto concerned = c.boolean(true), later = c.boolean(false);
    for (std::size_t i = watch.queue.size(); i-- > 0;) {
        const auto here = c[watch.queue[i].key] == key + 1;
        const auto repeated = !differ(c, watch.copy_of(key), read(c, watch.queue[i].record), after);
        concerned = concerned && !(here && !later && repeated);
        later = later || c[watch.queue[i].key] != 0;
    }
    return concerned;
}

/// Appends the event that the object in slot `key` was `before` and is `now`.
template <class C, class K>
void send(C& c, const Watch<K>& watch, int key, const Record<C, K>& before, const Record<C, K>& now) {
    if (!watch.has(key)) return;
    const auto after = project(c, watch, now);
    const auto concerned = concerns(c, watch, key, before, now, after);
    if (c.surely_not(concerned)) return;
    c.when(concerned, [&] {
        if (watch.room.staleness > 0) keep_up(c, watch, static_cast<std::size_t>(watch.room.staleness) - 1);
        c.when(c[watch.queue.back().key] != 0,
               [&] { c.set(watch.room.exceeded, c.integer(watch.room.mark)); });
        for (std::size_t i = watch.queue.size(); i-- > 0;) {
            auto here = c[watch.queue[i].key] == 0;
            if (i > 0) here = here && c[watch.queue[i - 1].key] != 0;
            c.when(here, [&] {
                c.set(watch.queue[i].key, c.integer(key + 1));
                write(c, watch.queue[i].record, after);
            });
        }
    });
}

/// `deliver` of a watch.
template <class C, class K>
void receive_and_handle(C& c, const Watch<K>& watch) {
    const auto& front = watch.queue.front();
    if (watch.on_event)
        for (int key = 0; key < watch.keys(); ++key)
            c.when(c[front.key] == key + 1, [&] { watch.on_event(c, key, front.record); });
    receive(c, watch);
}

/// `catch_up` of a watch.
template <class C, class K>
void receive_all(C& c, const Watch<K>& watch) {
    for (std::size_t i = 0; i < watch.queue.size(); ++i) {
        const auto more = pending(c, watch) && watch.receives(std::as_const(c));
        if (c.surely_not(more)) return;
        c.when(more, [&] { receive_and_handle(c, watch); });
    }
}

template <class C, class K>
void list_anew(C& c, const Watch<K>& watch, const std::vector<Variables<K>>& stored) {
    for (int key = 0; key < watch.keys(); ++key)
        write(c, watch.copy_of(key), project(c, watch, read(c, stored[static_cast<std::size_t>(key)])));
    for (const auto& event : watch.queue) {
        if (c.surely_not(c[event.key] != 0)) return;
        c.set(event.key, c.integer(0));
        clear(c, event.record);
    }
}

}  // namespace kcheck::model
