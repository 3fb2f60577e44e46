// Defaults of parts of a pod that depend on something (pkg/apis/core/v1/defaults.go).
#pragma once

#include "reference/apiserver/defaults_kinds.hpp"

namespace kcheck::reference::apiserver {

NamedDefaults pod_defaults();

}  // namespace kcheck::reference::apiserver
