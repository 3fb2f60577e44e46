// The three kinds of PATCH that are served (apiserver/pkg/endpoints/handlers/patch.go).
#pragma once

#include <string>

#include "kubernetes/schema/schema.hpp"
#include "reference/base/json.hpp"

namespace kcheck::reference::apiserver {

/// RFC 6902. Throws a 400 for what is no patch, a 422 for one that does not apply, a 413 if its
/// copies are larger than a body may be.
Json apply_json_patch(const Json& document, const Json& patch);
/// RFC 7386. Throws a 400 if `patch` is no object.
Json apply_merge_patch(const Json& document, const Json& patch);
/// Kubernetes' own: lists merge by the keys of `type` (null: all lists are atomic); directives
/// $patch, $retainKeys, $setElementOrder/x, $deleteFromPrimitiveList/x. Throws a 400 for a patch of
/// the wrong shape (apimachinery/pkg/util/strategicpatch/patch.go:StrategicMergePatch).
Json apply_strategic_merge_patch(const Json& document, const Json& patch, const kubernetes::Type* type);

}  // namespace kcheck::reference::apiserver
