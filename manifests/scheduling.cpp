#include "manifests/scheduling.hpp"

#include <algorithm>
#include <limits>

namespace kcheck::manifests {

namespace {

constexpr int max_node_score = 100;
constexpr int taint_toleration_weight = 3;

/// What a container without a request counts for in a score (not in a filter).
/// Source: pkg/scheduler/util/pod_resources.go.
constexpr std::int64_t default_milli_cpu_request = 100;
constexpr std::int64_t default_memory_request = 200 * 1024 * 1024;

bool tolerated(const Taint& taint, const std::vector<Toleration>& tolerations) {
    return std::any_of(tolerations.begin(), tolerations.end(),
                       [&](const Toleration& t) { return tolerates(t, taint); });
}

std::int64_t amount(const std::string& resource, const Quantity& quantity) {
    return resource == "cpu" ? quantity.milli() : quantity.value();
}

/// One pod's request of a resource as LeastAllocated counts it.
std::int64_t scoring_request(const PodTemplate& pod, const std::string& resource) {
    const std::int64_t otherwise = resource == "cpu" ? default_milli_cpu_request : default_memory_request;
    std::int64_t total = 0;
    const auto add = [&](std::int64_t more) {
        if (__builtin_add_overflow(total, more, &total)) total = std::numeric_limits<std::int64_t>::max();
    };
    for (const Container& container : pod.containers) {
        const auto request = container.requests.find(resource);
        add(request == container.requests.end() ? otherwise : amount(resource, request->second));
    }
    if (const auto overhead = pod.overhead.find(resource); overhead != pod.overhead.end())
        add(amount(resource, overhead->second));
    return total;
}

/// noderesources/least_allocated.go leastResourceScorer, both weights 1; `pods` counts the
/// pod to be placed.
int least_allocated(const PodTemplate& pod, const NodeSpec& node, int pods) {
    int sum = 0;
    int resources = 0;
    for (const std::string resource : {"cpu", "memory"}) {
        const auto found = node.allocatable.find(resource);
        if (found == node.allocatable.end()) continue;
        const std::int64_t has = amount(resource, found->second);
        if (has == 0) continue;
        ++resources;
        std::int64_t used = 0;
        if (__builtin_mul_overflow(scoring_request(pod, resource), std::int64_t{pods}, &used) || used > has)
            continue;
        // The free share in hundredths; the scheduler multiplies first, where nothing
        // that it meets overflows.
        __extension__ using Wide = __int128;
        sum += static_cast<int>(Wide{has - used} * max_node_score / has);
    }
    return resources == 0 ? 0 : sum / resources;
}

}  // namespace

bool tolerates(const Toleration& toleration, const Taint& taint) {
    if (!toleration.effect.empty() && toleration.effect != taint.effect) return false;
    if (!toleration.key.empty() && toleration.key != taint.key) return false;
    return toleration.op == "Exists" || toleration.value == taint.value;
}

std::vector<Toleration> effective_tolerations(const PodTemplate& pod) {
    std::vector<Toleration> out = pod.tolerations;
    for (const char* key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"})
        out.push_back({key, "Exists", "", "NoExecute", 300});
    return out;
}

bool passes_filters(const PodTemplate& pod, const NodeSpec& node) {
    const std::vector<Toleration> tolerations = effective_tolerations(pod);
    const Taint cordon{"node.kubernetes.io/unschedulable", "", "NoSchedule"};
    if (node.unschedulable && !tolerated(cordon, tolerations)) return false;
    const bool selected = LabelSelector{pod.node_selector, {}}.matches(node.labels);
    return selected && std::all_of(node.taints.begin(), node.taints.end(), [&](const Taint& t) {
               return t.effect == "PreferNoSchedule" || tolerated(t, tolerations);
           });
}

Resources pod_requests(const PodTemplate& pod) {
    Resources total = pod.overhead;
    for (const Container& container : pod.containers)
        for (const auto& [resource, request] : container.requests) total[resource] += request;
    return total;
}

int capacity(const PodTemplate& pod, const NodeSpec& node) {
    const std::int64_t pods = node.allocatable.at("pods").value();
    std::int64_t fits = std::clamp<std::int64_t>(pods, 0, capacity_limit);
    for (const auto& [resource, request] : pod_requests(pod)) {
        const std::int64_t wanted = amount(resource, request);
        if (wanted == 0) continue;
        const auto has = node.allocatable.find(resource);
        if (has != node.allocatable.end())
            fits = std::min(fits, amount(resource, has->second) / wanted);
        else if (resource != "cpu" && resource != "memory" && resource != "ephemeral-storage")
            fits = 0;
    }
    return static_cast<int>(fits);
}

int untolerated_soft_taints(const PodTemplate& pod, const NodeSpec& node) {
    return static_cast<int>(std::count_if(node.taints.begin(), node.taints.end(), [&](const Taint& taint) {
        return taint.effect == "PreferNoSchedule" && !tolerated(taint, pod.tolerations);
    }));
}

int score(const PodTemplate& pod, const NodeSpec& node, int pods, int most_soft_taints) {
    // helper.DefaultNormalizeScore, reversed.
    int toleration = max_node_score;
    if (most_soft_taints > 0)
        toleration -= max_node_score * untolerated_soft_taints(pod, node) / most_soft_taints;
    return taint_toleration_weight * toleration + least_allocated(pod, node, pods + 1);
}

}  // namespace kcheck::manifests
