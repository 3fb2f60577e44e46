// The metamorphic gate: rules that need no second opinion to be believed. What is violated within a
// bound is violated within every larger one, and what may come to rest there may come to rest here.
#include <catch2/catch.hpp>

#include <functional>
#include <optional>

#include "tests/gates_compare.hpp"

using namespace kcheck;
using namespace kcheck::tests;

namespace {

using model::Configuration;

struct Rule {
    std::string name;
    int percent;  // of the configurations
    Relation relation;
    /// What the configuration is compared with; none if the rule says nothing of it.
    std::function<std::optional<Configuration>(const Configuration&)> other;
    bool counts = false;  // the state spaces are the same up to names
};

std::optional<Configuration> changed(const Configuration& configuration, bool applies, auto change) {
    if (!applies) return std::nullopt;
    auto other = configuration;
    change(other);
    return other;
}

const std::vector<Rule>& rules() {
    static const std::vector<Rule> all{
        {"one event more of staleness", 100, Relation::included,
         [](const Configuration& c) {
             return changed(c, c.staleness.has_value(), [](auto& o) { ++*o.staleness; });
         }},
        {"unlimited staleness", 100, Relation::included,
         [](const Configuration& c) {
             return changed(c, c.staleness.has_value(), [](auto& o) { o.staleness.reset(); });
         }},
        {"one crash more", 25, Relation::included,
         [](const Configuration& c) { return changed(c, true, [](auto& o) { ++o.crashes; }); }},
        {"one lost reply more", 25, Relation::included,
         [](const Configuration& c) { return changed(c, true, [](auto& o) { ++o.lost_replies; }); }},
        {"one operation more, which the user need not come to", 10, Relation::included,
         [](const Configuration& c) {
             return changed(c, c.operations.size() < 3, [](auto& o) {
                 o.operations.push_back({model::UserOperation::Kind::scale, 1});
             });
         }},
        {"availability after a while, which may be over at once", 10, Relation::included,
         [](const Configuration& c) {
             return changed(c, !c.waits_until_available, [](auto& o) { o.waits_until_available = true; });
         }},
        {"an event that may be lost, and need not be", 10, Relation::included,
         [](const Configuration& c) {
             return changed(c, !c.variants.contains("watch-drops-event"),
                            [](auto& o) { o.variants.insert("watch-drops-event"); });
         }},
        {"nodes in the opposite order", 10, Relation::equal,
         [](const Configuration& c) {
             return changed(c, c.nodes.size() > 1, [](auto& o) { std::ranges::reverse(o.nodes); });
         },
         true},
        {"nodes of other names", 10, Relation::equal,
         [](const Configuration& c) {
             return changed(c, true, [](auto& o) {
                 for (auto& node : o.nodes) node.name = "z" + node.name;
             });
         },
         true},
        {"scale in place of a second apply", 10, Relation::equal,
         [](const Configuration& c) {
             return changed(c, c.operations.size() > 1, [](auto& o) {
                 using Kind = model::UserOperation::Kind;
                 auto& kind = o.operations.back().kind;
                 kind = kind == Kind::apply ? Kind::scale : Kind::apply;
             });
         },
         true},
        {"room for a hundred pods or for fifty", 10, Relation::equal,
         [](const Configuration& c) {
             return changed(c, true, [](auto& o) {
                 for (auto& node : o.nodes)
                     if (node.capacity > 50) {
                         node.capacity = 50;
                         if (!node.score.empty()) node.score.resize(51);
                     }
             });
         },
         true},
        {"a closed node more", 10, Relation::equal,
         [](const Configuration& c) {
             return changed(c, c.nodes.size() < 3 && !c.variants.contains("kubelet-ignores-node-name"),
                            [](auto& o) {
                                o.nodes.push_back({"closed", false, 110, {}});
                            });
         }},
    };
    return all;
}

std::optional<Difference> same_kind(const Configuration& configuration, const Rule& rule,
                                    const Search& search, const std::string& kind,
                                    const AnswerOptions& options) {
    const auto other = rule.other(configuration);
    if (!other) return std::nullopt;
    for (const auto& difference :
         differences(search(configuration, options), search(*other, options), rule.relation))
        if (kind_of(difference) == kind) return difference;
    return std::nullopt;
}

void show(Report& report, std::uint64_t seed, Configuration configuration, const Rule& rule, Search search,
          const std::string& kind, const AnswerOptions& options) {
    configuration = minimize(configuration, [&](const Configuration& candidate) {
        return same_kind(candidate, rule, search, kind, options).has_value();
    });
    const auto difference = *same_kind(configuration, rule, search, kind, options);
    report.fail(seed, fmt::format("{}: {}\n    {}: {}\n    {}: {}", rule.name, difference.what,
                                  text_of(configuration, search.reductions), difference.one,
                                  text_of(*rule.other(configuration), search.reductions), difference.other));
}

void run(std::uint64_t configurations, std::uint64_t states_max) {
    const Seeds seeds(configurations);
    Report report("metamorphic", seeds);
    const AnswerOptions options{.states_max = number_from("KCHECK_STATES", states_max)};
    const double bits_max = std::log2(static_cast<double>(options.states_max));
    for (auto seed = seeds.first; seed < seeds.first + seeds.count; ++seed) {
        const auto configuration = random_configuration(seed);
        Dice dice(seed ^ 0x5EED);
        Search search;  // as users have it, mostly
        if (dice.chance(20)) search.reductions = random_reductions(dice);
        const auto is_too_large = [&](const Configuration& asked) {
            return bits_of_states(asked) + bits_without_reductions(asked, search.reductions) > bits_max;
        };
        if (is_too_large(configuration)) {
            report.count("configurations too large");
            continue;
        }
        report.count("configurations searched");
        const auto one = search(configuration, options);
        report.count(one);
        bool compared = false;
        for (const auto& rule : rules()) {
            if (!dice.chance(rule.percent)) continue;
            const auto larger = rule.other(configuration);
            if (!larger || is_too_large(*larger)) continue;
            const auto other = search(*larger, options);
            report.count(other);
            compared = compared || (one.complete && other.complete);
            for (const auto& difference : differences(one, other, rule.relation)) {
                report.count("differences");
                if (report.is_new(rule.name + kind_of(difference) + variants_of(configuration)))
                    show(report, seed, configuration, rule, search, kind_of(difference), options);
            }
            if (rule.counts && one.complete && other.complete && one.states != other.states &&
                report.is_new(rule.name))
                report.fail(seed, fmt::format("{}: {} states, and {}\n    {}", rule.name, one.states,
                                              other.states, text_of(configuration, search.reductions)));
        }
        if (compared) report.count("configurations compared");
    }
}

}  // namespace

TEST_CASE("what is violated within a bound is violated within a larger one", "[metamorphic]") {
    run(1'200, 5'000);
}

TEST_CASE("what is violated within a bound is violated within a larger one, at length",
          "[.slow][metamorphic]") {
    run(20'000, 20'000);
}
