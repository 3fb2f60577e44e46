#include "scenarios/levels.hpp"

#include <algorithm>
#include <array>

namespace kcheck::scenarios {

using model::Configuration;

std::string_view name_of_level(int level) {
    static constexpr std::array<std::string_view, highest_level + 1> names{
        "caches are fresh", "caches lag", "replies are lost", "processes crash"};
    return names.at(static_cast<std::size_t>(level));
}

int level_of(const Configuration& configuration) {
    if (configuration.crashes > 0) return 3;
    if (configuration.lost_replies > 0) return 2;
    return configuration.caches_are_fresh() ? 0 : 1;
}

Configuration at_level(Configuration configuration, int level) {
    if (level < 3) configuration.crashes = 0;
    if (level < 2) configuration.lost_replies = 0;
    if (level < 1) configuration.staleness = 0;
    return configuration;
}

std::vector<Level> levels_of(const Configuration& configuration) {
    std::vector<Level> levels;
    for (int number = 0; number <= highest_level; ++number) {
        auto here = at_level(configuration, number);
        if (level_of(here) == number) levels.push_back({number, std::move(here)});
    }
    return levels;
}

std::vector<Configuration> budgets_of(const Level& level) {
    const auto& all = level.configuration;
    std::vector<Configuration> budgets;
    for (int crashes = 0; crashes <= all.crashes; ++crashes)
        for (int lost = 0; lost <= all.lost_replies; ++lost) {
            auto fewer = all;
            fewer.crashes = crashes;
            fewer.lost_replies = lost;
            if (level_of(fewer) == level.number) budgets.push_back(std::move(fewer));
        }
    std::ranges::stable_sort(budgets, {}, [](const Configuration& c) { return c.crashes + c.lost_replies; });
    return budgets;
}

}  // namespace kcheck::scenarios
