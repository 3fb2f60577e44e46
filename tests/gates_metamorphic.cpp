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
        {"one event more of lag", 100, Relation::included,
         [](const Configuration& c) {
             return changed(c, c.staleness.has_value(), [](auto& o) { ++*o.staleness; });
         }},
        {"unlimited lag", 100, Relation::included,
         [](const Configuration& c) {
             return changed(c, c.staleness.has_value(), [](auto& o) { o.staleness.reset(); });
         }},
        {"the next level", 100, Relation::included,
         [](const Configuration& c) {
             return changed(c, c.caches_are_fresh() && c.crashes == 0, [](auto& o) {
                 // What has lost replies, or is asked to lag no more, goes on to crashes.
                 (o.lost_replies == 0 ? o.lost_replies : o.crashes) = 1;
             });
         }},
        {"one crash more", 12, Relation::included,
         [](const Configuration& c) { return changed(c, true, [](auto& o) { ++o.crashes; }); }},
        {"one lost reply more", 12, Relation::included,
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
        // Where it changes the replicas: else an apply may change its annotation alone.
        {"scale in place of a second apply", 10, Relation::equal,
         [](const Configuration& c) {
             const auto last = c.operations.size() - 1;
             const bool changes = last > 0 && c.operations[last].replicas != c.operations[last - 1].replicas;
             return changed(c, changes, [](auto& o) {
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

std::optional<Difference> of_kind(const std::vector<Difference>& differences, const std::string& kind) {
    for (const auto& difference : differences)
        if (kind_of(difference) == kind) return difference;
    return std::nullopt;
}

/// `find` searches a configuration and its other, and says what is different.
template <class Find>
void show(Report& report, std::uint64_t seed, Configuration configuration, const std::string& name,
          const Search& search, const std::string& kind, Find&& find,
          const std::function<std::string(const Configuration&)>& there) {
    configuration = minimize(configuration, [&](const Configuration& candidate) {
        return of_kind(find(candidate), kind).has_value();
    });
    const auto difference = *of_kind(find(configuration), kind);
    report.fail(seed, fmt::format("{}: {}\n    {}: {}\n    {}: {}", name, difference.what,
                                  text_of(configuration, search.reductions), difference.one,
                                  there(configuration), difference.other));
}

/// An encoding that no run leaves, and one that has more room than that.
std::vector<Difference> with_more_room(const Configuration& configuration,
                                       const model::Reductions& reductions, const AnswerOptions& options) {
    const auto one = kcheck_answer(configuration, reductions, options);
    if (!one.complete) return {};
    auto wide = one.bounds;
    ++wide.pods;
    ++wide.generations;
    for (auto& events : wide.events) events += 2;
    const auto in = [&](const model::Bounds& bounds) {
        const Pipeline pipeline(configuration, reductions, bounds);
        return answer_of(pipeline, pipeline, options);
    };
    return differences(in(one.bounds), in(wide), Relation::equal);
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
                if (!report.is_new(rule.name + kind_of(difference) + variants_of(configuration))) continue;
                show(
                    report, seed, configuration, rule.name, search, kind_of(difference),
                    [&](const Configuration& candidate) -> std::vector<Difference> {
                        const auto changed_one = rule.other(candidate);
                        if (!changed_one) return {};
                        return differences(search(candidate, options), search(*changed_one, options),
                                           rule.relation);
                    },
                    [&](const Configuration& minimal) {
                        return text_of(*rule.other(minimal), search.reductions);
                    });
            }
            if (rule.counts && one.complete && other.complete && one.states != other.states &&
                report.is_new(rule.name))
                report.fail(seed, fmt::format("{}: {} states, and {}\n    {}", rule.name, one.states,
                                              other.states, text_of(configuration, search.reductions)));
        }
        if (one.complete && dice.chance(10)) {
            report.count("encodings with more room");
            const auto find = [&](const Configuration& candidate) {
                return with_more_room(candidate, search.reductions, options);
            };
            for (const auto& difference : find(configuration)) {
                report.count("differences");
                if (report.is_new("more room" + kind_of(difference) + variants_of(configuration)))
                    show(report, seed, configuration, "an encoding with more room", search,
                         kind_of(difference), find,
                         [](const Configuration&) { return std::string("with more room"); });
            }
        }
        if (compared) report.count("configurations compared");
    }
    report.conclude();
}

}  // namespace

TEST_CASE("what is violated within a bound is violated within a larger one", "[heavy][metamorphic]") {
    run(900, 2'000);
}

TEST_CASE("what is violated within a bound is violated within a larger one, at length",
          "[.slow][metamorphic]") {
    run(6'000, 5'000);
}
