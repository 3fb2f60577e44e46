#include "traces/counterexamples/actions.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace kcheck::traces {

namespace {

using model::Encoding;

/// A terminal pod that everybody has heard of, that runs nowhere and that nobody is about to delete.
template <class C>
void collect(C& c, const Encoding& k, int p) {
    const auto i = static_cast<std::size_t>(p);
    const auto& stored = k.pod[i];
    auto over = c[stored[model::pod::exists]] == 1 && c[stored[model::pod::phase]] == model::pod::terminal &&
                c[stored[model::pod::deleting]] == 0 && c[k.late_deletion[i]] == 0;
    for (const auto variable : k.references_to_pods()) over = over && c[variable] != p + 1;
    for (const auto& kubelet : k.kubelet) over = over && c[kubelet.container[i]] == 0;
    if (!c.require(over)) return;
    for (const auto variable : k.variables_of_pod(p))
        if (k.layout[variable].size > 1) c.set(variable, c.integer(0));
}

constexpr auto collector = "pod-garbage-collector";

}  // namespace

Actions::Actions(const model::Pipeline& pipeline) : pipeline_(pipeline) {}

const model::ActionInfo* Actions::info(int action) const {
    return action < first_receipt() ? &pipeline_.actions()[static_cast<std::size_t>(action)] : nullptr;
}

std::string Actions::component(int action) const {
    if (const auto* own = info(action)) return own->component;
    if (!is_receipt(action)) return collector;
    return pipeline_.watches()[static_cast<std::size_t>(action - first_receipt())].client;
}

std::string Actions::verb(int action) const {
    if (const auto* own = info(action)) return own->verb;
    return is_receipt(action) ? "receive" : "collect";
}

std::string Actions::name(int action) const {
    if (action < first_collection()) return pipeline_.describe({static_cast<std::uint16_t>(action)});
    return fmt::format("{}: remove pod[{}], which has terminated", collector, action - first_collection());
}

bool Actions::run(int action, model::Valuation& state) const {
    model::NativeStep step(state);
    if (const auto* own = info(action))
        own->native(step);
    else if (is_receipt(action))
        pipeline_.watches()[static_cast<std::size_t>(action - first_receipt())].native(step);
    else
        collect(step, pipeline_.encoding(), action - first_collection());
    return step.enabled();
}

int Actions::lag(int action, const model::Valuation& state) const {
    const auto* own = info(action);
    if (own == nullptr || own->verb == "crash") return 0;  // whoever restarts lists anew
    int events = 0;
    for (const auto w : own->watches)
        events += pipeline_.watches()[static_cast<std::size_t>(w)].queued(state);
    return events;
}

ir::TransitionSystem Actions::transition_system() const {
    auto system = pipeline_.transition_system();
    for (int action = first_collection(); action < size(); ++action) {
        model::SymbolicStep step(*system.arena, pipeline_.layout());
        collect(step, pipeline_.encoding(), action - first_collection());
        ir::Action added{name(action), step.guard(), {}};
        for (const auto& [variable, term] : step.assignments())
            added.assignments.emplace_back(variable, term);
        system.actions.push_back(std::move(added));
    }
    return system;
}

std::vector<int> values_of(const model::Layout& layout, const model::Valuation& state) {
    return {state.value.begin(), state.value.begin() + static_cast<std::ptrdiff_t>(layout.size())};
}

model::Valuation valuation_of(const std::vector<int>& values) {
    model::Valuation state;
    std::ranges::transform(values, state.value.begin(), [](int v) { return static_cast<std::uint8_t>(v); });
    return state;
}

int index_after(const std::string& text, const std::string& word) {
    const auto at = text.find(word + "[");
    return at == std::string::npos ? -1 : std::stoi(text.substr(at + word.size() + 1));
}

}  // namespace kcheck::traces
