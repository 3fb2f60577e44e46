// kube-apiserver's validation of pods and pod templates, over the object as it was sent or as it
// was defaulted: what is absent has its default value.
//
// Not checked: fields of single storage vendors, Windows, SELinux and sysctls, addresses, resource
// claims and pod-level resources, expansion of $(VAR).
// Source: pkg/apis/core/validation/validation.go (ValidatePodSpec and below).
#pragma once

#include <map>
#include <string>

#include "kubernetes/field_errors.hpp"
#include "kubernetes/tree.hpp"

namespace kcheck::kubernetes {

/// ValidatePodSpec
void validate_pod_spec(const Value& spec, const std::string& path, FieldErrors& errors);
/// ValidatePodTemplateSpecForReplicaSet: what a Deployment's or ReplicaSet's pods are made of.
void validate_pod_template(const Value& pod_template, const std::string& path, FieldErrors& errors);

// Parts of a pod's spec, at `path`.
/// ValidateVolumes: gives those that are right, and what they are: "emptyDir", or empty by default.
using Volumes = std::map<std::string, std::string>;
Volumes validate_volumes(const Value& spec, const std::string& path, FieldErrors& errors);
void validate_containers(const Value& spec, const Volumes& volumes, const std::string& path,
                         FieldErrors& errors);
void validate_affinity(const Value& affinity, const std::string& path, FieldErrors& errors);
void validate_topology_spread(const Value& spec, const std::string& path, FieldErrors& errors);
/// ValidateTolerations
void validate_tolerations(const Value& spec, const std::string& path, FieldErrors& errors);
/// ValidateNodeSelectorTerm, of node affinity and of volumes.
void validate_node_selector_term(const Value& term, const std::string& path, FieldErrors& errors);

/// What ports, probes and services name: a number or a name (ValidatePortNumOrName).
void validate_port(const Value& port, const std::string& path, FieldErrors& errors);
/// What of a security context a container and a pod have in common.
void validate_security_context(const Value& context, const std::string& path, FieldErrors& errors);
/// env and envFrom of a container.
void validate_environment(const Value& container, const std::string& path, FieldErrors& errors);

/// ValidateResourceQuantityValue for each entry of a map of quantities.
void validate_quantities(const Value& amounts, const std::string& path, FieldErrors& errors);
/// ValidateContainerResourceRequirements
void validate_resources(const Value& resources, const std::string& path, FieldErrors& errors);

}  // namespace kcheck::kubernetes
