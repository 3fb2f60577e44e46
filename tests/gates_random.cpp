#include "tests/gates_random.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/named_reductions.hpp"
#include "model/variants.hpp"

namespace kcheck::tests {

namespace {

constexpr int roomy = 110;

model::Node random_node(Dice& dice, int number) {
    model::Node node{fmt::format("node-{}", number), true, roomy, {}};
    if (dice.chance(45)) node.capacity = dice.weighted({10, 50, 30, 10});
    node.schedulable = !dice.chance(8);
    if (dice.chance(20)) {
        for (int k = 0; k <= node.capacity; ++k)
            node.score.push_back(k < 4 ? dice.roll(3) : node.score.back());
    }
    return node;
}

}  // namespace

int Dice::weighted(std::initializer_list<int> weights) {
    int sum = 0;
    for (const int weight : weights) sum += weight;
    int rest = roll(sum);
    int index = 0;
    for (const int weight : weights) {
        if (rest < weight) return index;
        rest -= weight;
        ++index;
    }
    return index;
}

model::Configuration random_configuration(std::uint64_t seed) {
    Dice dice(seed);
    model::Configuration configuration;
    using Kind = model::UserOperation::Kind;
    configuration.operations = {{Kind::apply, dice.weighted({8, 52, 28, 12})}};
    const int more = dice.weighted({35, 45, 20});
    for (int i = 0; i < more; ++i)
        configuration.operations.push_back(
            {dice.chance(80) ? Kind::scale : Kind::apply, dice.weighted({35, 35, 20, 10})});

    configuration.nodes = {random_node(dice, 0)};
    if (dice.chance(45)) {
        configuration.nodes.push_back(random_node(dice, 1));
        if (dice.chance(50)) {
            configuration.nodes[1] = configuration.nodes[0];
            configuration.nodes[1].name = "node-1";
        }
    }
    configuration.waits_until_available = dice.chance(20);
    configuration.crashes = dice.chance(30) ? 1 : 0;
    configuration.lost_replies = dice.chance(30) ? 1 : 0;
    if (const int staleness = dice.weighted({45, 25, 20, 10}); staleness > 0)
        configuration.staleness = staleness;
    const int variants = dice.weighted({60, 36, 4});
    for (int i = 0; i < variants; ++i) {
        const auto all = model::variants();
        configuration.variants.emplace(
            all[static_cast<std::size_t>(dice.roll(static_cast<int>(all.size())))].name);
    }
    if (dice.chance(15)) configuration.staleness = 0;
    return configuration;
}

model::Configuration random_rollout(std::uint64_t seed) {
    Dice dice(seed);
    model::Configuration configuration;
    using Kind = model::UserOperation::Kind;
    configuration.operations = {{Kind::apply, dice.weighted({4, 76, 20})}};
    configuration.then({{Kind::set_image, 0, 0}});
    switch (dice.weighted({50, 30, 20})) {
        case 0: break;
        case 1: configuration.then({{Kind::undo}}); break;
        default: configuration.then({{Kind::set_image, 0, 0}});
    }
    using Amount = model::Strategy::Amount;
    const auto amount = [](int value) { return Amount{value, false}; };
    switch (dice.weighted({30, 20, 20, 10, 20})) {
        case 0: break;
        case 1: configuration.strategy = {false, amount(1), amount(0)}; break;
        case 2: configuration.strategy = {false, amount(0), amount(1)}; break;
        case 3: configuration.strategy = {false, amount(1), amount(1)}; break;
        default: configuration.strategy.recreate = true;
    }
    configuration.nodes = {random_node(dice, 0)};
    if (dice.chance(20)) configuration.nodes.push_back(random_node(dice, 1));
    configuration.waits_until_available = dice.chance(10);
    configuration.crashes = dice.chance(15) ? 1 : 0;
    configuration.lost_replies = dice.chance(20) ? 1 : 0;
    if (!dice.chance(10)) configuration.staleness = dice.chance(80) ? 0 : 1;
    const auto all = model::variants();
    if (dice.chance(40))
        configuration.variants.emplace(
            all[static_cast<std::size_t>(dice.roll(static_cast<int>(all.size())))].name);
    return configuration;
}

model::Reductions no_reductions() {
    model::Reductions none;
    for (const auto& reduction : model::named_reductions) none.*reduction.member = false;
    return none;
}

model::Reductions random_reductions(Dice& dice) {
    const auto pick = [&] {
        return model::named_reductions[static_cast<std::size_t>(
                                           dice.roll(static_cast<int>(model::named_reductions.size())))]
            .member;
    };
    auto chosen = no_reductions();
    switch (dice.weighted({20, 25, 25, 30})) {
        case 0: break;
        case 1: chosen.*pick() = true; break;
        case 2:
            chosen = {};
            chosen.*pick() = false;
            break;
        default:
            for (const auto& reduction : model::named_reductions) chosen.*reduction.member = dice.chance(50);
    }
    return chosen;
}

namespace {

/// Pods that can be around in one run, about.
int pods_of(const model::Configuration& configuration) {
    return configuration.replicas_added() + configuration.lost_replies + configuration.crashes;
}

}  // namespace

double bits_of_states(const model::Configuration& configuration) {
    const int pods = pods_of(configuration);
    double bits = 3.0 + 0.9 * pods + 1.5 * static_cast<double>(configuration.operations.size() - 1);
    // Statuses feed back, and with caches that lag there are two views more of everything.
    if (configuration.rolls_out()) bits += configuration.caches_are_fresh() ? 4.0 : 9.0;
    bits += 1.5 * configuration.lost_replies + 2.0 * configuration.crashes;
    for (const auto& node : configuration.nodes)
        if (node.capacity < pods) bits += 0.5 * pods;
    return bits;
}

double bits_without_reductions(const model::Configuration& configuration,
                               const model::Reductions& reductions) {
    using model::Reductions;
    struct Price {
        bool Reductions::*member;
        double each_pod;
    };
    const Price prices[] = {{&Reductions::watch_projection, 0.4},
                            {&Reductions::symmetry, 0.2},
                            {&Reductions::idle_faults, 0.1},
                            {&Reductions::local_steps, 0.8},
                            {&Reductions::status_last, 1.7}};
    double bits = 0;
    for (const auto& [member, each_pod] : prices)
        if (!(reductions.*member)) bits += 0.4 + each_pod * pods_of(configuration);
    return bits;
}

std::string text_of(const model::Reductions& reductions) {
    std::vector<std::string_view> names;
    for (const auto& reduction : model::named_reductions)
        if (reductions.*reduction.member) names.push_back(reduction.name);
    return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

std::string text_of(const model::Configuration& configuration, const model::Reductions& reductions,
                    const std::string& property) {
    std::string text = fmt::format("kcheck --replicas {}", configuration.operations.front().replicas);
    for (std::size_t i = 1; i < configuration.operations.size(); ++i) {
        const auto& operation = configuration.operations[i];
        text +=
            fmt::format(" --{} {}", operation.kind == model::UserOperation::Kind::scale ? "scale" : "apply",
                        operation.replicas);
    }
    text += fmt::format(" --nodes {} --crashes {} --lost-replies {}", configuration.nodes.size(),
                        configuration.crashes, configuration.lost_replies);
    if (configuration.staleness) text += fmt::format(" --lag {}", *configuration.staleness);
    for (const auto& variant : configuration.variants) text += fmt::format(" --variant {}", variant);
    for (const auto& reduction : model::named_reductions)
        if (!(reductions.*reduction.member)) text += fmt::format(" --no-reduction {}", reduction.name);
    if (!property.empty()) text += fmt::format(" --property {}", property);

    std::vector<std::string> rest;
    if (configuration.waits_until_available) rest.emplace_back("minReadySeconds > 0");
    for (const auto& node : configuration.nodes) {
        if (node.capacity != roomy)
            rest.push_back(fmt::format("{} has room for {}", node.name, node.capacity));
        if (!node.schedulable) rest.push_back(fmt::format("{} is closed", node.name));
        if (!node.score.empty()) {
            const auto shown = std::min<std::size_t>(node.score.size(), 5);
            rest.push_back(fmt::format(
                "{} scores {}", node.name,
                fmt::join(node.score.begin(), node.score.begin() + static_cast<long>(shown), " ")));
        }
    }
    if (!rest.empty()) text += fmt::format("  # where {}", fmt::join(rest, ", "));
    return text;
}

}  // namespace kcheck::tests
