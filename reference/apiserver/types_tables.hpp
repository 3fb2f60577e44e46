// The parts of the schema, each in a file of its own (types_<part>.cpp).
#pragma once

#include <string_view>
#include <vector>

#include "reference/apiserver/types_schema.hpp"

namespace kcheck::reference::apiserver {

std::vector<Type> meta_types();        // ObjectMeta, LabelSelector, DeleteOptions, ...
std::vector<Type> pod_types();         // Pod, PodSpec, PodTemplateSpec, PodStatus, Binding, Eviction
std::vector<Type> container_types();   // Container, Probe, ResourceRequirements, ...
std::vector<Type> scheduling_types();  // Affinity, Toleration, ...
std::vector<Type> volume_types();      // Volume and its common sources
std::vector<Type> cluster_types();     // Node, Namespace, Event, Lease
std::vector<Type> config_types();      // ConfigMap, Service
std::vector<Type> apps_types();        // Deployment, ReplicaSet, Scale

inline constexpr auto meta_package = "io.k8s.apimachinery.pkg.apis.meta.v1";
inline constexpr auto core_package = "io.k8s.api.core.v1";

/// A type that is served: apiVersion, kind and metadata, and then `fields`.
Type kind_type(std::string_view name, std::string_view package, std::string_view description,
               std::vector<Field> fields);

}  // namespace kcheck::reference::apiserver
