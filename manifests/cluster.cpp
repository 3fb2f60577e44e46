#include "manifests/cluster.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "manifests/acceptance.hpp"
#include "manifests/defaults.hpp"
#include "manifests/scheduling.hpp"
#include "manifests/surroundings.hpp"

namespace kcheck::manifests {

namespace {

std::string plural(const std::string& kind) {
    if (kind == "Endpoints") return kind;
    if (kind.ends_with("s")) return kind + "es";
    if (kind.ends_with("y") && !kind.ends_with("ay")) return kind.substr(0, kind.size() - 1) + "ies";
    return kind + "s";
}

std::string full_name(const Deployment& deployment) { return deployment.name_space + "/" + deployment.name; }

tl::unexpected<Error> refuse(std::string message, std::string hint) {
    return tl::make_unexpected(Error{"", {}, std::move(message), std::move(hint)});
}

/// "1 StatefulSet, 2 Services"
std::string counted(const std::map<std::string, int>& counts) {
    std::string text;
    for (const auto& [kind, count] : counts)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, count == 1 ? kind : plural(kind));
    return text;
}

/// The error of an input without a Deployment: it says what it has instead.
tl::unexpected<Error> no_deployment(const Manifests& manifests) {
    std::map<std::string, int> counts;
    for (const Object& object : manifests.objects) ++counts[object.kind];
    if (!manifests.nodes.empty()) counts["Node"] = static_cast<int>(manifests.nodes.size());
    const std::string what = manifests.files.size() == 1 && manifests.files.front() != "-"
                                 ? manifests.files.front()
                             : manifests.files.size() == 1 ? "standard input"
                                                           : "the input";
    return refuse(counts.empty() ? fmt::format("{} has no Deployment; kcheck checks Deployments", what)
                                 : fmt::format("{} has {} and no Deployment; kcheck checks Deployments", what,
                                               counted(counts)),
                  "");
}

tl::expected<std::vector<const Deployment*>, Error> choose(const Manifests& manifests,
                                                           const std::optional<std::string>& wanted) {
    if (manifests.deployments.empty()) return no_deployment(manifests);
    std::vector<const Deployment*> chosen;
    std::string names;
    for (const Deployment& deployment : manifests.deployments) {
        names += (names.empty() ? "" : ", ") + full_name(deployment);
        if (!wanted || *wanted == deployment.name || *wanted == full_name(deployment))
            chosen.push_back(&deployment);
    }
    if (chosen.empty())
        return refuse(fmt::format("no Deployment {} in the manifests", quote(*wanted)), "there is " + names);
    if (wanted && chosen.size() > 1)
        return refuse(fmt::format("{} Deployments are called {}", chosen.size(), quote(*wanted)),
                      "choose one of " + names);
    return chosen;
}

model::Strategy strategy_of(const Strategy& strategy) {
    const auto amount = [](const std::optional<IntOrPercent>& of) {
        return of ? model::Strategy::Amount{of->value, of->percent} : model::Strategy::Amount{};
    };
    return {strategy.type == "Recreate", amount(strategy.max_surge), amount(strategy.max_unavailable)};
}

/// What keeps the applies from being followed as rollouts: then the first template is all there is.
std::optional<LeftOut> unlike_rollout(const Deployment& deployment) {
    const auto& applies = deployment.applies;
    const auto changed = std::ranges::find_if(applies, [](const Apply& one) { return one.pod_template > 0; });
    if (changed == applies.end()) return {};
    const auto because = [&](std::string what) {
        return left_out("rolling-update", deployment.origin.file, changed->changed, std::move(what));
    };
    if (std::ranges::any_of(applies,
                            [&](const Apply& one) { return one.replicas != applies.front().replicas; }))
        return because("spec.template is applied anew, and spec.replicas changes");
    if (deployment.templates.size() > 2) return because("a third spec.template is applied");
    return {};
}

tl::expected<Workload, Error> workload_of(const Deployment& deployment, const Manifests& manifests,
                                          const std::vector<NodeSpec>& nodes, const ClusterOptions& options) {
    Workload out;
    out.name_space = deployment.name_space;
    out.name = deployment.name;
    model::Configuration& configuration = out.configuration;
    configuration.deployment = deployment.name;
    configuration.operations.clear();
    const auto unlike = unlike_rollout(deployment);
    if (unlike) out.left_out.push_back(*unlike);
    for (const auto& apply : deployment.applies)
        configuration.operations.push_back(
            {model::UserOperation::Kind::apply, apply.replicas, unlike ? 0 : apply.pod_template});
    configuration.strategy = strategy_of(deployment.strategy);
    configuration.waits_until_available = deployment.min_ready_seconds > 0;
    configuration.crashes = options.crashes;
    configuration.lost_replies = options.lost_replies;
    configuration.nodes = nodes_for(deployment.pod_template, nodes);
    if (!configuration.then(options.operations))
        return tl::make_unexpected(Error{"", {}, std::string(nothing_to_undo), ""});
    // deployment/sync.go:cleanupDeployment
    if (deployment.revision_history_limit < configuration.templates() - 1)
        out.left_out.push_back(left_out("rolling-update", deployment.origin.file, deployment.origin.place,
                                        "spec.revisionHistoryLimit removes an old ReplicaSet"));

    const auto add = [&](std::vector<LeftOut> found) {
        for (LeftOut& one : found) out.left_out.push_back(std::move(one));
    };
    add(deployment.left_out);
    add(left_out_by_objects(deployment, manifests));
    add(left_out_by_nodes(deployment, nodes, configuration.nodes));
    const int most = configuration.replicas_max();
    add(left_out_by_workloads(
        deployment, manifests, nodes, configuration.nodes,
        {configuration.replicas_added(), options.lost_replies + options.crashes * most + 1}));
    accept(out.left_out, options.assume, manifests.acceptances, deployment.origin);
    out.assumed = assumed_of(deployment, manifests);
    return out;
}

}  // namespace

