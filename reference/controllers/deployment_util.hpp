// What a Deployment and its ReplicaSets say, and the arithmetic of rollouts
// (pkg/controller/deployment/util/deployment_util.go). Nothing here sends a request.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reference/base/environment.hpp"
#include "reference/client/indexer.hpp"

namespace kcheck::reference::controllers {

inline constexpr const char* revision_annotation = "deployment.kubernetes.io/revision";
inline constexpr const char* revision_history_annotation = "deployment.kubernetes.io/revision-history";
inline constexpr const char* desired_replicas_annotation = "deployment.kubernetes.io/desired-replicas";
inline constexpr const char* max_replicas_annotation = "deployment.kubernetes.io/max-replicas";
inline constexpr const char* pod_template_hash_label = "pod-template-hash";

std::int64_t spec_replicas(const Json& object);  // spec.replicas; 1 if it is not given
bool is_rolling_update(const Json& deployment);
/// Numbers of pods; percentages are resolved against spec.replicas: the surge up, the unavailable
/// down, and at least one of the two is not 0 (ResolveFenceposts). 0 unless rolling.
std::int64_t max_surge(const Json& deployment);
std::int64_t max_unavailable(const Json& deployment);
/// Whether spec.progressDeadlineSeconds says anything.
bool has_progress_deadline(const Json& deployment);

/// Sums over ReplicaSets; null pointers count nothing.
std::int64_t sum_of_spec_replicas(const std::vector<Object>& replica_sets);
std::int64_t sum_of_status(const std::vector<Object>& replica_sets, const char* field);
/// Those that want pods (FilterActiveReplicaSets), without null pointers.
std::vector<Object> active_replica_sets(const std::vector<Object>& replica_sets);
/// By creation time, then by name.
void sort_by_creation(std::vector<Object>& replica_sets);

/// A template without what does not tell two of them apart: the hash label, empty and null fields.
Json canonical_template(const Json& pod_template);
/// controller_utils.go:ComputeHash: FNV-1a of the canonical template and of the count of collisions.
/// Kubernetes hashes a print-out of its Go structs: the values differ, their form does not.
std::string pod_template_hash(const Json& pod_template, const Json& collision_count);
/// The oldest ReplicaSet with the Deployment's template, or null.
Object find_new_replica_set(const Json& deployment, std::vector<Object> replica_sets);
/// All but the new one.
std::vector<Object> find_old_replica_sets(const std::vector<Object>& replica_sets, const Object& new_one);
/// The active one if there is but one, the newest if there is none, else null.
Object find_active_or_latest(const Object& new_one, std::vector<Object> old_ones);
/// The new ReplicaSet wants all replicas and has them available.
bool is_saturated(const Json& deployment, const Object& replica_set);

/// How many replicas the new ReplicaSet should want next (NewRSNewReplicas). `all` contains it.
std::int64_t new_replica_set_replicas(const Json& deployment, const std::vector<Object>& all,
                                      std::int64_t replicas_now);
/// Its share of `to_add` when the Deployment is scaled (GetReplicaSetProportion).
std::int64_t proportion(const Json& replica_set, const Json& deployment, std::int64_t to_add,
                        std::int64_t added);

/// -1 if there is no such number.
std::int64_t annotated_number(const Json& object, const char* annotation_name);
std::int64_t max_revision(const std::vector<Object>& replica_sets);
/// Whether it has changed anything.
bool set_annotation(Json& object, const std::string& name, const std::string& value);
bool set_replicas_annotations(Json& replica_set, std::int64_t desired, std::int64_t max);
/// Annotations of the Deployment, and the revision with its history. `exists`: the ReplicaSet is
/// stored already and keeps its replicas annotations.
bool set_new_replica_set_annotations(const Json& deployment, Json& replica_set, std::int64_t revision,
                                     bool exists);

}  // namespace kcheck::reference::controllers
