// The differential gate: no reduction changes a verdict, or a quiescent state. Each random
// configuration is searched with all reductions, without any, and with some subsets of them.
#include <catch2/catch.hpp>

#include <optional>

#include "model/named_reductions.hpp"
#include "tests/gates_compare.hpp"

using namespace kcheck;
using namespace kcheck::tests;

namespace {

struct Pair {
    Search one, other;
};

/// Makes the two searches as alike as the difference allows: what is left is what makes it.
template <class Fails>
Pair approach(Pair pair, Fails&& fails) {
    if (pair.other.plain) {
        const Pair candidate{pair.one, {false, no_reductions()}};
        if (fails(candidate)) pair = candidate;
    }
    for (const auto& reduction : model::named_reductions) {
        if (pair.one.reductions.*reduction.member == pair.other.reductions.*reduction.member) continue;
        // Off in both is simpler than on in both.
        for (const bool on : {false, true}) {
            auto candidate = pair;
            candidate.one.reductions.*reduction.member = on;
            if (!pair.other.plain) candidate.other.reductions.*reduction.member = on;
            if (candidate.one.reductions == pair.one.reductions &&
                candidate.other.reductions == pair.other.reductions)
                continue;
            if (!fails(candidate)) continue;
            pair = candidate;
            break;
        }
    }
    if (!pair.other.plain)
        for (const auto& reduction : model::named_reductions) {
            if (!(pair.one.reductions.*reduction.member && pair.other.reductions.*reduction.member)) continue;
            auto candidate = pair;
            candidate.one.reductions.*reduction.member = candidate.other.reductions.*reduction.member = false;
            if (fails(candidate)) pair = candidate;
        }
    return pair;
}

std::optional<Difference> same_kind(const model::Configuration& configuration, const Pair& pair,
                                    const std::string& kind, const AnswerOptions& options) {
    const auto found =
        differences(pair.one(configuration, options), pair.other(configuration, options), Relation::equal);
    for (const auto& difference : found)
        if (kind_of(difference) == kind) return difference;
    return std::nullopt;
}

void show(Report& report, std::uint64_t seed, model::Configuration configuration, Pair pair,
          const std::string& kind, const AnswerOptions& options) {
    configuration = minimize(configuration, [&](const model::Configuration& candidate) {
        return same_kind(candidate, pair, kind, options).has_value();
    });
    pair = approach(pair, [&](const Pair& candidate) {
        return same_kind(configuration, candidate, kind, options).has_value();
    });
    configuration = minimize(configuration, [&](const model::Configuration& candidate) {
        return same_kind(candidate, pair, kind, options).has_value();
    });
    const auto difference = *same_kind(configuration, pair, kind, options);
    report.fail(
        seed, fmt::format("{}\n    {}: with {}: {}\n    with {}: {}", text_of(configuration), difference.what,
                          pair.one.text(), difference.one, pair.other.text(), difference.other));
}

std::string reductions_that_differ(const Pair& pair) {
    std::string text;
    for (const auto& reduction : model::named_reductions)
        if (pair.one.reductions.*reduction.member !=
            (!pair.other.plain && pair.other.reductions.*reduction.member))
            text += std::string(reduction.name) + " ";
    return text;
}

enum class Cases : std::uint8_t { any, fresh, rollout };

model::Configuration configuration_of(Cases kind, std::uint64_t seed) {
    auto configuration = kind == Cases::rollout ? random_rollout(seed) : random_configuration(seed);
    if (kind == Cases::fresh) configuration.staleness = 0;
    return configuration;
}

void run(std::uint64_t configurations, int alternatives, std::uint64_t states_max, Cases kind = Cases::any) {
    const Seeds seeds(configurations);
    Report report(kind == Cases::fresh     ? "differential, fresh caches"
                  : kind == Cases::rollout ? "differential, rollouts"
                                           : "differential",
                  seeds);
    const AnswerOptions options{.states_max = number_from("KCHECK_STATES", states_max)};
    const double bits_max = std::log2(static_cast<double>(options.states_max));
    for (auto seed = seeds.first; seed < seeds.first + seeds.count; ++seed) {
        const auto configuration = configuration_of(kind, seed);
        if (bits_of_states(configuration) > bits_max) {
            report.count("configurations too large");
            continue;
        }
        report.count("configurations searched");
        const Search reduced;
        const auto expected = reduced(configuration, options);
        report.count(expected);
        bool compared = false;
        Dice dice(~seed);
        for (int i = 0; i < alternatives; ++i) {
            // The plain search is begun in any case: what it violates within the limit counts.
            const Search other{i == 0, i == 0 ? no_reductions() : random_reductions(dice)};
            if (!other.plain &&
                other.reductions.sound_for(configuration) == reduced.reductions.sound_for(configuration))
                continue;
            const auto bits = std::log2(static_cast<double>(expected.states)) +
                              bits_without_reductions(configuration, other.reductions);
            if (!other.plain && bits > bits_max + 1) continue;
            const auto found = other(configuration, options);
            report.count(found);
            compared = compared || (found.complete && expected.complete);
            for (const auto& difference : differences(expected, found, Relation::equal)) {
                report.count("differences");
                const Pair pair{reduced, other};
                if (report.is_new(kind_of(difference) + difference.one + reductions_that_differ(pair) +
                                  variants_of(configuration)))
                    show(report, seed, configuration, pair, kind_of(difference), options);
            }
        }
        if (compared) report.count("configurations compared");
    }
    report.conclude();
}

}  // namespace

TEST_CASE("no reduction changes a verdict or an outcome of a random configuration", "[heavy][differential]") {
    run(900, 2, 2'000);
}

TEST_CASE("no reduction changes a verdict or an outcome of many random configurations",
          "[.slow][differential]") {
    run(6'000, 4, 5'000);
}

// Level 0 is what a large configuration is told of first, and the arguments for local-steps and status-last
// were made for caches that lag.
TEST_CASE("no reduction changes a verdict or an outcome where caches are fresh", "[heavy][differential]") {
    run(700, 2, 2'000, Cases::fresh);
}

TEST_CASE("no reduction changes a verdict or an outcome of many configurations where caches are fresh",
          "[.slow][differential]") {
    run(4'000, 4, 5'000, Cases::fresh);
}

TEST_CASE("no reduction changes a verdict or an outcome of a random rollout", "[heavy][differential]") {
    run(400, 2, 20'000, Cases::rollout);
}

TEST_CASE("no reduction changes a verdict or an outcome of many rollouts", "[.slow][differential]") {
    run(2'000, 3, 60'000, Cases::rollout);
}
