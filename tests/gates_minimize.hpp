// The smallest configuration that still fails: delta debugging (Zeller and Hildebrandt, 2002) as far as
// a configuration needs it. Each round tries the changes that make it smaller, the largest first, and
// keeps the first one that fails as well.
#pragma once

#include <utility>
#include <vector>

#include "model/configuration.hpp"

namespace kcheck::tests {

/// What is a little smaller.
inline std::vector<model::Configuration> smaller(const model::Configuration& configuration) {
    std::vector<model::Configuration> candidates;
    const auto with = [&](auto change) {
        auto candidate = configuration;
        change(candidate);
        candidates.push_back(std::move(candidate));
    };
    const auto& c = configuration;
    if (c.crashes > 0) with([](auto& m) { --m.crashes; });
    if (c.lost_replies > 0) with([](auto& m) { --m.lost_replies; });
    for (const auto& variant : c.variants) with([&](auto& m) { m.variants.erase(variant); });
    for (std::size_t i = 1; i < c.operations.size(); ++i)
        with([&](auto& m) { m.operations.erase(m.operations.begin() + static_cast<std::ptrdiff_t>(i)); });
    if (c.operations.size() > 1)
        with([](auto& m) {
            m.operations.erase(m.operations.begin());
            m.operations.front().kind = model::UserOperation::Kind::apply;
        });
    for (std::size_t n = 0; c.nodes.size() > 1 && n < c.nodes.size(); ++n)
        with([&](auto& m) { m.nodes.erase(m.nodes.begin() + static_cast<std::ptrdiff_t>(n)); });
    for (std::size_t i = 0; i < c.operations.size(); ++i)
        if (c.operations[i].replicas > 0) with([&](auto& m) { --m.operations[i].replicas; });
    if (c.waits_until_available) with([](auto& m) { m.waits_until_available = false; });
    for (std::size_t n = 0; n < c.nodes.size(); ++n) {
        const auto& node = c.nodes[n];
        if (!node.score.empty()) with([&](auto& m) { m.nodes[n].score.clear(); });
        if (!node.schedulable) with([&](auto& m) { m.nodes[n].schedulable = true; });
        if (node.capacity < model::Node{}.capacity)
            with([&](auto& m) {
                m.nodes[n].capacity = model::Node{}.capacity;
                m.nodes[n].score.clear();
            });
    }
    // Unlimited lag is the default, and so the simplest.
    if (c.staleness) with([](auto& m) { m.staleness.reset(); });
    if (c.staleness && *c.staleness > 1) with([](auto& m) { --*m.staleness; });
    for (std::size_t i = 1; i < c.operations.size(); ++i)
        if (c.operations[i].kind == model::UserOperation::Kind::apply)
            with([&](auto& m) { m.operations[i].kind = model::UserOperation::Kind::scale; });
    return candidates;
}

/// `fails` is true of `configuration`, and of what is returned.
template <class Fails>
model::Configuration minimize(model::Configuration configuration, Fails&& fails) {
    for (bool shrinks = true; shrinks;) {
        shrinks = false;
        for (auto& candidate : smaller(configuration)) {
            if (!fails(std::as_const(candidate))) continue;
            configuration = std::move(candidate);
            shrinks = true;
            break;
        }
    }
    return configuration;
}

}  // namespace kcheck::tests
