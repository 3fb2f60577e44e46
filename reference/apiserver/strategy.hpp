// From a body to an object that may be stored: decoding, defaults, the resource's strategy, validation
// (apiserver/pkg/registry/rest/create.go:BeforeCreate, update.go:BeforeUpdate).
//
// All functions throw StatusError.
#pragma once

#include <string>

#include "reference/apiserver/resource.hpp"
#include "reference/apiserver/types_decode.hpp"

namespace kcheck::reference::apiserver {

/// `body` as an object of this kind: of the right shape, without what does not exist, with defaults.
/// `strict`: a field that does not exist is an error (fieldValidation=Strict).
Json decode_object(const Resource& resource, Json body, bool strict = false);
/// The same for kinds of subresources ("autoscaling/v1", "Scale"); null bodies are refused.
Json decode_kind(const std::string& api_version, const std::string& kind, Json body);

/// Metadata is filled in but for the revision. The name may still change.
void prepare_create(const Resource& resource, Json& object);
/// `object` replaces `old`, through the main endpoint or one of its subresources.
void prepare_update(const Resource& resource, const std::string& subresource, Json& object, const Json& old);

/// Whether a PUT may leave out resourceVersion (AllowUnconditionalUpdate).
bool allows_unconditional_update(const Resource& resource);
/// Whether a PUT of what is not there creates it (AllowCreateOnUpdate).
bool allows_create_on_update(const Resource& resource);

}  // namespace kcheck::reference::apiserver
