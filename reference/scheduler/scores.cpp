#include "reference/scheduler/scores.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>

#include "reference/base/objects.hpp"
#include "reference/client/taints.hpp"
#include "reference/scheduler/node_affinity.hpp"

namespace kcheck::reference::scheduler {

namespace {

using NodeList = std::vector<const NodeInfo*>;
using Scores = std::vector<std::int64_t>;

const std::array<std::string, 2> scored_resources = {"cpu", "memory"};

struct SpreadConstraint {
    std::string topology_key;
    std::int64_t max_skew;
    bool by_node;  // every node is a domain of its own
};

/// podtopologyspread/plugin.go:systemDefaultConstraints.
const std::array<SpreadConstraint, 2>& default_constraints() {
    static const std::array<SpreadConstraint, 2> constraints = {
        {{"kubernetes.io/hostname", 3, true}, {"topology.kubernetes.io/zone", 5, false}}};
    return constraints;
}

std::int64_t siblings_on(const NodeInfo& node, const std::string& space, const std::string& controller) {
    return std::count_if(node.pods.begin(), node.pods.end(), [&](const auto& entry) {
        const Json& other = *entry.second.pod;
        const Json* owner = controller_of(other);
        return owner != nullptr && string_at(*owner, "/uid") == controller && !is_deleting(other) &&
               namespace_of(other) == space;
    });
}

/// plugins/helper/normalize_score.go:DefaultNormalizeScore.
void normalize(Scores& scores, bool reverse) {
    const auto most = scores.empty() ? 0 : *std::max_element(scores.begin(), scores.end());
    for (auto& score : scores) {
        score = most == 0 ? 0 : node_score_max * score / most;
        if (reverse) score = node_score_max - score;
    }
}

void add_weighted(Scores& sum, const Scores& scores, std::int64_t weight) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weight * scores[i];
}

}  // namespace

/// noderesources/least_allocated.go.
std::int64_t least_allocated_score(const PodInfo& pod, const NodeInfo& node) {
    std::int64_t sum = 0, weights = 0;
    for (const auto& name : scored_resources) {
        const auto capacity = amount_of(node.allocatable, name);
        if (capacity == 0) continue;
        const auto requested =
            amount_of(node.non_zero_requested, name) + amount_of(pod.non_zero_requests, name);
        if (requested <= capacity) sum += (capacity - requested) * node_score_max / capacity;
        ++weights;
    }
    return weights == 0 ? 0 : sum / weights;
}

/// noderesources/balanced_allocation.go.
std::int64_t balanced_allocation_score(const PodInfo& pod, const NodeInfo& node) {
    if (std::all_of(scored_resources.begin(), scored_resources.end(),
                    [&](const std::string& name) { return amount_of(pod.requests, name) == 0; }))
        return 0;
    std::vector<double> fractions;
    for (const auto& name : scored_resources) {
        const auto capacity = amount_of(node.allocatable, name);
        if (capacity == 0) continue;
        const auto requested = amount_of(node.requested, name) + amount_of(pod.requests, name);
        fractions.push_back(std::min(1.0, static_cast<double>(requested) / static_cast<double>(capacity)));
    }
    const double deviation = fractions.size() == 2 ? std::abs(fractions[0] - fractions[1]) / 2 : 0;
    return static_cast<std::int64_t>((1 - deviation) * static_cast<double>(node_score_max));
}

/// tainttoleration/taint_toleration.go: the fewer PreferNoSchedule taints it does not tolerate, the better.
Scores taint_toleration_scores(const PodInfo& pod, const NodeList& nodes) {
    Scores scores;
    for (const auto* node : nodes) {
        const Json& taints = at(*node->node, "/spec/taints");
        scores.push_back(std::count_if(taints.begin(), taints.end(), [&](const Json& taint) {
            return string_at(taint, "/effect") == "PreferNoSchedule" &&
                   client::toleration_of(*pod.pod, taint) == nullptr;
        }));
    }
    normalize(scores, true);
    return scores;
}

Scores node_affinity_scores(const PodInfo& pod, const NodeList& nodes) {
    Scores scores;
    for (const auto* node : nodes) scores.push_back(preferred_node_affinity(*pod.pod, *node->node));
    normalize(scores, false);
    return scores;
}

/// podtopologyspread/scoring.go, with the built-in constraints.
Scores pod_topology_spread_scores(const PodInfo& pod, const NodeList& nodes) {
    const Json* controller = controller_of(*pod.pod);
    if (controller == nullptr) return Scores(nodes.size(), 0);
    const auto space = namespace_of(*pod.pod);
    const auto uid = string_at(*controller, "/uid");

    std::vector<double> raw(nodes.size(), 0);
    for (const auto& constraint : default_constraints()) {
        std::map<std::string, std::int64_t> count;  // by domain
        const auto domain = [&](const NodeInfo& node) {
            return constraint.by_node ? name_of(*node.node) : label(*node.node, constraint.topology_key);
        };
        for (const auto* node : nodes) count[domain(*node)] += siblings_on(*node, space, uid);
        const double weight = std::log(static_cast<double>(count.size()) + 2);
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (!label(*nodes[i]->node, constraint.topology_key).empty())
                raw[i] += static_cast<double>(count[domain(*nodes[i])]) * weight +
                          static_cast<double>(constraint.max_skew - 1);
    }

    Scores scores;
    for (const double score : raw) scores.push_back(std::llround(score));
    const auto [least, most] = std::minmax_element(scores.begin(), scores.end());
    if (least == scores.end()) return scores;
    const auto low = *least, high = *most;
    for (auto& score : scores)
        score = high == 0 ? node_score_max : node_score_max * (high + low - score) / high;
    return scores;
}

Scores score_nodes(const PodInfo& pod, const NodeList& nodes) {
    Scores sum;
    for (const auto* node : nodes)
        sum.push_back(least_allocated_score(pod, *node) + balanced_allocation_score(pod, *node));
    add_weighted(sum, taint_toleration_scores(pod, nodes), 3);
    add_weighted(sum, node_affinity_scores(pod, nodes), 2);
    add_weighted(sum, pod_topology_spread_scores(pod, nodes), 2);
    return sum;
}

}  // namespace kcheck::reference::scheduler
