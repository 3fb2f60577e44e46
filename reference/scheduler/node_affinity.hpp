// spec.nodeSelector and spec.affinity.nodeAffinity
// (component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go).
#pragma once

#include "reference/base/json.hpp"

namespace kcheck::reference::scheduler {

/// A NodeSelectorTerm: all its expressions and fields; one that has none matches nothing.
bool matches_node_selector_term(const Json& term, const Json& node);

/// The pod's nodeSelector and required node affinity.
bool matches_required_node_affinity(const Json& pod, const Json& node);

/// The sum of the weights of the pod's preferred terms that match.
std::int64_t preferred_node_affinity(const Json& pod, const Json& node);

}  // namespace kcheck::reference::scheduler
