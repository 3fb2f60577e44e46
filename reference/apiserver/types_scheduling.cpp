// Where pods may run: k8s.io/api/core/v1/types.go.
#include "reference/apiserver/types_tables.hpp"

namespace kcheck::reference::apiserver {

namespace {

// NodeAffinity, PodAffinity and PodAntiAffinity differ in the types of their terms only.
std::vector<Field> affinity_fields(std::string_view preferred, std::string_view required) {
    return {
        {"preferredDuringSchedulingIgnoredDuringExecution", preferred, "Preferences with weights."},
        {"requiredDuringSchedulingIgnoredDuringExecution", required, "Must be met to be scheduled."},
    };
}

}  // namespace

std::vector<Type> scheduling_types() {
    return {
        {"Affinity",
         core_package,
         "Affinity is a group of scheduling rules.",
         {{"nodeAffinity", "*v1.NodeAffinity", "Which nodes the pod prefers or requires."},
          {"podAffinity", "*v1.PodAffinity", "Beside which pods it is to run."},
          {"podAntiAffinity", "*v1.PodAntiAffinity", "Beside which pods it is not to run."}}},
        {"NodeAffinity", core_package, "NodeAffinity is a group of rules about nodes.",
         affinity_fields("[]v1.PreferredSchedulingTerm", "*v1.NodeSelector")},
        {"PodAffinity", core_package, "PodAffinity is a group of rules about other pods.",
         affinity_fields("[]v1.WeightedPodAffinityTerm", "[]v1.PodAffinityTerm")},
        {"PodAntiAffinity", core_package, "PodAntiAffinity is a group of rules about other pods.",
         affinity_fields("[]v1.WeightedPodAffinityTerm", "[]v1.PodAffinityTerm")},
        {"PreferredSchedulingTerm",
         core_package,
         "PreferredSchedulingTerm is a node selector term with a weight.",
         {{"preference", "v1.NodeSelectorTerm", "The term.", {.required = true}},
          {"weight", "int32", "In the range 1-100.", {.required = true}}}},
        {"NodeSelector",
         core_package,
         "NodeSelector is the union of its terms.",
         {{"nodeSelectorTerms", "[]v1.NodeSelectorTerm", "The terms are ORed.", {.required = true}}}},
        {"NodeSelectorTerm",
         core_package,
         "NodeSelectorTerm: an empty one matches no objects. Its requirements are ANDed.",
         {{"matchExpressions", "[]v1.NodeSelectorRequirement", "By the node's labels."},
          {"matchFields", "[]v1.NodeSelectorRequirement", "By the node's fields."}}},
        {"NodeSelectorRequirement",
         core_package,
         "NodeSelectorRequirement relates a key and values.",
         {{"key", "string", "The label key.", {.required = true}},
          {"operator", "string", "In, NotIn, Exists, DoesNotExist, Gt or Lt.", {.required = true}},
          {"values", "[]string", "One integer for Gt and Lt."}}},
        {"WeightedPodAffinityTerm",
         core_package,
         "WeightedPodAffinityTerm is a pod affinity term with a weight.",
         {{"podAffinityTerm", "v1.PodAffinityTerm", "The term.", {.required = true}},
          {"weight", "int32", "In the range 1-100.", {.required = true}}}},
        {"PodAffinityTerm",
         core_package,
         "PodAffinityTerm defines a set of pods, and of nodes by a topology key.",
         {{"labelSelector", "*v1.LabelSelector", "The pods."},
          {"namespaceSelector", "*v1.LabelSelector", "The namespaces, by labels."},
          {"namespaces", "[]string", "The namespaces, by name."},
          {"topologyKey", "string", "The label that co-located nodes share.", {.required = true}}}},
        {"Toleration",
         core_package,
         "Toleration tolerates the taints that match it.",
         {{"effect", "string", "NoSchedule, PreferNoSchedule, NoExecute, or empty: all."},
          {"key", "string", "The taint key, or empty: all."},
          {"operator", "string", "Exists or Equal. Defaults to Equal."},
          {"tolerationSeconds", "*int64", "How long NoExecute is tolerated; not set: for ever."},
          {"value", "string", "The taint value. Empty with Exists."}}},
        {"TopologySpreadConstraint",
         core_package,
         "TopologySpreadConstraint says how to spread matching pods.",
         {{"labelSelector", "*v1.LabelSelector", "The pods that count."},
          {"matchLabelKeys", "[]string", "Keys of labels that pods must share."},
          {"maxSkew", "int32", "How unevenly pods may be distributed.", {.required = true}},
          {"minDomains", "*int32", "The least number of eligible domains."},
          {"nodeAffinityPolicy", "*string", "Honor or Ignore."},
          {"nodeTaintsPolicy", "*string", "Honor or Ignore."},
          {"topologyKey", "string", "The key of node labels.", {.required = true}},
          {"whenUnsatisfiable", "string", "DoNotSchedule or ScheduleAnyway.", {.required = true}}}},
    };
}

}  // namespace kcheck::reference::apiserver
