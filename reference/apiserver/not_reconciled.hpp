// An Event for each new object that nothing in this cluster acts on, so that whoever asks why nothing
// happens finds the answer where they look: kubectl describe, kubectl get events.
#pragma once

#include "reference/apiserver/registry.hpp"

namespace kcheck::reference::apiserver {

/// Does nothing for what has a controller. Best effort, like all events.
void report_not_reconciled(Registry& registry, const Resource& resource, const Json& created);

}  // namespace kcheck::reference::apiserver
