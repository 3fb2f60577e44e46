#include "reference/apiserver/node_restriction.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reference/apiserver/authorization.hpp"
#include "reference/apiserver/pod_references.hpp"
#include "reference/apiserver/request_options.hpp"
#include "reference/apiserver/status_error.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr auto mirror = "/metadata/annotations/kubernetes.io~1config.mirror";

[[noreturn]] void refuse(const NodeWrite& write, const std::string& why) {
    const auto name = write.info.name.empty() ? string_at(write.object, "/metadata/name") : write.info.name;
    throw forbidden(write.info.plural, write.info.group, name, why);
}

bool is_in(std::string_view space, std::string_view domain) {
    return space == domain || (space.ends_with(domain) && space[space.size() - domain.size() - 1] == '.');
}

std::string_view namespace_of_label(std::string_view label) {
    const auto slash = label.find('/');
    return slash == label.npos ? std::string_view{} : label.substr(0, slash);
}

/// Keys that one has and the other has not, or not with this value.
std::set<std::string> changed_keys(const Json& a, const Json& b) {
    std::set<std::string> changed;
    for (const auto& [one, other] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
        if (!one->is_object()) continue;
        for (const auto& [key, value] : one->items())
            if (!other->is_object() || !other->contains(key) || (*other)[key] != value) changed.insert(key);
    }
    return changed;
}

std::set<std::string> forbidden_labels(const Json& object, const Json& current) {
    auto labels = changed_keys(at(object, "/metadata/labels"), at(current, "/metadata/labels"));
    std::erase_if(labels, may_label_its_node);
    return labels;
}

bool is_bound_to(const Json& pod, const std::string& node) {
    return string_at(pod, "/spec/nodeName") == node;
}

// ---- writes

/// The one owner of a mirror pod is the Node that it runs on, as it is now.
void check_owner(Registry& registry, const NodeWrite& write) {
    const auto refuse_owner = [&](const char* why) {
        refuse(write, fmt::format("node {} {}", in_quotes(write.node), why));
    };
    const Json& owners = at(write.object, "/metadata/ownerReferences");
    if (owners.size() > 1) refuse_owner("can only create pods with a single owner reference set to itself");
    const bool is_node = !owners.empty() && string_at(owners[0], "/apiVersion") == "v1" &&
                         string_at(owners[0], "/kind") == "Node" &&
                         string_at(owners[0], "/name") == write.node;
    if (!is_node) refuse_owner("can only create pods with an owner reference set to itself");
    if (!bool_at(owners[0], "/controller"))
        refuse_owner("can only create pods with a controller owner reference set to itself");
    if (bool_at(owners[0], "/blockOwnerDeletion"))
        refuse_owner("must not set blockOwnerDeletion on an owner reference");
    const auto node = registry.get({*find_resource("", "v1", "nodes"), "", write.node});
    const auto given = string_at(owners[0], "/uid"), actual = string_at(*node, "/metadata/uid");
    if (given != actual)
        refuse(write, fmt::format("node {} UID mismatch: expected {} got {}", write.node, given, actual));
}

/// A mirror pod shows what runs from a manifest on the node's disk: it gives access to nothing.
void check_references(const NodeWrite& write) {
    const auto refuse_reference = [&](const char* what) {
        refuse(write,
               fmt::format("node {} can not create pods that reference {}", in_quotes(write.node), what));
    };
    if (!string_at(write.object, "/spec/serviceAccountName").empty()) refuse_reference("a service account");
    const PodReferences references = references_of(write.object);
    if (!references.secrets.empty()) refuse_reference("secrets");
    if (!references.config_maps.empty()) refuse_reference("configmaps");
    if (!references.claims.empty()) refuse_reference("persistentvolumeclaims");
}

void admit_pod_creation(Registry& registry, const NodeWrite& write) {
    if (at(write.object, mirror).is_null())
        refuse(write, fmt::format("pod does not have \"kubernetes.io/config.mirror\" annotation, node {} "
                                  "can only create mirror pods",
                                  in_quotes(write.node)));
    if (!is_bound_to(write.object, write.node))
        refuse(write, fmt::format("node {} can only create pods with spec.nodeName set to itself",
                                  in_quotes(write.node)));
    check_owner(registry, write);
    check_references(write);
}

void admit_pod_status(const NodeWrite& write) {
    if (write.object.is_null() || write.current.is_null()) return;
    if (!changed_keys(at(write.object, "/metadata/labels"), at(write.current, "/metadata/labels")).empty())
        refuse(write, fmt::format("node {} cannot update labels through pod status", in_quotes(write.node)));
    constexpr auto claims = "/status/resourceClaimStatuses";
    if (at(write.object, claims) != at(write.current, claims))
        refuse(write, fmt::format("node {} cannot update resource claim statues", in_quotes(write.node)));
}

void admit_pod(Registry& registry, const NodeWrite& write) {
    const auto& info = write.info;
    const bool evicts = info.subresource == "eviction", reports = info.subresource == "status";
    if (!info.subresource.empty() && !evicts && !reports)
        refuse(write, fmt::format("unexpected pod subresource {}, only 'status' and 'eviction' are allowed",
                                  in_quotes(info.subresource)));
    if (info.subresource.empty() && info.verb == "create") return admit_pod_creation(registry, write);
    if (info.subresource.empty() && info.verb != "delete")
        refuse(write, fmt::format("unexpected operation {}, node {} can only create and delete mirror pods",
                                  in_quotes("UPDATE"), in_quotes(write.node)));
    if (!write.current.is_null() && !is_bound_to(write.current, write.node)) {
        const char* what = evicts    ? "can only evict pods"
                           : reports ? "can only update pod status for pods"
                                     : "can only delete pods";
        refuse(write,
               fmt::format("node {} {} with spec.nodeName set to itself", in_quotes(write.node), what));
    }
    if (reports) admit_pod_status(write);
}

