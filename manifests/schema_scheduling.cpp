// core/v1: where a pod may run.
#include "manifests/schema.hpp"

namespace kcheck::manifests {

namespace {

constexpr std::string_view honor[] = {"Honor", "Ignore"};
constexpr std::string_view unsatisfiable[] = {"DoNotSchedule", "ScheduleAnyway"};

constexpr Field node_requirement_fields[] = {
    modelled("key", Type::string),
    modelled("operator", Type::string),
    modelled("values", Type::string_list),
};
constexpr Schema node_requirement = {"NodeSelectorRequirement", node_requirement_fields};

constexpr Field node_term_fields[] = {
    modelled("matchExpressions", Type::list, &node_requirement),
    modelled("matchFields", Type::list, &node_requirement),
};
constexpr Schema node_term = {"NodeSelectorTerm", node_term_fields};

constexpr Field node_selector_fields[] = {modelled("nodeSelectorTerms", Type::list, &node_term)};
constexpr Schema node_selector = {"NodeSelector", node_selector_fields};

constexpr Field preferred_node_fields[] = {
    none("preference", Type::object, &node_term),
    none("weight", Type::int32),
};
constexpr Schema preferred_node = {"PreferredSchedulingTerm", preferred_node_fields};

constexpr std::string_view preferred = "preferredDuringSchedulingIgnoredDuringExecution";
constexpr std::string_view required = "requiredDuringSchedulingIgnoredDuringExecution";

constexpr Field node_affinity_fields[] = {
    none(preferred, Type::list, &preferred_node),
    modelled(required, Type::object, &node_selector),
};
constexpr Schema node_affinity = {"NodeAffinity", node_affinity_fields};

constexpr Field pod_term_fields[] = {
    none("labelSelector", Type::object, &label_selector_schema),
    none("matchLabelKeys", Type::string_list),
    none("mismatchLabelKeys", Type::string_list),
    none("namespaceSelector", Type::object, &label_selector_schema),
    none("namespaces", Type::string_list),
    none("topologyKey", Type::string),
};
constexpr Schema pod_term = {"PodAffinityTerm", pod_term_fields};

constexpr Field weighted_pod_term_fields[] = {
    none("podAffinityTerm", Type::object, &pod_term),
    none("weight", Type::int32),
};
constexpr Schema weighted_pod_term = {"WeightedPodAffinityTerm", weighted_pod_term_fields};

constexpr Field pod_affinity_fields[] = {
    none(preferred, Type::list, &weighted_pod_term),
    decides(required, Type::list, "pod-affinity", &pod_term),
};
constexpr Schema pod_affinity = {"PodAffinity", pod_affinity_fields};

constexpr Field pod_anti_affinity_fields[] = {
    none(preferred, Type::list, &weighted_pod_term),
    decides(required, Type::list, "pod-anti-affinity", &pod_term),
};
constexpr Schema pod_anti_affinity = {"PodAntiAffinity", pod_anti_affinity_fields};

constexpr Field affinity_fields[] = {
    modelled("nodeAffinity", Type::object, &node_affinity),
    modelled("podAffinity", Type::object, &pod_affinity),
    modelled("podAntiAffinity", Type::object, &pod_anti_affinity),
};

constexpr Field toleration_fields[] = {
    modelled("effect", Type::string),
    modelled("key", Type::string),
    modelled("operator", Type::string),
    // What it would do is reported for the nodes where it would.
    none("tolerationSeconds", Type::int64),
    modelled("value", Type::string),
};

constexpr Field topology_spread_fields[] = {
    none("labelSelector", Type::object, &label_selector_schema),
    none("matchLabelKeys", Type::string_list),
    none("maxSkew", Type::int32),
    none("minDomains", Type::int32),
    one_of(none("nodeAffinityPolicy", Type::string), honor),
    one_of(none("nodeTaintsPolicy", Type::string), honor),
    none("topologyKey", Type::string),
    one_of(unless(decides("whenUnsatisfiable", Type::string, "topology-spread"), "ScheduleAnyway",
                  [](const Value& value) { return value.text == "ScheduleAnyway"; }),
           unsatisfiable),
};

}  // namespace

const Schema affinity_schema = {"Affinity", affinity_fields};
const Schema toleration_schema = {"Toleration", toleration_fields};
const Schema topology_spread_schema = {"TopologySpreadConstraint", topology_spread_fields};

}  // namespace kcheck::manifests
