#include "reference/apiserver/tables_kinds.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "reference/apiserver/tables_common.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

const Json& template_spec(const Json& object) {
    return member(member(member(object, "spec"), "template"), "spec");
}

std::int64_t count_of(const Json& object, std::string_view part, std::string_view name) {
    return integer_of(member(object, part), name).value_or(0);
}

/// "Ready", "NotReady" or "Unknown", and whether the node is cordoned.
std::string node_status(const Json& node) {
    std::string result = "Unknown";
    for (const auto& condition : list_of(member(node, "status"), "conditions")) {
        if (text_of(condition, "type") != "Ready") continue;
        result = text_of(condition, "status") == "True" ? "Ready" : "NotReady";
    }
    if (flag_of(member(node, "spec"), "unschedulable")) result += ",SchedulingDisabled";
    return result;
}

std::string node_roles(const Json& node) {
    static constexpr std::string_view prefix = "node-role.kubernetes.io/";
    std::set<std::string> roles;
    for (const auto& [key, value] : map_of(member(node, "metadata"), "labels")) {
        if (key.size() > prefix.size() && key.starts_with(prefix)) {
            roles.insert(key.substr(prefix.size()));
        } else if (key == "kubernetes.io/role" && value.is_string() && value != "") {
            roles.insert(value.get<std::string>());
        }
    }
    return or_none(fmt::format("{}", fmt::join(roles, ",")));
}

std::string address_of(const Json& node, std::string_view type) {
    for (const auto& address : list_of(member(node, "status"), "addresses")) {
        if (text_of(address, "type") == type) return or_none(text_of(address, "address"));
    }
    return "<none>";
}

std::string or_unknown(const std::string& text) { return text.empty() ? "<unknown>" : text; }

/// When an event was last seen, whichever of its times is set.
const Json& last_seen(const Json& event) {
    const Json& series = member(member(event, "series"), "lastObservedTime");
    if (!series.is_null()) return series;
    const Json& last = member(event, "lastTimestamp");
    if (!last.is_null()) return last;
    const Json& first = member(event, "firstTimestamp");
    return first.is_null() ? member(event, "eventTime") : first;
}

const Json& first_seen(const Json& event) {
    const Json& first = member(event, "firstTimestamp");
    return first.is_null() ? member(event, "eventTime") : first;
}

std::string involved_object(const Json& event) {
    const Json& about = member(event, "involvedObject");
    auto kind = text_of(about, "kind");
    std::transform(kind.begin(), kind.end(), kind.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return kind + "/" + text_of(about, "name");
}

std::string event_source(const Json& event) {
    const Json& source = member(event, "source");
    auto component = text_of(source, "component");
    if (component.empty()) component = text_of(event, "reportingComponent");
    const auto host = text_of(source, "host");
    return host.empty() ? component : component + ", " + host;
}

std::string one_line(const std::string& text) {
    const auto first = text.find_first_not_of(" \n\r\t");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \n\r\t") - first + 1);
}

std::string service_ports(const Json& service) {
    std::string result;
    for (const auto& port : list_of(member(service, "spec"), "ports")) {
        if (!result.empty()) result += ",";
        result += std::to_string(integer_of(port, "port").value_or(0));
        const auto node_port = integer_of(port, "nodePort").value_or(0);
        if (node_port > 0) result += ":" + std::to_string(node_port);
        result += "/" + text_of(port, "protocol");
    }
    return or_none(result);
}

std::vector<TableColumn> with_containers(std::vector<TableColumn> columns) {
    columns.push_back(text_column("Containers", "Names of each container in the template.", 1));
    columns.push_back(text_column("Images", "Images referenced by each container in the template.", 1));
    columns.push_back(text_column("Selector", "Label selector.", 1));
    return columns;
}

}  // namespace

std::vector<TableColumn> deployment_columns() {
    return with_containers({name_column(), text_column("Ready", "Number of the pods with ready state."),
                            number_column("Up-to-date", "Pods that have the desired template."),
                            number_column("Available", "Pods ready for at least minReadySeconds."),
                            age_column()});
}

Json deployment_cells(const Json& deployment, const std::string& now) {
    return {object_name(deployment),
            fmt::format("{}/{}", count_of(deployment, "status", "readyReplicas"),
                        count_of(deployment, "spec", "replicas")),
            count_of(deployment, "status", "updatedReplicas"),
            count_of(deployment, "status", "availableReplicas"),
            age_of(deployment, now),
            container_names(template_spec(deployment)),
            container_images(template_spec(deployment)),
            selector_text(member(member(deployment, "spec"), "selector"))};
}

