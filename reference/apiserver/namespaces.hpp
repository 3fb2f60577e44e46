// Namespaces: what may be created in them, and how they end: a deletion only marks, the namespace
// controller empties, and finalizing removes (plugin/pkg/admission/namespace/lifecycle/admission.go;
// pkg/registry/core/namespace/storage/storage.go).
#pragma once

#include <string>

#include "reference/apiserver/registry.hpp"

namespace kcheck::reference::apiserver {

/// Throws a 404 if there is no such namespace, and a 403 if it is being deleted.
void require_open_namespace(Registry& registry, const Resource& resource, const std::string& name,
                            const std::string& namespace_name);
/// Marks it; it is removed when it has been marked already and nobody is left in spec.finalizers.
Deleted remove_namespace(Registry& registry, const Call& call, const ObjectKey& key,
                         const DeleteOptions& options);
/// PUT namespaces/finalize: who the namespace still waits for. If it is nobody, it goes.
Json finalize_namespace(Registry& registry, const Call& call, const ObjectKey& key, const Json& body);
void create_missing_system_namespaces(Registry& registry);

}  // namespace kcheck::reference::apiserver
