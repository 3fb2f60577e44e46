#include "reference/scheduler/filters.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reference/base/objects.hpp"
#include "reference/client/taints.hpp"
#include "reference/scheduler/node_affinity.hpp"

namespace kcheck::reference::scheduler {

namespace {

/// nodeunschedulable: cordoning is a taint as well, which a DaemonSet's pods tolerate.
bool is_cordoned_for(const Json& pod, const Json& node) {
    const Json taint = {{"key", "node.kubernetes.io/unschedulable"}, {"effect", "NoSchedule"}};
    return bool_at(node, "/spec/unschedulable") && client::toleration_of(pod, taint) == nullptr;
}

const Json* untolerated_taint(const Json& pod, const Json& node) {
    for (const auto& taint : at(node, "/spec/taints")) {
        const auto effect = string_at(taint, "/effect");
        if ((effect == "NoSchedule" || effect == "NoExecute") && client::toleration_of(pod, taint) == nullptr)
            return &taint;
    }
    return nullptr;
}

bool has_port_conflict(const PodInfo& pod, const NodeInfo& node) {
    for (const auto& wanted : pod.host_ports)
        for (const auto& [uid, other] : node.pods)
            for (const auto& taken : other.host_ports)
                if (wanted.conflicts_with(taken)) return true;
    return false;
}

/// noderesources/fit.go:fitsRequest.
std::vector<std::string> insufficient_resources(const PodInfo& pod, const NodeInfo& node) {
    std::vector<std::string> reasons;
    if (static_cast<std::int64_t>(node.pods.size()) + 1 > amount_of(node.allocatable, "pods"))
        reasons.emplace_back("Too many pods");
    for (const auto& [name, amount] : pod.requests)
        if (amount > 0 && amount > amount_of(node.allocatable, name) - amount_of(node.requested, name))
            reasons.push_back("Insufficient " + name);
    return reasons;
}

const Json& required_terms(const Json& pod, const std::string& kind) {
    return at(pod, "/spec/affinity/" + kind + "/requiredDuringSchedulingIgnoredDuringExecution");
}

/// framework/types.go:AffinityTerm.Matches; `owner` is the pod that has the term.
bool term_matches(const Json& term, const Json& owner, const Json& pod) {
    const auto& namespaces = at(term, "/namespaces");
    const auto& selector = at(term, "/namespaceSelector");
    const bool everywhere = selector.is_object() && selector.empty();
    const bool is_own = namespaces.empty() && selector.is_null() && namespace_of(owner) == namespace_of(pod);
    const bool is_named =
        std::find(namespaces.begin(), namespaces.end(), Json(namespace_of(pod))) != namespaces.end();
    return (everywhere || is_own || is_named) &&
           selector_matches(at(term, "/labelSelector"), at(pod, "/metadata/labels"));
}

bool all_terms_match(const Json& terms, const Json& owner, const Json& pod) {
    return std::all_of(terms.begin(), terms.end(),
                       [&](const Json& term) { return term_matches(term, owner, pod); });
}

std::vector<std::string> topology_keys(const Json& terms) {
    std::vector<std::string> keys;
    for (const auto& term : terms) keys.push_back(string_at(term, "/topologyKey"));
    return keys;
}

}  // namespace

std::vector<std::string> reasons_against(const PodInfo& pod, const NodeInfo& info) {
    const Json& node = *info.node;
    if (is_cordoned_for(*pod.pod, node)) return {"node(s) were unschedulable"};
    const auto node_name = string_at(*pod.pod, "/spec/nodeName");
    if (!node_name.empty() && node_name != name_of(node))
        return {"node(s) didn't match the requested node name"};
    if (const Json* taint = untolerated_taint(*pod.pod, node))
        return {fmt::format("node(s) had untolerated taint {{{}: {}}}", string_at(*taint, "/key"),
                            string_at(*taint, "/value"))};
    if (!matches_required_node_affinity(*pod.pod, node))
        return {"node(s) didn't match Pod's node affinity/selector"};
    if (has_port_conflict(pod, info)) return {"node(s) didn't have free ports for the requested pod ports"};
    return insufficient_resources(pod, info);
}

InterPodAffinity::InterPodAffinity(const PodInfo& pod, const Nodes& nodes) {
    const Json& affinity = required_terms(*pod.pod, "podAffinity");
    const Json& anti_affinity = required_terms(*pod.pod, "podAntiAffinity");
    affinity_keys_ = topology_keys(affinity);
    anti_affinity_keys_ = topology_keys(anti_affinity);
    repelled_by_.resize(anti_affinity_keys_.size());
    may_be_first_ = all_terms_match(affinity, *pod.pod, *pod.pod);

    const auto insert = [](Domains& domains, const std::string& key, const NodeInfo& node) {
        const Json& value = member(at(*node.node, "/metadata/labels"), key);
        if (value.is_string()) domains.emplace(key, value.get<std::string>());
    };
    for (const auto& [name, node] : nodes) {
        if (!node.node) continue;
        for (const auto& [uid, existing] : node.pods) {
            if (existing.has_pod_anti_affinity)
                for (const auto& term : required_terms(*existing.pod, "podAntiAffinity"))
                    if (term_matches(term, *existing.pod, *pod.pod))
                        insert(refused_by_, string_at(term, "/topologyKey"), node);
            if (!affinity.empty() && all_terms_match(affinity, *pod.pod, *existing.pod))
                for (const auto& key : affinity_keys_) insert(attracted_to_, key, node);
            for (std::size_t i = 0; i < anti_affinity.size(); ++i)
                if (term_matches(anti_affinity[i], *pod.pod, *existing.pod))
                    insert(repelled_by_[i], anti_affinity_keys_[i], node);
        }
    }
}

bool InterPodAffinity::has_domain(const Domains& domains, const std::string& topology_key,
                                  const NodeInfo& node) {
    return domains.contains({topology_key, label(*node.node, topology_key)});
}

std::vector<std::string> InterPodAffinity::reasons_against(const NodeInfo& node) const {
    const auto is_labelled = [&](const std::string& key) {
        return member(at(*node.node, "/metadata/labels"), key).is_string();
    };
    const bool attracted =
        std::all_of(affinity_keys_.begin(), affinity_keys_.end(), [&](const std::string& key) {
            return is_labelled(key) &&
                   (has_domain(attracted_to_, key, node) || (attracted_to_.empty() && may_be_first_));
        });
    if (!attracted) return {"node(s) didn't match pod affinity rules"};
    for (std::size_t i = 0; i < anti_affinity_keys_.size(); ++i)
        if (has_domain(repelled_by_[i], anti_affinity_keys_[i], node))
            return {"node(s) didn't match pod anti-affinity rules"};
    for (const auto& [key, value] : refused_by_)
        if (label(*node.node, key) == value && is_labelled(key))
            return {"node(s) didn't satisfy existing pods anti-affinity rules"};
    return {};
}

}  // namespace kcheck::reference::scheduler
