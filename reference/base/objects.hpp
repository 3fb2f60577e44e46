// What components ask of API objects, in Kubernetes' own terms, over plain JSON.
//
// Nothing here throws: what is missing or of another type reads as empty, 0, or null, as the zero
// value does in Go. Sources: apimachinery/pkg/apis/meta/v1, pkg/api/v1/pod/util.go,
// pkg/controller/controller_utils.go.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "reference/base/environment.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference {

/// As components share it: one that is stored is never changed.
using Object = std::shared_ptr<const Json>;

std::string name_of(const Json& object);
std::string namespace_of(const Json& object);
std::string uid_of(const Json& object);
/// As it is sent back; to compare two, use revision_of.
std::string resource_version_of(const Json& object);
std::int64_t revision_of(const Json& object);
std::int64_t parse_revision(const std::string& resource_version);  // 0 if it is empty
std::int64_t generation_of(const Json& object);
/// "namespace/name", or "name" if it has no namespace (cache.MetaNamespaceKeyFunc).
std::string key_of(const Json& object);
bool is_deleting(const Json& object);  // metadata.deletionTimestamp is set
/// Empty if there is none.
std::string label(const Json& object, const std::string& key);
std::string annotation(const Json& object, const std::string& key);
/// metadata.creationTimestamp, or the given value if there is none.
Time created_at(const Json& object, Time fallback = {});
/// A field with a time; none if it is missing or malformed.
std::optional<Time> time_at(const Json& object, std::string_view pointer);

struct ObjectName {
    std::string space, name;
};
/// Undoes key_of (cache.SplitMetaNamespaceKey).
ObjectName split_key(const std::string& key);

/// metav1.GetControllerOf: the owner reference with controller: true, or null.
const Json* controller_of(const Json& object);
bool is_controlled_by(const Json& object, const Json& owner);  // metav1.IsControlledBy: by UID
/// metav1.NewControllerRef. apiVersion and kind are given: lists do not carry them in their items.
Json controller_reference(const Json& owner, const std::string& api_version, const std::string& kind);

/// metav1.LabelSelectorAsSelector: matchLabels and matchExpressions. An empty selector matches
/// everything, a null one nothing.
bool selector_matches(const Json& label_selector, const Json& labels);

/// The entry of status.conditions with this type, or null.
const Json* find_condition(const Json& object, const std::string& type);
/// Whether there is one, with status "True".
bool condition_is_true(const Json& object, const std::string& type);

bool is_pod_terminal(const Json& pod);  // phase Succeeded or Failed
bool is_pod_active(const Json& pod);    // neither terminal nor being deleted
bool is_pod_ready(const Json& pod);
/// Ready for at least `min_ready`.
bool is_pod_available(const Json& pod, std::chrono::seconds min_ready, Time now);

}  // namespace kcheck::reference
