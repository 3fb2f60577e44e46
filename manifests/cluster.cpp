#include "manifests/cluster.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "manifests/defaults.hpp"
#include "manifests/scheduling.hpp"

namespace kcheck::manifests {

namespace {

std::string full_name(const Deployment& deployment) { return deployment.name_space + "/" + deployment.name; }

tl::unexpected<Error> refuse(std::string message, std::string hint) {
    return tl::make_unexpected(Error{"", {}, std::move(message), std::move(hint)});
}

tl::expected<const Deployment*, Error> choose(const std::vector<Deployment>& all,
                                              const std::optional<std::string>& wanted) {
    std::vector<const Deployment*> chosen;
    std::string names;
    for (const Deployment& deployment : all) {
        names += (names.empty() ? "" : ", ") + full_name(deployment);
        if (!wanted || *wanted == deployment.name || *wanted == full_name(deployment))
            chosen.push_back(&deployment);
    }
    if (all.empty()) return refuse("no Deployment in the manifests", "kind: Deployment");
    if (chosen.empty())
        return refuse(fmt::format("no Deployment {} in the manifests", quote(*wanted)), "there is " + names);
    if (chosen.size() > 1)
        return refuse(fmt::format("{} Deployments in the manifests; one is checked at a time", chosen.size()),
                      "choose one of " + names);
    return chosen.front();
}

/// What of the nodes the model leaves out.
void warn_of_nodes(const PodTemplate& pod, const std::vector<NodeSpec>& nodes,
                   std::vector<Warning>& warnings) {
    for (const NodeSpec& node : nodes) {
        const auto warn = [&](std::string message) {
            warnings.push_back({node.origin.file, node.origin.place, std::move(message)});
        };
        const auto says = [&](const char* resource) {
            return node.allocatable.find(resource) != node.allocatable.end();
        };
        if (!says("cpu") || !says("memory"))
            warn(fmt::format("Node \"{}\" does not say how much {} it has: taken as plenty", node.name,
                             says("cpu")      ? "memory"
                             : says("memory") ? "cpu"
                                              : "cpu and memory"));
        if (untolerated_soft_taints(pod, node) > 2)
            warn(
                fmt::format("Node \"{}\" has more than two PreferNoSchedule taints that the pods "
                            "do not tolerate: kube-scheduler may rank it otherwise",
                            node.name));
    }
}

}  // namespace

std::vector<model::Node> default_nodes(int count) {
    std::vector<model::Node> nodes;
    for (int i = 0; i < count; ++i) nodes.push_back({fmt::format("node-{}", i), true, default_max_pods, {}});
    return nodes;
}

std::vector<model::Node> nodes_for(const PodTemplate& pod, const std::vector<NodeSpec>& nodes) {
    std::vector<model::Node> out;
    int most_soft_taints = 0;
    for (const NodeSpec& node : nodes) {
        out.push_back({node.name, passes_filters(pod, node), capacity(pod, node), {}});
        if (out.back().schedulable && out.back().capacity > 0)
            most_soft_taints = std::max(most_soft_taints, untolerated_soft_taints(pod, node));
    }
    std::set<int> scores;
    int candidates = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (!out[i].schedulable || out[i].capacity == 0) continue;
        ++candidates;
        for (int pods = 0; pods <= out[i].capacity; ++pods)
            out[i].score.push_back(score(pod, nodes[i], pods, most_soft_taints));
        // The last entry, of the full node, is never compared.
        scores.insert(out[i].score.begin(), out[i].score.end() - 1);
    }
    if (candidates < 2 || scores.size() < 2)
        for (model::Node& node : out) node.score.clear();
    return out;
}

tl::expected<Cluster, Error> to_configuration(const Manifests& manifests, const ClusterOptions& options) {
    const auto chosen = choose(manifests.deployments, options.deployment);
    if (!chosen) return tl::make_unexpected(chosen.error());
    const Deployment& deployment = **chosen;
    if (options.nodes && !manifests.nodes.empty())
        return refuse(fmt::format("the manifests describe {} nodes already", manifests.nodes.size()),
                      "leave out either --nodes or the Node manifests");
    if (options.nodes && *options.nodes < 1)
        return refuse(fmt::format("{} nodes: a cluster has at least one", *options.nodes),
                      "--nodes 1 or more");

    Cluster cluster;
    model::Configuration& configuration = cluster.configuration;
    configuration.deployment = deployment.name;
    configuration.operations.clear();
    for (const int replicas : deployment.applied_replicas)
        configuration.operations.push_back({model::UserOperation::Kind::apply, replicas});
    configuration.waits_until_available = deployment.min_ready_seconds > 0;
    configuration.nodes = manifests.nodes.empty() ? default_nodes(options.nodes.value_or(1))
                                                  : nodes_for(deployment.pod_template, manifests.nodes);

    for (const Deployment& other : manifests.deployments)
        if (&other != &deployment)
            cluster.warnings.push_back({other.origin.file, other.origin.place,
                                        fmt::format("Deployment {} is left out", full_name(other))});
    warn_of_nodes(deployment.pod_template, manifests.nodes, cluster.warnings);
    return cluster;
}

}  // namespace kcheck::manifests
