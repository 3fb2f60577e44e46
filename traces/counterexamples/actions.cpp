#include "traces/counterexamples/actions.hpp"

#include <algorithm>

namespace kcheck::traces {

using model::Verb;

Actions::Actions(const model::Pipeline& pipeline) : pipeline_(pipeline) {}

const model::ActionInfo* Actions::info(int action) const {
    return action < first_receipt() ? &pipeline_.actions()[static_cast<std::size_t>(action)] : nullptr;
}

const model::ActionInfo* Actions::info_or_collection(int action) const {
    if (action < first_collection()) return info(action);
    return &pipeline_.collections()[static_cast<std::size_t>(action - first_collection())];
}

std::string Actions::component(int action) const {
    if (const auto* own = info_or_collection(action)) return own->component;
    return pipeline_.watches()[static_cast<std::size_t>(action - first_receipt())].client;
}

model::Verb Actions::verb(int action) const {
    const auto* own = info_or_collection(action);
    return own != nullptr ? own->verb : Verb::receive;
}

std::string Actions::name(int action) const {
    return pipeline_.describe({static_cast<std::uint16_t>(action)});
}

bool Actions::run(int action, model::Valuation& state) const {
    model::NativeStep step(state);
    if (const auto* own = info_or_collection(action))
        own->text(step);
    else
        pipeline_.watches()[static_cast<std::size_t>(action - first_receipt())].text(step);
    return step.enabled();
}

int Actions::lag(int action, const model::Valuation& state) const {
    const auto* own = info(action);
    if (own == nullptr || own->verb == Verb::crash) return 0;  // whoever restarts lists anew
    int events = 0;
    for (const auto w : own->watches)
        events += pipeline_.watches()[static_cast<std::size_t>(w)].queued(state);
    return events;
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