std::vector<TableColumn> replica_set_columns() {
    return with_containers({name_column(), number_column("Desired", "Number of desired pods."),
                            number_column("Current", "Most recently observed number of pods."),
                            number_column("Ready", "The number of ready pods."), age_column()});
}

Json replica_set_cells(const Json& replica_set, const std::string& now) {
    return {object_name(replica_set),
            count_of(replica_set, "spec", "replicas"),
            count_of(replica_set, "status", "replicas"),
            count_of(replica_set, "status", "readyReplicas"),
            age_of(replica_set, now),
            container_names(template_spec(replica_set)),
            container_images(template_spec(replica_set)),
            selector_text(member(member(replica_set, "spec"), "selector"))};
}

std::vector<TableColumn> node_columns() {
    return {name_column(),
            text_column("Status", "The status of the node."),
            text_column("Roles", "The roles of the node."),
            age_column(),
            text_column("Version", "The kubelet's version."),
            text_column("Internal-IP", "Address within the cluster.", 1),
            text_column("External-IP", "Address outside of the cluster.", 1),
            text_column("OS-Image", "The operating system, as it calls itself.", 1),
            text_column("Kernel-Version", "The kernel.", 1),
            text_column("Container-Runtime", "The container runtime and its version.", 1)};
}

Json node_cells(const Json& node, const std::string& now) {
    const Json& info = member(member(node, "status"), "nodeInfo");
    return {object_name(node),
            node_status(node),
            node_roles(node),
            age_of(node, now),
            text_of(info, "kubeletVersion"),
            address_of(node, "InternalIP"),
            address_of(node, "ExternalIP"),
            or_unknown(text_of(info, "osImage")),
            or_unknown(text_of(info, "kernelVersion")),
            or_unknown(text_of(info, "containerRuntimeVersion"))};
}

std::vector<TableColumn> namespace_columns() {
    return {name_column(), text_column("Status", "The status of the namespace."), age_column()};
}

Json namespace_cells(const Json& object, const std::string& now) {
    return {object_name(object), text_of(member(object, "status"), "phase"), age_of(object, now)};
}

std::vector<TableColumn> lease_columns() {
    return {name_column(), text_column("Holder", "Who holds the lease."), age_column()};
}

Json lease_cells(const Json& lease, const std::string& now) {
    return {object_name(lease), text_of(member(lease, "spec"), "holderIdentity"), age_of(lease, now)};
}

std::vector<TableColumn> event_columns() {
    return {text_column("Last Seen", "When it was last observed."),
            text_column("Type", "Normal or Warning."),
            text_column("Reason", "Why, for machines."),
            text_column("Object", "The object that it is about."),
            text_column("Subobject", "The part of the object.", 1),
            text_column("Source", "Who reports it.", 1),
            text_column("Message", "What happened, for people."),
            text_column("First Seen", "When it was first observed.", 1),
            text_column("Count", "How often it was observed.", 1),
            {"Name", "string", "name", "Name must be unique within a namespace.", 1}};
}

Json event_cells(const Json& event, const std::string& now) {
    const auto in_series = integer_of(member(event, "series"), "count");
    const auto count = in_series.value_or(integer_of(event, "count").value_or(1));
    return {age(last_seen(event), now),
            text_of(event, "type"),
            text_of(event, "reason"),
            involved_object(event),
            text_of(member(event, "involvedObject"), "fieldPath"),
            event_source(event),
            one_line(text_of(event, "message")),
            age(first_seen(event), now),
            count,
            object_name(event)};
}

std::vector<TableColumn> config_map_columns() {
    return {name_column(), number_column("Data", "Number of its keys."), age_column()};
}

Json config_map_cells(const Json& config_map, const std::string& now) {
    return {object_name(config_map),
            map_of(config_map, "data").size() + map_of(config_map, "binaryData").size(),
            age_of(config_map, now)};
}

std::vector<TableColumn> service_columns() {
    return {name_column(),
            text_column("Type", "ClusterIP, NodePort, LoadBalancer or ExternalName."),
            text_column("Cluster-IP", "Address within the cluster."),
            text_column("External-IP", "Addresses outside of the cluster."),
            text_column("Port(s)", "The ports."),
            age_column(),
            text_column("Selector", "Labels of the pods.", 1)};
}

Json service_cells(const Json& service, const std::string& now) {
    const Json& spec = member(service, "spec");
    return {object_name(service),
            text_of(spec, "type"),
            or_none(text_of(spec, "clusterIP")),
            or_none(text_of(spec, "externalName")),
            service_ports(service),
            age_of(service, now),
            selector_text(Json{{"matchLabels", member(spec, "selector")}})};
}

}  // namespace kcheck::reference::apiserver
