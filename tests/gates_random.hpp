// Random small configurations: each is a function of its seed, so that a failure is repeated by
// the seed that it names.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "model/configuration.hpp"
#include "model/encoding.hpp"

namespace kcheck::tests {

/// SplitMix64 (Steele, Lea, Flood, 2014): the same numbers on every platform, which the distributions
/// of the standard library do not promise.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        auto z = state_ += 0x9E3779B97F4A7C15ULL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
    /// 0 .. sides-1.
    int roll(int sides) { return static_cast<int>(next() % static_cast<std::uint64_t>(sides)); }
    bool chance(int percent) { return roll(100) < percent; }
    /// An index, as often as its weight says.
    int weighted(std::initializer_list<int> weights);

private:
    std::uint64_t state_;
};

model::Configuration random_configuration(std::uint64_t seed);
/// One of a Deployment whose template changes.
model::Configuration random_rollout(std::uint64_t seed);

/// Any subset of the reductions, the extremes and singletons more often than chance would have them.
model::Reductions random_reductions(Dice& dice);

/// About how many bits the number of states has under all reductions. Rough, as is the next: it keeps
/// the gates from beginning what they cannot finish.
double bits_of_states(const model::Configuration& configuration);
/// About how many bits more it has under these; fitted to measured runs.
double bits_without_reductions(const model::Configuration& configuration,
                               const model::Reductions& reductions);

model::Reductions no_reductions();
/// "lazy-refresh, symmetry"; "none" if there is none.
std::string text_of(const model::Reductions& reductions);

/// The call of kcheck that checks the configuration; what its options cannot say follows in words.
std::string text_of(const model::Configuration& configuration, const model::Reductions& reductions = {},
                    const std::string& property = {});

}  // namespace kcheck::tests
