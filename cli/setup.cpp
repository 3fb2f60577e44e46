#include "cli/setup.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/reductions.hpp"
#include "manifests/cluster.hpp"
#include "manifests/read.hpp"

namespace kcheck::cli {

namespace {

tl::expected<model::Configuration, UsageError> configuration_of(const Options& options,
                                                                std::vector<manifests::Warning>& warnings) {
    model::Configuration configuration;
    if (!options.files.empty()) {
        if (options.replicas)
            return tl::unexpected(
                UsageError{"--replicas: the manifests say how many (leave out --replicas, or -f)"});
        const auto manifests = manifests::read(options.files, std::cin);
        if (!manifests) return tl::unexpected(UsageError{to_string(manifests.error())});
        auto cluster = manifests::to_configuration(
            *manifests, {.deployment = options.deployment, .nodes = options.nodes});
        if (!cluster) return tl::unexpected(UsageError{to_string(cluster.error())});
        warnings = manifests->warnings;
        warnings.insert(warnings.end(), cluster->warnings.begin(), cluster->warnings.end());
        configuration = std::move(cluster->configuration);
    } else {
        if (options.deployment)
            return tl::unexpected(UsageError{"--deployment: there are no manifests to choose from (add -f)"});
        configuration.operations = {{model::UserOperation::Kind::apply, options.replicas.value_or(1)}};
        configuration.nodes = manifests::default_nodes(options.nodes.value_or(1));
    }
    configuration.operations.insert(configuration.operations.end(), options.operations.begin(),
                                    options.operations.end());
    configuration.crashes = options.crashes.value_or(1);
    configuration.lost_replies = options.lost_replies.value_or(1);
    configuration.staleness = options.staleness;
    configuration.variants.insert(options.variants.begin(), options.variants.end());
    return configuration;
}

std::string counted(int count, std::string_view noun, std::string_view plural) {
    return fmt::format("{} {}", count, count == 1 ? noun : plural);
}

}  // namespace

tl::expected<Setup, UsageError> set_up(const Options& options) {
    Setup setup;
    auto configuration = configuration_of(options, setup.warnings);
    if (!configuration) return tl::unexpected(configuration.error());
    model::Reductions wanted;
    for (const auto& name : options.no_reductions)
        wanted.*std::ranges::find(reductions, name, &ReductionInfo::name)->member = false;
    try {
        setup.pipeline = std::make_unique<model::Pipeline>(std::move(*configuration), wanted);
    } catch (const std::length_error&) {
        return tl::unexpected(UsageError{
            "the configuration is too large: it has more state than kcheck has room for (try fewer "
            "replicas, nodes, operations or faults)"});
    }
    return setup;
}

std::size_t default_memory_max_bytes() {
    auto bytes =
        static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGE_SIZE));
    std::ifstream group("/sys/fs/cgroup/memory.max");
    std::size_t group_bytes = 0;
    if (group >> group_bytes) bytes = std::min(bytes, group_bytes);  // else it says "max", or nothing
    return bytes / 4 * 3;
}

Description describe(const model::Configuration& configuration, const model::Reductions& on) {
    Description words;
    std::vector<std::string> operations;
    for (const auto& operation : configuration.operations)
        operations.push_back(
            fmt::format("{} {}", operation.kind == model::UserOperation::Kind::apply ? "apply" : "scale",
                        operation.replicas));
    words.operations =
        fmt::format("deployment/{}: {}", configuration.deployment, fmt::join(operations, ", "));

    std::vector<std::string> nodes;
    for (std::size_t n = 0; n < configuration.nodes.size();) {
        const auto& first = configuration.nodes[n];
        std::vector<std::string> names;
        for (; n < configuration.nodes.size() && configuration.nodes[n].same_kind(first); ++n)
            names.push_back(configuration.nodes[n].name);
        const auto room = !first.schedulable
                              ? std::string("closed to these pods")
                              : fmt::format("room for {}", counted(first.capacity, "pod", "pods"));
        nodes.push_back(
            fmt::format("{} ({}{})", fmt::join(names, ", "), room, names.size() > 1 ? " each" : ""));
    }
    words.nodes =
        fmt::format("{}: {}", counted(static_cast<int>(configuration.nodes.size()), "node", "nodes"),
                    fmt::join(nodes, ", "));

    words.bounds = fmt::format(
        "{}, {}, {}", counted(configuration.crashes, "crash", "crashes"),
        counted(configuration.lost_replies, "lost reply", "lost replies"),
        configuration.staleness
            ? fmt::format("caches at most {} behind", counted(*configuration.staleness, "event", "events"))
            : "unlimited staleness");
    words.broken = fmt::format("{}", fmt::join(configuration.variants, ", "));
    std::vector<std::string_view> without;
    for (const auto& reduction : reductions)
        if (!(on.*reduction.member)) without.push_back(reduction.name);
    words.without = fmt::format("{}", fmt::join(without, ", "));
    return words;
}

}  // namespace kcheck::cli
