#include "cli/setup.hpp"

#include <algorithm>
#include <iostream>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "manifests/read.hpp"
#include "model/named_reductions.hpp"
#include "scenarios/levels.hpp"

namespace kcheck::cli {

namespace {

/// A table of pairs with faults takes very long: it has them where they are asked for.
int level_of(const Options& options) {
    const bool faults =
        options.crashes || options.lost_replies || options.command != Command::prove_reductions;
    return options.level.value_or(faults ? scenarios::highest_level : 1);
}

/// What may go wrong, as the options say.
model::Configuration budgets_of(const Options& options) {
    model::Configuration budgets;
    budgets.crashes = options.crashes.value_or(1);
    budgets.lost_replies = options.lost_replies.value_or(1);
    budgets.staleness = options.staleness;
    return scenarios::at_level(std::move(budgets), level_of(options));
}

/// What is asked for of a higher level than the run climbs to.
Applied agree_on_level(const Options& options) {
    const int level = level_of(options);
    const auto refuse = [&](std::string_view option, std::string_view what, int least) {
        return tl::unexpected(UsageError{fmt::format("{}: at level {} {} (leave it out, or take --level {})",
                                                     option, level, what, least)});
    };
    if (level < 1 && options.asks_for_lag) return refuse("--lag", "caches are fresh", 1);
    if (level < 2 && options.lost_replies.value_or(0) > 0)
        return refuse("--lost-replies", "no replies are lost", 2);
    if (level < 3 && options.crashes.value_or(0) > 0) return refuse("--crashes", "no process crashes", 3);
    return {};
}

/// Rollouts have limits of their own.
Applied agree_on_rollout(const model::Configuration& configuration, const Options& options) {
    const auto& first = configuration.operations.front();
    const auto scales = [&](const model::UserOperation& operation) {
        return operation.replicas != first.replicas;
    };
    if (configuration.rolls_out() && std::ranges::any_of(configuration.operations, scales))
        return tl::unexpected(UsageError{
            "a rollout with another number of replicas is not modelled (leave out --scale and --apply, or "
            "--set-image)"});
    // Which of two old ReplicaSets goes first hangs on names, and one sync may write both.
    if (configuration.templates() > 2)
        return tl::unexpected(UsageError{
            "rollouts between more than two templates are not modelled (leave out a --set-image)"});
    if (configuration.rolls_out() && options.command == Command::prove)
        return tl::unexpected(UsageError{"prove knows no rollouts (leave out --set-image)"});
    return {};
}

/// A property that is named can be violated.
Applied agree_on_properties(const model::Configuration& configuration, const Options& options) {
    for (const auto& name : options.properties) {
        const auto& property = *invariants::find_property(name);
        if (property.speaks_of != nullptr && !property.speaks_of(configuration))
            return tl::unexpected(UsageError{
                fmt::format("--property: {} has nothing to say here: {}", name, property.silent_because)});
    }
    return {};
}

tl::expected<Setup, UsageError> from_manifests(const Options& options) {
    if (options.replicas)
        return tl::unexpected(
            UsageError{"--replicas: the manifests say how many (leave out --replicas, or -f)"});
    const auto manifests = manifests::read(options.files, std::cin);
    if (!manifests) return tl::unexpected(UsageError{to_string(manifests.error())});
    auto cluster = manifests::to_cluster(*manifests, {.deployment = options.deployment,
                                                      .nodes = options.nodes,
                                                      .operations = options.operations,
                                                      .crashes = budgets_of(options).crashes,
                                                      .lost_replies = budgets_of(options).lost_replies,
                                                      .assume = options.assume});
    if (!cluster) return tl::unexpected(UsageError{to_string(cluster.error())});
    Setup setup;
    for (auto& workload : cluster->workloads)
        setup.workloads.push_back({fmt::format("{}/{}", workload.name_space, workload.name),
                                   std::move(workload.configuration),
                                   {},
                                   std::move(workload.left_out),
                                   std::move(workload.assumed)});
    setup.without_effect = std::move(cluster->without_effect);
    setup.not_checked = std::move(cluster->not_checked);
    setup.node_size = std::move(cluster->node_size);
    return setup;
}

tl::expected<Setup, UsageError> from_options(const Options& options) {
    if (options.deployment)
        return tl::unexpected(UsageError{"--deployment: there are no manifests to choose from (add -f)"});
    Workload workload;
    auto& configuration = workload.configuration;
    configuration.operations = {{model::UserOperation::Kind::apply, options.replicas.value_or(1)}};
    if (!configuration.then(options.operations))
        return tl::unexpected(UsageError{std::string(manifests::nothing_to_undo)});
    configuration.nodes = manifests::default_nodes(options.nodes.value_or(1));
    workload.name = configuration.deployment;
    Setup setup;
    setup.workloads.push_back(std::move(workload));
    return setup;
}

/// "scale 2", "apply 3 of template 1", "set-image template 2"
std::string in_words(const model::UserOperation& operation, bool rolls_out) {
    using Kind = model::UserOperation::Kind;
    const bool of_replicas = operation.kind == Kind::apply || operation.kind == Kind::scale;
    auto words = std::string(model::name_of(operation.kind));
    if (of_replicas) words += fmt::format(" {}", operation.replicas);
    if (rolls_out && operation.kind != Kind::scale)
        words += fmt::format("{} template {}", of_replicas ? " of" : "", operation.pod_template + 1);
    return words;
}

std::string counted(int count, std::string_view noun, std::string_view plural) {
    return fmt::format("{} {}", count, count == 1 ? noun : plural);
}

}  // namespace

tl::expected<Setup, UsageError> set_up(const Options& options) {
    if (const auto agreed = agree_on_level(options); !agreed) return tl::unexpected(agreed.error());
    auto setup = options.files.empty() ? from_options(options) : from_manifests(options);
    if (!setup) return setup;
    for (Workload& workload : setup->workloads) {
        const auto budgets = budgets_of(options);
        auto& configuration = workload.configuration;
        if (options.strategy) configuration.strategy = *options.strategy;
        if (const auto agreed = agree_on_rollout(configuration, options); !agreed)
            return tl::unexpected(agreed.error());
        if (const auto agreed = agree_on_properties(configuration, options); !agreed)
            return tl::unexpected(agreed.error());
        configuration.crashes = budgets.crashes;
        configuration.lost_replies = budgets.lost_replies;
        configuration.staleness = budgets.staleness;
        configuration.variants.insert(options.variants.begin(), options.variants.end());
        for (const auto& name : options.no_reductions)
            workload.wanted.*
                std::ranges::find(model::named_reductions, name, &model::ReductionInfo::name)->member = false;
    }
    return setup;
}

tl::expected<const Workload*, UsageError> only_workload(const Setup& setup, std::string_view what) {
    if (setup.workloads.size() != 1)
        return tl::unexpected(UsageError{fmt::format(
            "the manifests have several Deployments, and {} is of one (--deployment NAME)", what)});
    const auto& workload = setup.workloads.front();
    if (const auto undecided = scenarios::undecided_by(workload); !undecided.empty())
        return tl::unexpected(
            UsageError{fmt::format("{} is not modelled and may decide (--assume {})", undecided.front()->what,
                                   undecided.front()->info->name)});
    return &workload;
}

scenarios::CheckOptions check_options(const Options& options) {
    scenarios::CheckOptions check{.properties = options.properties, .fail_fast = options.fail_fast};
    const auto processors = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    auto& limits = check.limits;
    limits.threads = static_cast<unsigned>(options.threads.value_or(processors));
    limits.states_max = options.max_states.value_or(limits.states_max);
    limits.memory_max_bytes = options.max_memory_bytes.value_or(scenarios::most_of_the_memory_bytes());
    limits.timeout_s = options.timeout_s.value_or(limits.timeout_s);
    return check;
}

scenarios::ProofOptions proof_options(const Options& options) {
    scenarios::ProofOptions proof{.k_max = options.k_max, .bmc = options.bmc};
    proof.memory_max_bytes = options.max_memory_bytes.value_or(scenarios::most_of_the_memory_bytes());
    proof.timeout_s = options.timeout_s.value_or(proof.timeout_s);
    return proof;
}

ExitCode exit_code(scenarios::Verdict verdict) {
    if (scenarios::is_pass(verdict)) return ExitCode::holds;
    return verdict == scenarios::Verdict::violated ? ExitCode::violated : ExitCode::incomplete;
}

Description describe(const model::Configuration& configuration, const model::Reductions& on) {
    Description words;
    std::vector<std::string> operations;
    for (const auto& operation : configuration.operations)
        operations.push_back(in_words(operation, configuration.rolls_out()));
    words.operations =
        fmt::format("deployment/{}: {}", configuration.deployment, fmt::join(operations, ", "));

    std::vector<std::string> nodes;
    for (std::size_t n = 0; n < configuration.nodes.size();) {
        const auto& first = configuration.nodes[n];
        std::vector<std::string> names;
        const auto alike = [&](const model::Node& node) {
            return node.same_kind(first) && node.closed_because == first.closed_because;
        };
        for (; n < configuration.nodes.size() && alike(configuration.nodes[n]); ++n)
            names.push_back(configuration.nodes[n].name);
        const auto room = !first.closed_because.empty() ? fmt::format("closed: {}", first.closed_because)
                          : !first.schedulable
                              ? std::string("closed to these pods")
                              : fmt::format("room for {}", counted(first.capacity, "pod", "pods"));
        nodes.push_back(fmt::format("{} ({}{})", fmt::join(names, ", "), room,
                                    names.size() > 1 && first.closed_because.empty() ? " each" : ""));
    }
    words.nodes =
        fmt::format("{}: {}", counted(static_cast<int>(configuration.nodes.size()), "node", "nodes"),
                    fmt::join(nodes, ", "));

    words.bounds = fmt::format(
        "{}, {}, {}", counted(configuration.crashes, "crash", "crashes"),
        counted(configuration.lost_replies, "lost reply", "lost replies"),
        configuration.caches_are_fresh() ? "fresh caches"
        : configuration.staleness
            ? fmt::format("caches at most {} behind", counted(*configuration.staleness, "event", "events"))
            : "unlimited lag");
    words.broken = fmt::format("{}", fmt::join(configuration.variants, ", "));
    std::vector<std::string_view> without;
    for (const auto& reduction : model::named_reductions)
        if (!(on.*reduction.member)) without.push_back(reduction.name);
    words.without = fmt::format("{}", fmt::join(without, ", "));
    return words;
}

}  // namespace kcheck::cli
