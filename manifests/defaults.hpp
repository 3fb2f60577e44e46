// kube-apiserver's defaulting, before validation.
// Source: pkg/apis/apps/v1/defaults.go (SetDefaults_Deployment),
// pkg/apis/core/v1/defaults.go (SetDefaults_Container, SetDefaults_Pod's requests).
#pragma once

#include "manifests/types.hpp"

namespace kcheck::manifests {

/// `pods` of a node that does not say how many it takes: the kubelet's maxPods default.
inline constexpr int default_max_pods = 110;

void set_defaults(Deployment& deployment);
void set_defaults(PodTemplate& pod);
void set_defaults(NodeSpec& node);

/// Always for the tag latest or none, else IfNotPresent.
std::string default_image_pull_policy(std::string_view image);

}  // namespace kcheck::manifests
