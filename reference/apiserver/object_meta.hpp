// metadata, as all kinds share it: what the server fills in, and what it accepts
// (apimachinery/pkg/api/validation/objectmeta.go, apiserver/pkg/registry/rest/meta.go).
#pragma once

#include <string>
#include <vector>

#include "reference/apiserver/resource.hpp"

namespace kcheck::reference::apiserver {

/// An RFC 1123 subdomain: what most names must be. Empty: it is one; else why not.
std::string dns_subdomain_error(const std::string& name);
/// An RFC 1123 label: what namespaces' names must be.
std::string dns_label_error(const std::string& name);

std::vector<FieldError> validate_object_meta(const Resource& resource, const Json& object);
/// What an update may not change. Fills in what it may leave out before: see `keep_metadata`.
std::vector<FieldError> validate_object_meta_update(const Json& object, const Json& old);
/// UID, creationTimestamp, deletionTimestamp and the like of `old` (rest/update.go:BeforeUpdate).
void keep_metadata(Json& object, const Json& old);

bool has_finalizer(const Json& object, const std::string& finalizer);
std::vector<std::string> finalizers_of(const Json& object);
bool is_being_deleted(const Json& object);

}  // namespace kcheck::reference::apiserver
