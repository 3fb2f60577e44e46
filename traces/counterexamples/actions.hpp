// The steps that a trace is made of, numbered as in Pipeline::transition_system(): the actions of the
// pipeline, then the receipts of its watches, then the collections of terminal pods, steps of the pod
// garbage collector, which a search takes at once (model/pod_garbage_collector.hpp).
#pragma once

#include <string>

#include "model/pipeline.hpp"

namespace kcheck::traces {

class Actions {
public:
    /// `pipeline` must outlive it.
    explicit Actions(const model::Pipeline& pipeline);

    int size() const { return first_collection() + pipeline_.encoding().pods(); }
    int first_receipt() const { return static_cast<int>(pipeline_.actions().size()); }
    int first_collection() const { return first_receipt() + static_cast<int>(pipeline_.watches().size()); }
    bool is_receipt(int action) const { return action >= first_receipt() && action < first_collection(); }

    /// Null for receipts and collections.
    const model::ActionInfo* info(int action) const;
    std::string component(int action) const;
    model::Verb verb(int action) const;
    std::string name(int action) const;  // unique; that of the transition system

    /// Runs the action on `state`; false, and the state as it was, if it is not enabled.
    bool run(int action, model::Valuation& state) const;
    /// Watch events that the one who takes `action` has not received in `state`.
    int lag(int action, const model::Valuation& state) const;

private:
    /// Null for receipts.
    const model::ActionInfo* info_or_collection(int action) const;

    const model::Pipeline& pipeline_;
};

std::vector<int> values_of(const model::Layout& layout, const model::Valuation& state);
model::Valuation valuation_of(const std::vector<int>& values);

/// The N of the first "`word`[N]" in `text`; -1 if there is none.
int index_after(const std::string& text, const std::string& word);

}  // namespace kcheck::traces
