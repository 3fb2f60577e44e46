#include "manifests/scheduling.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kcheck::manifests {

namespace {

bool tolerated(const Taint& taint, const std::vector<Toleration>& tolerations) {
    return std::any_of(tolerations.begin(), tolerations.end(),
                       [&](const Toleration& t) { return tolerates(t, taint); });
}

/// Every kubelet reports these: a node that does not say has some, and how much is not known.
bool may_go_unsaid(const std::string& resource) {
    return resource == "cpu" || resource == "memory" || resource == "ephemeral-storage";
}

std::int64_t amount(const std::string& resource, const Quantity& quantity) {
    return resource == "cpu" ? quantity.milli() : quantity.value();
}

/// nodeaffinity.nodeSelectorRequirementsAsSelector: as of labels, and integers for Gt and Lt.
bool matches(const NodeRequirement& requirement, const Labels& labels) {
    const auto op = kubernetes::operator_of(requirement.op);
    if (!op) return false;
    const auto label = labels.find(requirement.key);
    const auto value = label == labels.end() ? std::nullopt : std::optional<std::string_view>(label->second);
    return kubernetes::Requirement{requirement.key, *op, requirement.values}.matches(value);
}

bool matches(const NodeTerm& term, const NodeSpec& node) {
    if (term.expressions.empty() && term.fields.empty()) return false;
    const Labels fields{{"metadata.name", node.name}};
    const auto all = [](const std::vector<NodeRequirement>& requirements, const Labels& labels) {
        return std::all_of(requirements.begin(), requirements.end(),
                           [&](const NodeRequirement& r) { return matches(r, labels); });
    };
    return all(term.expressions, node.labels) && all(term.fields, fields);
}

std::string written(const NodeRequirement& requirement) {
    std::string values;
    for (const std::string& value : requirement.values) values += (values.empty() ? "" : ", ") + value;
    if (requirement.op == "Exists" || requirement.op == "DoesNotExist")
        return requirement.key + (requirement.op == "Exists" ? " exists" : " does not exist");
    return requirement.values.size() == 1 && requirement.op == "In"
               ? fmt::format("{}={}", requirement.key, values)
               : fmt::format("{} {} {}", requirement.key, requirement.op, values);
}

/// The first requirement that the node does not meet, and that there are other terms.
std::string affinity_in_words(const std::vector<NodeTerm>& terms, const NodeSpec& node) {
    const Labels fields{{"metadata.name", node.name}};
    for (const NodeTerm& term : terms) {
        const char* more = terms.size() > 1 ? " and others" : "";
        for (const NodeRequirement& r : term.expressions)
            if (!matches(r, node.labels)) return fmt::format("node affinity {}{}", written(r), more);
        for (const NodeRequirement& r : term.fields)
            if (!matches(r, fields)) return fmt::format("node affinity {}{}", written(r), more);
    }
    return "node affinity that matches nothing";
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

std::string filtered_because(const PodTemplate& pod, const NodeSpec& node) {
    const std::vector<Toleration> tolerations = effective_tolerations(pod);
    const Taint cordon{"node.kubernetes.io/unschedulable", "", "NoSchedule"};
    if (node.unschedulable && !tolerated(cordon, tolerations)) return "cordoned";
    for (const auto& [key, value] : pod.node_selector) {
        const auto label = node.labels.find(key);
        if (label == node.labels.end() || label->second != value)
            return fmt::format("node selector {}={}", key, value);
    }
    if (pod.node_terms && std::none_of(pod.node_terms->begin(), pod.node_terms->end(),
                                       [&](const NodeTerm& term) { return matches(term, node); }))
        return affinity_in_words(*pod.node_terms, node);
    for (const Taint& taint : node.taints)
        if (taint.effect != "PreferNoSchedule" && !tolerated(taint, tolerations))
            return fmt::format("taint {}{}{}:{}", taint.key, taint.value.empty() ? "" : "=", taint.value,
                               taint.effect);
    return {};
}

std::string no_room_because(const PodTemplate& pod, const NodeSpec& node) {
    if (node.allocatable.at("pods").value() <= 0) return "no room: it takes 0 pods";
    for (const auto& [resource, request] : pod_requests(pod)) {
        const std::int64_t wanted = amount(resource, request);
        if (wanted == 0) continue;
        const auto has = node.allocatable.find(resource);
        if (has == node.allocatable.end() && may_go_unsaid(resource)) continue;
        const Quantity there = has == node.allocatable.end() ? Quantity{} : has->second;
        if (amount(resource, there) < wanted)
            return fmt::format("no room: {} {} requested, {} allocatable", request.to_string(), resource,
                               there.to_string());
    }
    return {};
}

Resources pod_requests(const PodTemplate& pod) {
    Resources total;
    for (const Container& container : pod.containers)
        for (const auto& [resource, request] : container.requests) total[resource] += request;
    Resources sidecars, most;
    for (const Container& container : pod.init_containers) {
        Resources now = sidecars;
        for (const auto& [resource, request] : container.requests) now[resource] += request;
        for (const auto& [resource, request] : now) most[resource] = std::max(most[resource], request);
        if (container.sidecar) sidecars = now;
    }
    for (const auto& [resource, request] : sidecars) total[resource] += request;
    for (const auto& [resource, request] : most) total[resource] = std::max(total[resource], request);
    for (const auto& [resource, request] : pod.overhead) total[resource] += request;
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
        else if (!may_go_unsaid(resource))
            fits = 0;
    }
    return static_cast<int>(fits);
}

}  // namespace kcheck::manifests
