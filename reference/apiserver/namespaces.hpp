// Namespaces as containers of objects: what may be created in them, and their end.
//
// In Kubernetes the namespace controller empties a namespace that is being deleted; here
// kube-apiserver does what it would do, under its name, and without waiting for a watch
// (plugin/pkg/admission/namespace/lifecycle; pkg/registry/core/namespace/storage;
// pkg/controller/namespace/deletion/namespaced_resources_deleter.go).
#pragma once

#include <string>

#include "reference/apiserver/registry.hpp"

namespace kcheck::reference {

/// Throws a 404 if there is no such namespace, and a 403 if it is being deleted.
void require_open_namespace(Registry& registry, const Resource& resource, const std::string& name,
                            const std::string& namespace_name);
/// Marks it, and deletes what is in it; what has a grace or finalizers keeps the namespace.
Deleted remove_namespace(Registry& registry, const Call& call, const ObjectKey& key,
                         const DeleteOptions& options);
/// Removes the namespace if it is being deleted, and empty. To be called after each removal in it.
void finish_namespace(Registry& registry, const std::string& namespace_name);
/// PUT namespaces/finalize: who the namespace still waits for.
Json finalize_namespace(Registry& registry, const Call& call, const ObjectKey& key, const Json& body);
void create_missing_system_namespaces(Registry& registry);

}  // namespace kcheck::reference
