#include "reference/apiserver/authorization.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "reference/apiserver/status_error.hpp"

namespace kcheck::reference::apiserver {

namespace {

/// Lists are separated by spaces; "*" stands for all.
struct Rule {
    std::string_view verbs;
    std::string_view groups;  // "core" is the core group
    std::string_view resources;
    std::string_view names = "*";
};
using Role = std::vector<Rule>;

constexpr Rule write_events{"create patch update", "core events.k8s.io", "events"};

const std::string_view leader_election = "coordination.k8s.io";

/// The informers that controllers share read as system:kube-controller-manager.
const std::map<std::string, Role>& roles() {
    static const std::map<std::string, Role> all = {
        {"system:kube-scheduler",
         {write_events,
          {"create", leader_election, "leases"},
          {"get update patch", leader_election, "leases", "kube-scheduler"},
          {"get list watch", "core", "nodes namespaces services replicationcontrollers persistentvolumes"},
          {"get list watch delete", "core", "pods"},
          {"create", "core", "bindings pods/binding"},
          {"patch update", "core", "pods/status"},
          {"get list watch", "apps", "replicasets statefulsets"},
          {"get list watch", "policy", "poddisruptionbudgets"}}},
        {"system:kube-controller-manager",
         {write_events,
          {"create", leader_election, "leases"},
          {"get update", leader_election, "leases", "kube-controller-manager"},
          {"get", "core", "namespaces"},
          {"list watch", "*", "*"}}},
        {"system:serviceaccount:kube-system:deployment-controller",
         {write_events,
          {"get list update watch", "apps", "deployments"},
          {"update", "apps", "deployments/finalizers deployments/status"},
          {"create delete get list patch update watch", "apps", "replicasets"},
          {"get list update watch", "core", "pods"}}},
        {"system:serviceaccount:kube-system:replicaset-controller",
         {write_events,
          {"get list update watch", "apps", "replicasets"},
          {"update", "apps", "replicasets/finalizers replicasets/status"},
          {"create delete get list patch watch", "core", "pods"}}},
        {"system:serviceaccount:kube-system:generic-garbage-collector",
         {write_events, {"delete get list patch update watch", "*", "*"}}},
        {"system:serviceaccount:kube-system:node-controller",
         {write_events,
          {"delete get list patch update", "core", "nodes"},
          {"patch update", "core", "nodes/status pods/status"},
          {"delete get list", "core", "pods"}}},
        {"system:serviceaccount:kube-system:taint-eviction-controller",
         {write_events,
          {"get list watch", "core", "nodes"},
          {"delete get list watch", "core", "pods"},
          {"patch", "core", "pods/status"}}},
        {"system:serviceaccount:kube-system:pod-garbage-collector",
         {{"delete list watch", "core", "pods"},
          {"get list watch", "core", "nodes"},
          {"patch", "core", "pods/status"}}},
        {"system:serviceaccount:kube-system:namespace-controller",
         {{"delete get list watch", "core", "namespaces"},
          {"update", "core", "namespaces/finalize namespaces/status"},
          {"delete deletecollection get list", "*", "*"}}},
    };
    return all;
}

const Role& node_role() {
    static const Role role = {
        write_events,
        {"get list watch create update patch", "core", "nodes"},
        {"update patch", "core", "nodes/status"},
        {"get list watch create delete", "core", "pods"},
        {"update patch", "core", "pods/status"},
        {"create", "core", "pods/eviction"},
        {"get list watch", "core", "services configmaps secrets"},
        {"create delete get patch update", leader_election, "leases"},
    };
    return role;
}

bool lists(std::string_view words, std::string_view word) {
    for (std::size_t begin = 0; begin <= words.size();) {
        const auto end = std::min(words.find(' ', begin), words.size());
        const auto listed = words.substr(begin, end - begin);
        if (listed == "*" || listed == word) return true;
        begin = end + 1;
    }
    return false;
}

bool allows(const Role& role, const RequestInfo& info) {
    const std::string group = info.group.empty() ? "core" : info.group;
    return std::ranges::any_of(role, [&](const Rule& rule) {
        return lists(rule.verbs, info.verb) && lists(rule.groups, group) &&
               lists(rule.resources, info.full_resource()) &&
               (rule.names == "*" || lists(rule.names, info.name));
    });
}

bool in_group(const User& user, std::string_view group) {
    return std::ranges::find(user.groups, group) != user.groups.end();
}

/// system:public-info-viewer, and system:discovery for whoever has a name.
bool may_read_path(const User& user, const std::string& path) {
    constexpr std::array open = {"/healthz", "/livez", "/readyz", "/version"};
    const auto is_or_below = [&](std::string_view root) {
        return path == root || (path.starts_with(root) && path[root.size()] == '/');
    };
    if (std::ranges::any_of(open, is_or_below)) return true;
    constexpr std::array discovery = {"/api", "/apis", "/openapi"};
    return !user.name.empty() && user.name != "system:anonymous" &&
           std::ranges::any_of(discovery, is_or_below);
}

}  // namespace

std::string access_refusal(const User& user, const RequestInfo& info) {
    const auto where = info.namespace_name.empty()
                           ? std::string("at the cluster scope")
                           : fmt::format("in the namespace {}", in_quotes(info.namespace_name));
    return fmt::format("User {} cannot {} resource {} in API group {} {}", in_quotes(user.name), info.verb,
                       in_quotes(info.full_resource()), in_quotes(info.group), where);
}

void authorize(const User& user, const RequestInfo& info, const std::string& path) {
    if (in_group(user, "system:masters")) return;
    if (!info.is_resource) {
        const bool reads = info.verb == "get" || info.verb == "head";
        if (reads && may_read_path(user, path)) return;
        if (user.name.empty()) throw unauthorized();
        throw forbidden_path(
            fmt::format("User {} cannot {} path {}", in_quotes(user.name), info.verb, in_quotes(path)));
    }
    if (user.name.empty()) throw unauthorized();
    const auto found = roles().find(user.name);
    if (found != roles().end() && allows(found->second, info)) return;
    if (node_of(user) && allows(node_role(), info)) return;
    throw forbidden(info.plural, info.group, info.name, access_refusal(user, info));
}

std::optional<std::string> node_of(const User& user) {
    constexpr std::string_view prefix = "system:node:";
    if (!user.name.starts_with(prefix) || user.name.size() == prefix.size() ||
        !in_group(user, "system:nodes"))
        return std::nullopt;
    return user.name.substr(prefix.size());
}

}  // namespace kcheck::reference::apiserver
