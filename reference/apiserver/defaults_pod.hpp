// What a pod and a pod template are filled up with (pkg/apis/core/v1/defaults.go, zz_generated.defaults.go).
#pragma once

#include "reference/base/json.hpp"

namespace kcheck::reference::apiserver {

/// A pod's spec, or a template's: SetDefaults_PodSpec and those of containers and volumes.
void set_pod_spec_defaults(Json& spec);
/// A Pod. Beyond its spec: limits are requests, service links are on.
void set_pod_defaults(Json& pod);

}  // namespace kcheck::reference::apiserver
