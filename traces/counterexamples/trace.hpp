// A trace: what happened, step by step, in actual states of the pipeline.
//
// The search works on representatives (reductions). `follow` turns a path of
// representatives into steps of the plain transition system: each receipt of a watch
// event and each local step on its own. `execute` runs those steps again in the
// term form of the model, which shares no code with the search, and evaluates the
// property there. Nobody is shown a trace that it does not confirm.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "invariants/property.hpp"
#include "model/configuration.hpp"
#include "model/pipeline.hpp"

namespace kcheck::traces {

struct Step {
    int action = 0;          // see actions.hpp
    std::string component;   // "kube-scheduler"
    std::string name;        // the action's unique name, as in the transition system
    int lag = 0;             // watch events that the component had not received when it acted
    bool receipt = false;    // of a watch event; shown only on request
    std::vector<int> state;  // after the step, in the order of the layout
    bool operator==(const Step&) const = default;
};

struct Trace {
    model::Configuration configuration;
    model::Reductions reductions;  // only the watches' projection, and status-last, show in a trace
    model::Bounds bounds;
    std::string property;  // empty: a trace of no property in particular
    std::vector<int> initial;
    std::vector<Step> steps;
    /// A lasso: the steps from this index on repeat for ever. Equal to steps.size(): the run
    /// stays in the last state for ever.
    std::optional<std::size_t> cycle;

    /// After `steps_done` steps; 0 is the initial state.
    const std::vector<int>& state(std::size_t steps_done) const {
        return steps_done == 0 ? initial : steps[steps_done - 1].state;
    }
};

/// The pipeline that the trace is of. Throws std::length_error as its constructor does.
inline model::Pipeline pipeline_of(const Trace& trace) {
    return model::Pipeline(trace.configuration, trace.reductions, trace.bounds);
}

/// One edge of a path of representatives.
struct Edge {
    model::Move move;
    model::Valuation target;  // the representative that it leads to
};

/// The path from the initial state along `path`. `cycle`: index into `path` of the first edge of
/// the cycle, as in Trace. Under symmetry a cycle of representatives may have to be walked several
/// times until the actual states repeat. With a safety property the trace ends in the first actual
/// state that violates it, which may be within the local steps of the last edge. Fails with a
/// message if the path cannot be followed, which is an error of kcheck.
tl::expected<Trace, std::string> follow(const model::Pipeline& pipeline, const std::vector<Edge>& path,
                                        std::optional<std::size_t> cycle,
                                        const invariants::Property* property = nullptr);

/// A counterexample of `property` in the plain pipeline, along a path of the reduced one that ends where
/// the property is violated or, of liveness, where the run stays. Both pipelines have the same
/// configuration and bounds. Fails where the path has no counterpart: then nothing is known.
tl::expected<Trace, std::string> follow_plainly(const model::Pipeline& reduced, const model::Pipeline& plain,
                                                const std::vector<Edge>& path,
                                                const invariants::Property& property);

/// Told of each step that has been confirmed, by its index.
using OnStep = std::function<void(std::size_t)>;

/// Runs the trace again by evaluating terms: every guard holds, every state is as recorded, the
/// cycle closes, and the property is violated (safety: in the last state, and in no earlier one;
/// liveness: the cycle is fair and stays away from the goal). Fails with a message that names the
/// first step that is not so, counted from 1 as `render` shows them with receipts.
tl::expected<void, std::string> replay(const Trace& trace, const OnStep& on_step);
tl::expected<void, std::string> execute(const Trace& trace);

/// The same, for a property that is not in the registry; null for a trace of none. Its name must
/// be that of the trace.
tl::expected<void, std::string> replay(const Trace& trace, const invariants::Property* property,
                                       const OnStep& on_step);

}  // namespace kcheck::traces
