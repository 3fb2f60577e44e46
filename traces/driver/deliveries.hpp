// Which watch events an implementation has to receive with a step of the model.
//
// An implementation's watch delivers an event for every change of an object. The model's
// queues leave out what their client does not read (watch-projection), what it learns
// otherwise (kube-scheduler of a binding by its reply), and what nobody reads any more
// (collections). Here every watch has its full queue, each event with a note whether the
// model queued it too. A receipt of the model delivers the events up to the one that it
// is of; an event that the model has no part in is delivered as soon as it is the next.
// That is sound: its client could not tell, in the model, when it came.
//
// Events are counted as changes of what is stored (traces/driver/stored.hpp); a write that the
// stored state does not show, of a time stamp say, has an event in the model and none here.
#pragma once

#include <deque>
#include <vector>

#include "traces/counterexamples/actions.hpp"

namespace kcheck::traces::driver {

/// `events` of a watch, in a row, that are received or, in a broken pipeline, lost.
struct Delivery {
    int watch = 0;  // an index into Pipeline::watches()
    int events = 0;
    bool lost = false;
};

class Deliveries {
public:
    /// Both must outlive it.
    Deliveries(const model::Pipeline& pipeline, const Actions& actions);

    /// Told of every step of a run, in order: what is delivered with it, after what else it does.
    std::vector<Delivery> step(int action, const model::Valuation& before, const model::Valuation& after);

private:
    struct Event {
        int pod = -1;         // none: of the one object of its type
        bool shown = false;   // changes what is stored
        bool queued = false;  // the model queued it
        model::Record<model::NativeStep, model::Pod> record{};
    };
    using Queue = std::deque<Event>;
    struct Change {
        int pod = -1;  // none: no pod changed
        bool deployment = false, replica_set = false;
        bool collected = false;  // the pod, by the model, without an event
    };

    Change change_of(int action, const model::Valuation& before, const model::Valuation& after) const;
    Event event_of(std::size_t watch, const Change& change, const model::Valuation& before,
                   const model::Valuation& after) const;
    void pop(std::size_t watch, bool lost, const model::Valuation& after, std::vector<Delivery>& into);
    void pop_unqueued(std::size_t watch, const model::Valuation& after, std::vector<Delivery>& into);
    bool would_tell_something(std::size_t watch, const Event& event, const model::Valuation& after) const;

    const model::Pipeline& pipeline_;
    const model::Encoding& encoding_;
    const Actions& actions_;
    // By watch, null for the other kinds.
    std::vector<const model::Watch<model::Pod>*> pods_;
    std::vector<const model::Watch<model::Deployment>*> deployments_;
    std::vector<const model::Watch<model::ReplicaSet>*> replica_sets_;
    std::vector<Queue> queues_;
};

}  // namespace kcheck::traces::driver