void admit_lease(const NodeWrite& write) {
    if (write.info.namespace_name != "kube-node-lease")
        refuse(write, fmt::format("can only access leases in the {} system namespace",
                                  in_quotes("kube-node-lease")));
    const auto name =
        write.info.verb == "create" ? string_at(write.object, "/metadata/name") : write.info.name;
    if (name != write.node)
        refuse(write, "can only access node lease with the same name as the requesting node");
}

void admit_node(const NodeWrite& write) {
    const bool creates = write.info.verb == "create";
    const auto name = creates ? string_at(write.object, "/metadata/name") : write.info.name;
    if (name != write.node)
        refuse(write, fmt::format("node {} is not allowed to modify node {}", in_quotes(write.node),
                                  in_quotes(name)));
    if (write.object.is_null()) return;
    const auto labels = forbidden_labels(write.object, write.current);
    if (creates && !labels.empty())
        refuse(write, fmt::format("node {} is not allowed to set the following labels: {}",
                                  in_quotes(write.node), fmt::join(labels, ", ")));
    if (creates || write.current.is_null()) return;
    // Whoever could change its taints or labels could draw work to itself that is not meant for it.
    const auto is_none = [](const Json& list) { return list.is_null() || list.empty(); };
    const Json &wanted = at(write.object, "/spec/taints"), &there = at(write.current, "/spec/taints");
    if (wanted != there && !(is_none(wanted) && is_none(there)))
        refuse(write, fmt::format("node {} is not allowed to modify taints", in_quotes(write.node)));
    if (!labels.empty())
        refuse(write, fmt::format("is not allowed to modify labels: {}", fmt::join(labels, ", ")));
}

// ---- reads

bool is_named_by_pods_of(Registry& registry, const std::string& node, const RequestInfo& info) {
    const auto& pods = *find_resource("", "v1", "pods");
    const ObjectKey space{pods, info.namespace_name, ""};
    for (const auto& pod : registry.caches()->of(pods).list(space.text(), {}).objects) {
        if (!is_bound_to(*pod, node)) continue;
        const PodReferences references = references_of(*pod);
        const auto& names = info.plural == "secrets" ? references.secrets : references.config_maps;
        if (names.contains(info.name)) return true;
    }
    return false;
}

bool is_bound_pod(Registry& registry, const std::string& node, const RequestInfo& info) {
    try {
        return is_bound_to(*registry.get({*info.resource, info.namespace_name, info.name}), node);
    } catch (const StatusError& error) {
        if (error.code() != 404) throw;
        return false;
    }
}

/// Why not; empty: it may.
std::string read_refusal(Registry& registry, const std::string& node, RequestInfo info,
                         const Request& request) {
    const FieldSelector fields = info.verb == "get" ? FieldSelector{} : parse_selection(info, request).fields;
    if (info.name.empty()) info.name = fields.required("metadata.name");
    const auto unrelated = fmt::format("no relationship found between node '{}' and this object", node);
    if (info.plural == "nodes") {
        if (info.name == node) return {};
        return info.name.empty()
                   ? fmt::format("node '{}' cannot read all nodes, only its own Node object", node)
                   : fmt::format("node '{}' cannot read '{}', only its own Node object", node, info.name);
    }
    if (info.plural == "pods") {
        if (info.verb != "get" && fields.required("spec.nodeName") == node) return {};
        if (info.name.empty()) return "can only list/watch pods with spec.nodeName field selector";
        return is_bound_pod(registry, node, info) ? "" : unrelated;
    }
    if (info.plural == "leases") {
        if (info.namespace_name != "kube-node-lease")
            return "can only access leases in the \"kube-node-lease\" system namespace";
        return info.name == node ? ""
                                 : "can only access node lease with the same name as the requesting node";
    }
    if (info.plural != "configmaps" && info.plural != "secrets") return {};
    if (info.name.empty() || info.namespace_name.empty())
        return "can only read namespaced object of this type";
    return is_named_by_pods_of(registry, node, info) ? "" : unrelated;
}

}  // namespace

bool may_label_its_node(const std::string& label) {
    static const std::set<std::string_view> allowed = {
        "kubernetes.io/hostname",
        "kubernetes.io/os",
        "kubernetes.io/arch",
        "beta.kubernetes.io/os",
        "beta.kubernetes.io/arch",
        "topology.kubernetes.io/zone",
        "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region",
        "node.kubernetes.io/instance-type",
        "beta.kubernetes.io/instance-type",
    };
    const auto space = namespace_of_label(label);
    if (is_in(space, "node-restriction.kubernetes.io")) return false;
    if (!is_in(space, "kubernetes.io") && !is_in(space, "k8s.io")) return true;
    return allowed.contains(label) || is_in(space, "kubelet.kubernetes.io") ||
           is_in(space, "node.kubernetes.io");
}

void admit_node_write(Registry& registry, const NodeWrite& write) {
    if (write.info.plural == "pods") return admit_pod(registry, write);
    if (write.info.plural == "nodes") return admit_node(write);
    if (write.info.plural == "leases") return admit_lease(write);
}

void authorize_node_read(Registry& registry, const User& user, const std::string& node,
                         const RequestInfo& info, const Request& request) {
    const auto why = read_refusal(registry, node, info, request);
    if (!why.empty())
        throw forbidden(info.plural, info.group, info.name, access_refusal(user, info) + ": " + why);
}

}  // namespace kcheck::reference::apiserver
