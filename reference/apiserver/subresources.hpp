// The subresources that are no views of the object: binding, eviction, scale.
//
// All functions throw StatusError.
#pragma once

#include "reference/apiserver/registry.hpp"
#include "reference/base/message.hpp"

namespace kcheck::reference::apiserver {

/// POST pods/binding (pkg/registry/core/pod/storage/storage.go:BindingREST, setPodNodeAndMetadata).
/// `checks_node`: that spec.nodeName is empty.
void bind_pod(Registry& registry, const Call& call, const ObjectKey& key, const Json& body, bool checks_node);

/// POST pods/eviction, of policy/v1 or v1beta1. There are no PodDisruptionBudgets: it is a deletion
/// (storage/eviction.go:EvictionREST.Create).
void evict_pod(Registry& registry, const Call& call, const ObjectKey& key, const Json& body,
               const Request& request);

/// autoscaling/v1 Scale of a Deployment or ReplicaSet (pkg/registry/apps/deployment/storage).
Json scale_of(const Json& object);
/// `change`: from the current Scale to the one to be set.
Json update_scale(Registry& registry, const Call& call, const ObjectKey& key, const Transform& change,
                  const std::string& uid);

}  // namespace kcheck::reference::apiserver
