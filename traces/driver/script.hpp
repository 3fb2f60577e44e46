// A trace as kcheck tells it to a driver: the configuration and the steps of
// docs/driver.md, and what is stored after each.
//
// The steps are those of the trace, with these differences. A receipt counts all events that
// the watch delivers, and events that the model leaves out are received as steps of their
// own (traces/driver/deliveries.hpp). Where every pod fits its node the model has no admission;
// here the kubelet admits each pod when it has heard of it.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "traces/counterexamples/trace.hpp"
#include "traces/driver/stored.hpp"

namespace kcheck::traces::driver {

struct ScriptStep {
    nlohmann::ordered_json message;  // the value of "step"
    std::size_t trace_step = 0;      // the step of the trace that it is, or belongs to
    Stored expected;                 // after it
};

struct Script {
    nlohmann::ordered_json configuration;  // the value of "configuration"
    Stored initial;
    std::vector<ScriptStep> steps;
    bool rests = false;  // in the end nothing is left to do
};

/// Requires: the steps of the trace are those of the model (`execute`).
Script script_of(const Trace& trace);
/// What the protocol has no words for yet.
inline constexpr std::string_view one_template = "rollouts cannot be replayed on an implementation";
/// The same where the pipeline of the trace's configuration and reductions is there already.
Script script_of(const Trace& trace, const model::Pipeline& pipeline);

/// "kube-scheduler: bind, pod 0; outcome replied": a step in words.
std::string describe(const nlohmann::ordered_json& step);

}  // namespace kcheck::traces::driver
