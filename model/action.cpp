#include "model/action.hpp"

namespace kcheck::model {

void Actions::of(std::string component, std::vector<const AnyWatch*> watches, int node) {
    component_ = std::move(component);
    node_ = node;
    watches_.clear();
    for (const auto* watch : watches) watches_.push_back(watch->index);
}

ActionInfo& Actions::step(Verb verb, std::string what, ir::ClassMask progress, Text text, std::string name) {
    ActionInfo info;
    info.component = name.empty() ? component_ : std::move(name);
    info.verb = verb;
    info.what = std::move(what);
    info.node = node_;
    info.watches = watches_;
    info.progress = progress;
    info.text = std::move(text);
    actions_.push_back(std::move(info));
    return actions_.back();
}

void Actions::crash(const Process& process) {
    of(process.name, process.watches, process.node);
    auto& info = step(Verb::crash, "crash and restart", {}, [&k = encoding_, &process](auto& c) {
        if (!use_crash(c, k)) return;
        for (const auto& leaves : process.on_crash) leaves(c);
        restart(c, process);
    });
    info.fault = true;
    info.refreshes = watches_;
}

}  // namespace kcheck::model
