#include "manifests/decode.hpp"

#include <algorithm>
#include <initializer_list>
#include <limits>

#include "manifests/references.hpp"

namespace kcheck::manifests {

namespace {

/// The value at the end of a chain of fields, or null where the chain breaks.
const Value* find(const Value* from, std::initializer_list<std::string_view> path) {
    for (const std::string_view key : path) {
        if (from == nullptr) return nullptr;
        from = from->find(key);
    }
    return from;
}

std::string text(const Value* from, std::string_view key) {
    const Value* found = find(from, {key});
    return found == nullptr ? std::string() : found->text;
}

int int32(const Value* from, std::string_view key, int otherwise) {
    const Value* found = find(from, {key});
    return found == nullptr ? otherwise : static_cast<int>(found->integer);
}

Labels string_map(const Value* from) {
    Labels out;
    if (from != nullptr)
        for (const Member& member : from->members) out[member.key] = member.value.text;
    return out;
}

Resources quantities(const Value* from) {
    Resources out;
    if (from == nullptr) return out;
    for (const Member& member : from->members)
        if (!member.value.is(Value::Kind::null)) out[member.key] = Quantity::parse(member.value.text).value();
    return out;
}

template <typename Item, typename Decode>
std::vector<Item> list(const Value* from, Decode decode) {
    std::vector<Item> out;
    if (from != nullptr)
        for (const Value& item : from->items) out.push_back(decode(item));
    return out;
}

/// intstr.IntOrString, where a string is a percentage.
std::optional<IntOrPercent> int_or_percent(const Value* rolling, std::string_view key) {
    const Value* found = find(rolling, {key});
    if (found == nullptr) return std::nullopt;
    if (found->is(Value::Kind::integer)) return IntOrPercent{false, static_cast<int>(found->integer)};
    const std::string_view digits = std::string_view(found->text).substr(0, found->text.size() - 1);
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    return IntOrPercent{true,
                        static_cast<int>(std::min(kubernetes::parse_integer(digits).value_or(most), most))};
}

std::vector<Container> containers(const Value* from) {
    return list<Container>(from, [](const Value& item) {
        return Container{text(&item, "name"),
                         text(&item, "image"),
                         text(&item, "imagePullPolicy"),
                         quantities(find(&item, {"resources", "requests"})),
                         quantities(find(&item, {"resources", "limits"})),
                         text(&item, "restartPolicy") == "Always"};
    });
}

std::vector<NodeRequirement> node_requirements(const Value* from) {
    return list<NodeRequirement>(from, [](const Value& item) {
        return NodeRequirement{
            text(&item, "key"), text(&item, "operator"),
            list<std::string>(find(&item, {"values"}), [](const Value& value) { return value.text; })};
    });
}

}  // namespace

PodTemplate decode_pod_template(const Value* from) {
    PodTemplate out;
    const Value* spec = find(from, {"spec"});
    out.labels = string_map(find(from, {"metadata", "labels"}));
    out.overhead = quantities(find(spec, {"overhead"}));
    out.node_selector = string_map(find(spec, {"nodeSelector"}));
    out.containers = containers(find(spec, {"containers"}));
    out.init_containers = containers(find(spec, {"initContainers"}));
    if (const Value* required =
            find(spec, {"affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"}))
        out.node_terms = list<NodeTerm>(find(required, {"nodeSelectorTerms"}), [](const Value& item) {
            return NodeTerm{node_requirements(find(&item, {"matchExpressions"})),
                            node_requirements(find(&item, {"matchFields"}))};
        });
    out.tolerations = list<Toleration>(find(spec, {"tolerations"}), [](const Value& item) {
        Toleration toleration{text(&item, "key"), text(&item, "operator"), text(&item, "value"),
                              text(&item, "effect"), std::nullopt};
        if (const Value* seconds = find(&item, {"tolerationSeconds"})) toleration.seconds = seconds->integer;
        return toleration;
    });
    out.priority_class = text(spec, "priorityClassName");
    out.runtime_class = text(spec, "runtimeClassName");
    return out;
}

Deployment decode_deployment(const std::string& file, const Value& object) {
    Deployment out;
    out.origin = {file, object.place};
    out.name = text(find(&object, {"metadata"}), "name");
    out.name_space = text(find(&object, {"metadata"}), "namespace");
    out.labels = string_map(find(&object, {"metadata", "labels"}));
    const Value* spec = find(&object, {"spec"});
    out.replicas = int32(spec, "replicas", out.replicas);
    out.min_ready_seconds = int32(spec, "minReadySeconds", out.min_ready_seconds);
    out.revision_history_limit = int32(spec, "revisionHistoryLimit", out.revision_history_limit);
    out.progress_deadline_seconds = int32(spec, "progressDeadlineSeconds", out.progress_deadline_seconds);
    out.strategy.type = text(find(spec, {"strategy"}), "type");
    const Value* rolling = find(spec, {"strategy", "rollingUpdate"});
    out.strategy.max_surge = int_or_percent(rolling, "maxSurge");
    out.strategy.max_unavailable = int_or_percent(rolling, "maxUnavailable");
    if (const Value* selector = find(spec, {"selector"})) out.selector = LabelSelector::of(*selector);
    out.pod_template = decode_pod_template(find(spec, {"template"}));
    out.references = decode_references(find(spec, {"template", "spec"}));
    out.applies = {{out.replicas}};
    return out;
}

NodeSpec decode_node(const std::string& file, const Value& object) {
    NodeSpec out;
    out.origin = {file, object.place};
    out.name = text(find(&object, {"metadata"}), "name");
    out.labels = string_map(find(&object, {"metadata", "labels"}));
    const Value* unschedulable = find(&object, {"spec", "unschedulable"});
    out.unschedulable = unschedulable != nullptr && unschedulable->integer != 0;
    out.taints = list<Taint>(find(&object, {"spec", "taints"}), [](const Value& item) {
        return Taint{text(&item, "key"), text(&item, "value"), text(&item, "effect")};
    });
    // SetDefaults_NodeStatus: allocatable defaults to capacity, as a whole.
    const Value* allocatable = find(&object, {"status", "allocatable"});
    out.allocatable =
        quantities(allocatable != nullptr ? allocatable : find(&object, {"status", "capacity"}));
    return out;
}

}  // namespace kcheck::manifests
