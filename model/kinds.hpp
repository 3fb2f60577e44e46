// The kinds of objects, as data: the fields of each, what their values mean, how large they get, and
// whether the spec or the status has them. Whatever keeps, copies, prints or compares objects goes
// through these tables; a new field is a line here.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "model/bounds.hpp"
#include "model/configuration.hpp"
#include "model/frame/layout.hpp"

namespace kcheck::model {

enum class Section : std::uint8_t { metadata, spec, status };

struct FieldInfo {
    std::string_view name;  // of the variable: ".status.replicas"
    Section section = Section::spec;
    /// Number of values: 0 .. size-1. Where it is 1 no record has the field.
    int (*size)(const Configuration&, const Bounds&) = nullptr;
    Values values = Values::plain;
};

namespace pod {
// deleting: metadata.deletionTimestamp is set; owner: the ReplicaSet of metadata.ownerReferences
enum Field : std::uint8_t { exists, deleting, phase, node, owner };
// status.phase. Without readiness probes a Running pod is Ready.
enum Phase : std::uint8_t { pending, running, terminal };
}  // namespace pod

/// What Deployments and ReplicaSets have in common.
namespace workload {
enum Field : std::uint8_t {
    exists,
    replicas,          // spec.replicas
    generation,        // metadata.generation
    observed,          // status.observedGeneration
    status_replicas,   // status.replicas
    status_available,  // status.availableReplicas
    common,            // the first that one of them has for itself
};
}  // namespace workload

namespace deployment {
enum Field : std::uint8_t {
    pod_template = workload::common,  // spec.template
    status_updated,  // status.updatedReplicas; where there is one template it is status.replicas
};
}  // namespace deployment

struct Pod {
    static constexpr std::string_view singular = "pod", resource = "pods";
    static constexpr int fields = 5, exists = pod::exists;
    /// Nobody sends a copy back with its resourceVersion: an event that shows its receiver nothing new
    /// need not reach it.
    static constexpr bool versioned = false;
    static const std::array<FieldInfo, fields> table;
};

struct Workload {
    static constexpr int exists = workload::exists;
    /// Updates carry the resourceVersion of their sender's copy.
    static constexpr bool versioned = true;
};
struct Deployment : Workload {
    static constexpr std::string_view singular = "deployment", resource = "deployments";
    static constexpr int fields = 8;
    static const std::array<FieldInfo, fields> table;
};
/// One for each pod template.
struct ReplicaSet : Workload {
    static constexpr std::string_view singular = "replicaset", resource = "replicasets";
    static constexpr int fields = workload::common;
    static const std::array<FieldInfo, fields> table;
};

}  // namespace kcheck::model
