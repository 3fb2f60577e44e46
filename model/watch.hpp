// Watches: how a client's copy of the objects of one type lags behind etcd.
//
// A watch delivers the events of its type gap-free and in order (client-go
// tools/cache/reflector.go; apiserver storage/cacher). The model keeps the
// client's copy and the events that it has not received yet. Together they
// always amount to what is stored: that is the property watch-complete, and a
// broken watch violates it.
//
// An event of a pod is queued for a client only if it changes something that the client
// ever reads: of the fields, those that the watch has variables for (model/footprints.cpp
// derives them); of their values, what `View` says. An event of a Deployment or ReplicaSet is
// left out only where its client could not tell it from the event queued right before it. While
// the reduction `watch-projection` is off, every event of the type is queued as it is.
//
// The reflector's resourceVersion is not a variable: of a Deployment or ReplicaSet "the copy
// is of the newest version" is the same as "nothing is queued".
#pragma once

#include <vector>

#include "model/records.hpp"

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

/// What a client distinguishes of a pod.
enum class View : std::uint8_t {
    whole,
    active,   // the ReplicaSet controller: active or not, and then assigned and Running or not
    known,    // kube-scheduler: not terminal, and the node
    pending,  // kube-scheduler where no node can fill up or outrank another: to be scheduled or not
};

struct PodWatch {
    struct Event {
        VariableId pod = nowhere;  // 0: empty, p+1: an event of slot p
        PodVariables record;
        VariableId first() const { return pod; }  // not 0: there is an event
    };
    std::string client;
    int node = -1;  // only pods with this spec.nodeName (a kubelet); -1: all
    std::vector<PodVariables> copy;
    std::vector<Event> queue;
    View view = View::whole;
    bool every_event = false;  // watch-projection is off
    Room room;
};

/// The record as the client of the watch tells pods apart.
template <class C>
PodRecord<C> project(const C& c, const PodWatch& watch, const PodRecord<C>& record) {
    auto seen = record;
    auto present = record[pod::exists] == 1;
    switch (watch.view) {
        case View::whole: break;
        case View::active:
            present = present && record[pod::deleting] == 0 && record[pod::phase] != pod::terminal;
            seen[pod::node] = c.count(record[pod::node] != 0);
            break;
        case View::known:
            present = present && record[pod::phase] != pod::terminal;
            seen[pod::phase] = c.integer(0);
            break;
        case View::pending:
            present = present && record[pod::phase] != pod::terminal && record[pod::node] == 0;
            seen[pod::phase] = c.integer(0);
            break;
    }
    if (watch.node >= 0) present = present && record[pod::node] == watch.node + 1;
    for (int f = 0; f < pod::fields; ++f) seen[f] = c.choose(present, seen[f], c.integer(0));
    return seen;
}

struct WorkloadWatch {
    struct Event {
        VariableId present = nowhere;
        WorkloadVariables record;
        VariableId first() const { return present; }
    };
    std::string client;
    WorkloadVariables copy;
    std::vector<Event> queue;
    bool every_event = false;  // watch-projection is off
    Room room;
};

/// Receives the oldest event into the copy. Requires that there is one.
template <class C>
void receive(C& c, const PodWatch& watch) {
    const auto& front = watch.queue.front();
    for (std::size_t p = 0; p < watch.copy.size(); ++p)
        c.when(c[front.pod] == static_cast<int>(p) + 1, [&] { copy(c, watch.copy[p], front.record); });
    for (std::size_t i = 0; i + 1 < watch.queue.size(); ++i) {
        if (c.surely_not(c[watch.queue[i].pod] != 0)) return;
        c.set(watch.queue[i].pod, c[watch.queue[i + 1].pod]);
        copy(c, watch.queue[i].record, watch.queue[i + 1].record);
    }
    c.set(watch.queue.back().pod, c.integer(0));
    clear(c, watch.queue.back().record);
}

template <class C>
void receive(C& c, const WorkloadWatch& watch) {
    copy(c, watch.copy, watch.queue.front().record);
    for (std::size_t i = 0; i + 1 < watch.queue.size(); ++i) {
        if (c.surely_not(c[watch.queue[i].present] != 0)) return;
        c.set(watch.queue[i].present, c[watch.queue[i + 1].present]);
        copy(c, watch.queue[i].record, watch.queue[i + 1].record);
    }
    c.set(watch.queue.back().present, c.integer(0));
    clear(c, watch.queue.back().record);
}

