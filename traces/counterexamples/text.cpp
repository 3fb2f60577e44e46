#include "traces/counterexamples/text.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/core.h>

#include "traces/counterexamples/tables.hpp"

namespace kcheck::traces {

namespace {

std::string painted(const std::string& text, const char* code, bool colour) {
    return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
}

constexpr auto bold = "1", cyan = "36", yellow = "33", red = "31";

std::string plural(int count, const char* what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

Narrator::Narrator(const Trace& trace, TextOptions options)
    : trace_(trace),
      options_(options),
      pipeline_(pipeline_of(trace)),
      actions_(pipeline_),
      names_(trace_, pipeline_) {
    std::size_t number = 0;
    for (std::size_t i = 0; i < trace.steps.size(); ++i) {
        numbers_.push_back(shows(i) ? ++number : number);
        if (shows(i)) width_ = std::max(width_, names_.component(trace.steps[i].component).size());
    }
}

bool Narrator::shows(std::size_t step) const { return options_.receipts || !trace_.steps[step].receipt; }

/// What the step changed of the stored objects, as far as it is not said by the action.
std::string Narrator::outcome(std::size_t i) const {
    const auto& k = pipeline_.encoding();
    const auto& before = trace_.state(i);
    const auto& after = trace_.state(i + 1);
    std::vector<std::string> parts;
    const auto changed = [&](model::VariableId variable) { return before[variable] != after[variable]; };
    const auto workload = [&](const auto& variables, const std::string& name) {
        using namespace model::workload;
        if (changed(variables[exists])) parts.push_back(name + " created");
        if (changed(variables[replicas]))
            parts.push_back(fmt::format("spec.replicas {} -> {}", before[variables[replicas]],
                                        after[variables[replicas]]));
        if (changed(variables[observed]) || changed(variables[status_replicas]) ||
            changed(variables[status_available]))
            parts.push_back(fmt::format("{}, {} available",
                                        plural(after[variables[status_replicas]], "replica"),
                                        after[variables[status_available]]));
    };
    workload(k.deployment(), "deployment/" + trace_.configuration.deployment);
    if (const auto pod_template = k.deployment()[model::deployment::pod_template]; changed(pod_template))
        parts.push_back(
            fmt::format("spec.template {} -> {}", before[pod_template] + 1, after[pod_template] + 1));
    for (int t = 0; t < k.replica_sets(); ++t)
        workload(k.replica_set(t), "replicaset/" + names_.replica_set(t));
    for (int p = 0; p < k.pods(); ++p) {
        using namespace model::pod;
        const auto& variables = k.pod(p);
        const auto name = "pod/" + names_.pod(p, i + 1);
        if (changed(variables[exists]))
            parts.push_back(name + (after[variables[exists]] == 1 ? " created" : " removed"));
        if (after[variables[exists]] == 0) continue;
        if (changed(variables[node])) {
            const auto to = after[variables[node]];
            parts.push_back(before[variables[node]] == 0
                                ? "bound to " + names_.node(to - 1)
                                : fmt::format("moved from {} to {}", names_.node(before[variables[node]] - 1),
                                              names_.node(to - 1)));
        } else if (changed(k.bindings[static_cast<std::size_t>(p)]))
            parts.push_back(fmt::format("bound to {} once more", names_.node(after[variables[node]] - 1)));
        if (changed(variables[deleting])) parts.push_back(name + " is terminating");
    }
    std::string text;
    for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
    const auto* info = actions_.info(trace_.steps[i].action);
    const bool etcd_changed = std::ranges::any_of(k.layout.variables(), [&](const model::Variable& variable) {
        return variable.part == model::Part::etcd &&
               changed(static_cast<model::VariableId>(&variable - k.layout.variables().data()));
    });
    if (info != nullptr && info->writes && text.empty() && !etcd_changed) return "nothing changes";
    return text;
}

std::string Narrator::line(std::size_t i) const {
    const auto& step = trace_.steps[i];
    const auto component = names_.component(step.component);
    // The name is "component: what".
    auto what = names_.text(step.name.substr(step.component.size() + 2), i + 1);
    if (const auto said = outcome(i); !said.empty()) what += " => " + said;
    auto text = fmt::format("{:>3}  {}{}  {}", numbers_[i], painted(component, cyan, options_.colour),
                            std::string(width_ - std::min(width_, component.size()), ' '), what);
    if (step.lag > 0 && !step.receipt)
        text += ' ' + painted(fmt::format("(from a cache that lags {})", plural(step.lag, "event")), yellow,
                              options_.colour);
    return text;
}

void write_text(std::ostream& out, const Trace& trace, TextOptions options) {
    const Narrator narrator(trace, options);
    const auto last = trace.steps.size();
    for (std::size_t i = 0; i < last; ++i) {
        if (trace.cycle == i) out << painted("-- from here on, for ever --", bold, options.colour) << '\n';
        if (narrator.shows(i)) out << narrator.line(i) << '\n';
    }
    if (trace.cycle == last) out << painted("-- nothing happens any more --", bold, options.colour) << '\n';

    if (!trace.property.empty()) {
        out << '\n' << painted("violated: " + trace.property, red, options.colour);
        if (const auto* property = invariants::find_property(trace.property))
            out << ": " << property->statement;
        out << '\n';
    }
    out << '\n';
    write_tables(out, trace, narrator.pipeline(), narrator.names(), last);
    std::ostringstream beliefs;
    write_beliefs(beliefs, trace, narrator.pipeline(), narrator.names(), last);
    if (!beliefs.str().empty()) out << "\nCaches that lag\n" << beliefs.str();
}

}  // namespace kcheck::traces
