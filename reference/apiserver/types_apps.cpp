// Deployments and replica sets: k8s.io/api/apps/v1/types.go; Scale: k8s.io/api/autoscaling/v1/types.go.
#include "reference/apiserver/types_tables.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr auto apps_package = "io.k8s.api.apps.v1";
constexpr auto autoscaling_package = "io.k8s.api.autoscaling.v1";

std::vector<Field> workload_condition_fields(bool update_time) {
    std::vector<Field> fields = {
        {"lastTransitionTime", "v1.Time", "Last change of the status."},
        {"message", "string", "Details of the transition."},
        {"reason", "string", "Why, briefly."},
        {"status", "string", "True, False or Unknown.", {.required = true}},
        {"type", "string", "The type of the condition.", {.required = true}},
    };
    if (update_time) fields.push_back({"lastUpdateTime", "v1.Time", "Last update of the condition."});
    return fields;
}

}  // namespace

std::vector<Type> apps_types() {
    return {
        kind_type("Deployment", apps_package, "Deployment enables declarative updates of pods.",
                  {{"spec", "v1.DeploymentSpec", "The desired behavior of the deployment."},
                   {"status", "v1.DeploymentStatus", "What was last observed."}}),
        {"DeploymentSpec",
         apps_package,
         "DeploymentSpec is the desired behavior of a deployment.",
         {{"minReadySeconds", "int32", "Seconds a new pod must be ready to be available. Defaults to 0."},
          {"paused", "bool", "The deployment is paused."},
          {"progressDeadlineSeconds", "*int32", "Seconds to make progress. Defaults to 600."},
          {"replicas", "*int32", "Number of desired pods. Defaults to 1."},
          {"revisionHistoryLimit", "*int32", "Old replica sets to keep. Defaults to 10."},
          {"selector",
           "*v1.LabelSelector",
           "Label selector for pods. It must match the pod template's labels.",
           {.required = true, .immutable = true}},
          {"strategy", "v1.DeploymentStrategy", "How pods are replaced by new ones.", {.retains_keys = true}},
          {"template", "v1.PodTemplateSpec", "The pods that are created.", {.required = true}}}},
        {"DeploymentStrategy",
         apps_package,
         "DeploymentStrategy describes how pods are replaced.",
         {{"rollingUpdate", "*v1.RollingUpdateDeployment", "Only with type RollingUpdate."},
          {"type", "string", "Recreate or RollingUpdate. Defaults to RollingUpdate."}}},
        {"RollingUpdateDeployment",
         apps_package,
         "RollingUpdateDeployment bounds a rolling update.",
         {{"maxSurge", "*intstr.IntOrString",
           "Pods over the desired number, absolute or in percent, rounded up. Defaults to 25%."},
          {"maxUnavailable", "*intstr.IntOrString",
           "Pods that may be unavailable, absolute or in percent, rounded down. Defaults to 25%."}}},
        {"DeploymentStatus",
         apps_package,
         "DeploymentStatus is what was last observed of a deployment.",
         {{"availableReplicas", "int32", "Pods ready for at least minReadySeconds."},
          {"collisionCount", "*int32", "Hash collisions, to make names of replica sets."},
          {"conditions",
           "[]v1.DeploymentCondition",
           "Its current state.",
           {.merges = true, .merge_key = "type"}},
          {"observedGeneration", "int64", "The generation observed by the controller."},
          {"readyReplicas", "int32", "Ready pods."},
          {"replicas", "int32", "Pods that are not terminated."},
          {"unavailableReplicas", "int32", "Pods still required for full capacity."},
          {"updatedReplicas", "int32", "Pods of the desired template."}}},
        {"DeploymentCondition", apps_package, "A condition of a deployment.",
         workload_condition_fields(true)},
        kind_type("ReplicaSet", apps_package, "ReplicaSet keeps a number of pods running.",
                  {{"spec", "v1.ReplicaSetSpec", "The desired behavior of the replica set."},
                   {"status", "v1.ReplicaSetStatus", "What was last observed."}}),
        {"ReplicaSetSpec",
         apps_package,
         "ReplicaSetSpec is the desired behavior of a replica set.",
         {{"minReadySeconds", "int32", "Seconds a new pod must be ready to be available. Defaults to 0."},
          {"replicas", "*int32", "Number of desired pods. Defaults to 1."},
          {"selector",
           "*v1.LabelSelector",
           "Label selector for pods. It must match the pod template's labels.",
           {.required = true, .immutable = true}},
          {"template", "v1.PodTemplateSpec", "The pods that are created."}}},
        {"ReplicaSetStatus",
         apps_package,
         "ReplicaSetStatus is what was last observed of a replica set.",
         {{"availableReplicas", "int32", "Pods ready for at least minReadySeconds."},
          {"conditions",
           "[]v1.ReplicaSetCondition",
           "Its current state.",
           {.merges = true, .merge_key = "type"}},
          {"fullyLabeledReplicas", "int32", "Pods with the labels of the template."},
          {"observedGeneration", "int64", "The generation observed by the controller."},
          {"readyReplicas", "int32", "Ready pods."},
          {"replicas", "int32", "The most recently observed number of pods.", {.required = true}}}},
        {"ReplicaSetCondition", apps_package, "A condition of a replica set.",
         workload_condition_fields(false)},
        kind_type("Scale", autoscaling_package, "Scale is a request to scale a resource.",
                  {{"spec", "v1.ScaleSpec", "The desired number."},
                   {"status", "v1.ScaleStatus", "The actual number. Read-only."}}),
        {"ScaleSpec",
         autoscaling_package,
         "ScaleSpec is the desired number of instances.",
         {{"replicas", "int32", "Desired number of instances."}}},
        {"ScaleStatus",
         autoscaling_package,
         "ScaleStatus is the actual number of instances.",
         {{"replicas", "int32", "Actual number of instances.", {.required = true}},
          {"selector", "string", "The selector as a string."}}},
    };
}

}  // namespace kcheck::reference::apiserver