template <class C>
Bool<C> pending(const C& c, const PodWatch& watch) {
    return c[watch.queue.front().pod] != 0;
}
template <class C>
Bool<C> pending(const C& c, const WorkloadWatch& watch) {
    return c[watch.queue.front().present] != 0;
}

/// Receives until no more events wait than the bound on staleness has it, or none can be received.
/// `receive_one` receives the oldest event with all that its client does on receipt, if it can.
template <class C, class Watch, class ReceiveOne>
void keep_up(C& c, const Watch& watch, std::size_t most, ReceiveOne&& receive_one) {
    for (std::size_t i = most; i < watch.queue.size(); ++i) {
        const auto behind = c[watch.queue[most].first()] != 0;
        if (c.surely_not(behind)) return;
        c.when(behind, receive_one);
    }
}

template <class C, class Watch, class ReceiveOne>
void make_room(C& c, const Watch& watch, ReceiveOne&& receive_one) {
    if (watch.room.staleness > 0)
        keep_up(c, watch, static_cast<std::size_t>(watch.room.staleness) - 1, receive_one);
    c.when(c[watch.queue.back().first()] != 0,
           [&] { c.set(watch.room.exceeded, c.integer(watch.room.mark)); });
}

/// Appends the event that the record of slot p (or of the one object) is now `after`.
template <class C, class ReceiveOne>
void send(C& c, const PodWatch& watch, int p, const PodRecord<C>& before, const PodRecord<C>& now,
          ReceiveOne&& receive_one) {
    const auto after = project(c, watch, now);
    auto concerns = c.boolean(true);
    if (!watch.every_event)
        concerns = differ(c, watch.copy[static_cast<std::size_t>(p)], project(c, watch, before), after);
    else if (watch.node >= 0)
        concerns = before[pod::node] == watch.node + 1 || now[pod::node] == watch.node + 1;
    if (c.surely_not(concerns)) return;
    c.when(concerns, [&] {
        make_room(c, watch, receive_one);
        for (std::size_t i = watch.queue.size(); i-- > 0;) {
            auto here = c[watch.queue[i].pod] == 0;
            if (i > 0) here = here && c[watch.queue[i - 1].pod] != 0;
            c.when(here, [&] {
                c.set(watch.queue[i].pod, c.integer(p + 1));
                write(c, watch.queue[i].record, after);
            });
        }
    });
}

template <class C, class ReceiveOne>
void append(C& c, const WorkloadWatch& watch, const WorkloadRecord<C>& after, ReceiveOne&& receive_one) {
    make_room(c, watch, receive_one);
    for (std::size_t i = watch.queue.size(); i-- > 0;) {
        auto here = c[watch.queue[i].present] == 0;
        if (i > 0) here = here && c[watch.queue[i - 1].present] != 0;
        c.when(here, [&] {
            c.set(watch.queue[i].present, c.integer(1));
            write(c, watch.queue[i].record, after);
        });
    }
}

template <class C, class ReceiveOne>
void send(C& c, const WorkloadWatch& watch, const WorkloadRecord<C>& after, ReceiveOne&& receive_one) {
    auto concerns = c.boolean(true);
    if (!watch.every_event) {  // its client cannot tell an event from another like it before it
        auto later = c.boolean(false);
        for (std::size_t i = watch.queue.size(); i-- > 0;) {
            const auto present = c[watch.queue[i].present] != 0;
            const auto repeated = !differ(c, watch.copy, read(c, watch.queue[i].record), after);
            concerns = concerns && !(present && !later && repeated);
            later = later || present;
        }
    }
    if (c.surely_not(concerns)) return;
    c.when(concerns, [&] { append(c, watch, after, receive_one); });
}

/// A fresh list: the copy becomes what is stored and nothing is pending.
template <class C>
void relist(C& c, const PodWatch& watch, const std::vector<PodVariables>& stored) {
    for (std::size_t p = 0; p < watch.copy.size(); ++p) {
        write(c, watch.copy[p], project(c, watch, read(c, stored[p])));
    }
    for (const auto& event : watch.queue) {
        if (c.surely_not(c[event.pod] != 0)) return;
        c.set(event.pod, c.integer(0));
        clear(c, event.record);
    }
}

template <class C>
void relist(C& c, const WorkloadWatch& watch, const WorkloadVariables& stored) {
    copy(c, watch.copy, stored);
    for (const auto& event : watch.queue) {
        if (c.surely_not(c[event.present] != 0)) return;
        c.set(event.present, c.integer(0));
        clear(c, event.record);
    }
}

}  // namespace kcheck::model
