#include "model/variants.hpp"

#include <algorithm>
#include <array>

namespace kcheck::model {

namespace {

constexpr std::array table{
    VariantInfo{Variant::scheduler_writes_etcd, "scheduler-writes-etcd",
                "kube-scheduler writes its decision into etcd itself, past kube-apiserver and its checks"},
    VariantInfo{Variant::binding_without_precondition, "binding-without-precondition",
                "kube-apiserver binds a pod without checking that spec.nodeName is empty"},
    VariantInfo{Variant::no_expectations, "no-expectations",
                "the ReplicaSet controller keeps neither expectations nor the record of its own writes"},
    VariantInfo{Variant::update_without_resource_version, "update-without-resource-version",
                "controllers send updates without resourceVersion: the last writer wins"},
    VariantInfo{Variant::kubelet_ignores_node_name, "kubelet-ignores-node-name",
                "a kubelet watches all bound pods and does not look at spec.nodeName"},
    VariantInfo{Variant::create_timeout_is_success, "create-timeout-is-success",
                "the ReplicaSet controller takes a create that timed out for one that succeeded"},
    VariantInfo{Variant::watch_drops_event, "watch-drops-event",
                "kube-apiserver may lose a watch event on its way to kube-scheduler"},
    VariantInfo{Variant::kubelet_admits_everything, "kubelet-admits-everything",
                "the kubelet does not check that a pod fits its node"},
    VariantInfo{Variant::create_without_name_check, "create-without-name-check",
                "kube-apiserver stores a new object even where one of that name exists"},
    VariantInfo{Variant::uids_repeat_after_restart, "uids-repeat-after-restart",
                "kube-apiserver numbers UIDs from 1 and starts again when it restarts"},
    VariantInfo{Variant::revisions_repeat_after_restart, "revisions-repeat-after-restart",
                "etcd comes back from a restart with an older revision counter"},
    VariantInfo{Variant::bind_failure_is_forgotten, "bind-failure-is-forgotten",
                "kube-scheduler neither forgets nor requeues a pod whose binding failed"},
    VariantInfo{Variant::image_never_arrives, "image-never-arrives",
                "the registry never delivers the image, of several the last"},
    VariantInfo{Variant::status_carries_time, "status-carries-time",
                "the ReplicaSet controller writes the time of its sync into the status"},
    VariantInfo{Variant::rollout_ignores_availability, "rollout-ignores-availability",
                "in a rollout the deployment controller takes every replica for an available one"},
    // No bug that somebody might write, but what Kubernetes does, in a window of milliseconds.
    VariantInfo{Variant::deletion_decides_early, "deletion-decides-early",
                "kube-apiserver removes a pod that was unbound when it looked, though it has been bound "
                "since (so does Kubernetes 1.36, where the two are milliseconds apart)"},
};

}  // namespace

std::span<const VariantInfo> variants() { return table; }

const VariantInfo* find_variant(std::string_view name) {
    const auto found = std::ranges::find(table, name, &VariantInfo::name);
    return found == table.end() ? nullptr : &*found;
}

}  // namespace kcheck::model