std::vector<model::Node> default_nodes(int count) {
    std::vector<model::Node> nodes;
    for (int i = 0; i < count; ++i) nodes.push_back({fmt::format("node-{}", i), true, default_max_pods, {}});
    return nodes;
}

std::vector<NodeSpec> default_node_specs(int count) {
    const auto quantity = [](const char* text) { return Quantity::parse(text).value(); };
    std::vector<NodeSpec> nodes;
    for (int i = 0; i < count; ++i) {
        NodeSpec node;
        node.name = fmt::format("node-{}", i);
        node.labels = {{"beta.kubernetes.io/arch", "amd64"},
                       {"beta.kubernetes.io/os", "linux"},
                       {"kubernetes.io/arch", "amd64"},
                       {"kubernetes.io/hostname", node.name},
                       {"kubernetes.io/os", "linux"}};
        node.allocatable = {{"cpu", quantity("4")},
                            {"memory", quantity("16Gi")},
                            {"ephemeral-storage", quantity("100Gi")},
                            {"hugepages-1Gi", quantity("0")},
                            {"hugepages-2Mi", quantity("0")},
                            {"pods", quantity("110")}};
        nodes.push_back(std::move(node));
    }
    return nodes;
}

std::vector<model::Node> nodes_for(const PodTemplate& pod, const std::vector<NodeSpec>& nodes) {
    std::vector<model::Node> out;
    for (const NodeSpec& node : nodes) {
        std::string because = filtered_because(pod, node);
        const bool open = because.empty();
        if (open) because = no_room_because(pod, node);
        out.push_back({node.name, open, capacity(pod, node), {}, std::move(because)});
    }
    return out;
}

tl::expected<Cluster, Error> to_cluster(const Manifests& manifests, const ClusterOptions& options) {
    const auto chosen = choose(manifests, options.deployment);
    if (!chosen) return tl::make_unexpected(chosen.error());
    if (options.nodes && !manifests.nodes.empty())
        return refuse(
            fmt::format(
                "the manifests describe {} already",
                manifests.nodes.size() == 1 ? "a node" : fmt::format("{} nodes", manifests.nodes.size())),
            "leave out either --nodes or the Node manifests");
    if (options.nodes && *options.nodes < 1)
        return refuse(fmt::format("{} nodes: a cluster has at least one", *options.nodes),
                      "--nodes 1 or more");

    Cluster cluster;
    if (manifests.nodes.empty()) cluster.node_size = default_node_size;
    const auto nodes =
        manifests.nodes.empty() ? default_node_specs(options.nodes.value_or(1)) : manifests.nodes;
    for (const Deployment* deployment : *chosen) {
        auto workload = workload_of(*deployment, manifests, nodes, options);
        if (!workload) return tl::make_unexpected(workload.error());
        cluster.workloads.push_back(*std::move(workload));
    }

    const auto matters = [&](const Object& object) {
        return std::any_of(cluster.workloads.begin(), cluster.workloads.end(), [&](const Workload& workload) {
            return std::any_of(workload.left_out.begin(), workload.left_out.end(), [&](const LeftOut& one) {
                return one.file == object.origin.file && one.place == object.origin.place;
            });
        });
    };
    std::map<std::string, int> without_effect, not_checked;
    for (const Object& object : manifests.objects)
        if (takes_room(object))
            ++not_checked[object.kind];
        else if (!matters(object))
            ++without_effect[object.kind];
    if (const auto others = manifests.deployments.size() - chosen->size(); others > 0)
        not_checked["Deployment"] = static_cast<int>(others);
    cluster.without_effect = counted(without_effect);
    cluster.not_checked = counted(not_checked);
    return cluster;
}

}  // namespace kcheck::manifests
