// Taints of nodes and what pods tolerate (k8s.io/api/core/v1: toleration.go).
#pragma once

#include "reference/base/json.hpp"

namespace kcheck::reference::client {

bool tolerates(const Json& toleration, const Json& taint);
/// The first toleration of the pod that tolerates the taint, or null.
const Json* toleration_of(const Json& pod, const Json& taint);

}  // namespace kcheck::reference::client
