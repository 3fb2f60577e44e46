#include "reference/apiserver/strategy.hpp"

#include <fmt/format.h>

#include "reference/apiserver/defaults.hpp"
#include "reference/apiserver/object_meta.hpp"
#include "reference/apiserver/status_error.hpp"
#include "reference/apiserver/validation_schema.hpp"

namespace kcheck::reference::apiserver {

namespace {

/// Refuses what says that it is something else; what says nothing is what the URL says.
void require_kind(Json& body, const std::string& api_version, const std::string& kind) {
    if (!body.is_object())
        throw bad_request("the object provided is unrecognized (must be of type " + kind +
                          "): couldn't get version/kind; json parse error");
    const auto given_version = string_at(body, "/apiVersion");
    const auto given_kind = string_at(body, "/kind");
    if (!given_kind.empty() && given_kind != kind)
        throw bad_request(fmt::format("{} in version {} cannot be handled as a {}", given_kind,
                                      in_quotes(given_version), kind));
    if (!given_version.empty() && given_version != api_version)
        throw bad_request(
            fmt::format("the API version in the data ({}) does not match the expected API version ({})",
                        given_version, api_version));
    body["apiVersion"] = api_version;
    body["kind"] = kind;
}

std::string cannot_be_handled(const std::string& api_version, const std::string& kind) {
    const auto slash = api_version.find('/');
    return fmt::format("{} in version {} cannot be handled as a {}: ", kind,
                       in_quotes(slash == std::string::npos ? api_version : api_version.substr(slash + 1)),
                       kind);
}

void append(std::vector<FieldError>& errors, std::vector<FieldError> more) {
    for (auto& error : more) errors.push_back(std::move(error));
}

/// `old`: of an update.
std::vector<FieldError> schema_errors(const Resource& resource, const Json& object, const Json* old) {
    ValidationErrors errors;
    const auto* kind = kubernetes::schema().kind(resource.api_version(), resource.kind);
    if (kind == nullptr) return {};
    validate_by_schema(*kind, object, errors);
    if (old != nullptr) validate_immutable_fields(*kind, object, *old, errors);
    return errors.take();
}

/// What is desired: of most kinds, the spec.
Json content_of(Json object) {
    for (const auto* part : {"metadata", "status"}) object.erase(part);
    return object;
}

/// metadata.generation counts changes of the spec; of Deployments, of annotations, too
/// (registry/apps/deployment/strategy.go:PrepareForUpdate).
void keep_generation(const Resource& resource, const std::string& subresource, Json& object,
                     const Json& old) {
    const Json& before = at(old, "/metadata/generation");
    if (before.is_null())
        object["metadata"].erase("generation");
    else
        object["metadata"]["generation"] = before;
    if (!resource.generation_counts_spec || subresource == "status") return;
    const bool annotated = resource.kind == "Deployment" &&
                           at(object, "/metadata/annotations") != at(old, "/metadata/annotations");
    if (annotated || content_of(object) != content_of(old))
        object["metadata"]["generation"] = int_at(old, "/metadata/generation") + 1;
}

}  // namespace

Json decode_kind(const std::string& api_version, const std::string& kind, Json body) {
    require_kind(body, api_version, kind);
    if (const auto* type = kubernetes::schema().kind(api_version, kind)) {
        if (const auto error = decoding_error(*type, body))
            throw bad_request(cannot_be_handled(api_version, kind) + error->message);
        normalize(*type, body);
    }
    return body;
}

Json decode_object(const Resource& resource, Json body, bool strict) {
    const auto* type = kubernetes::schema().kind(resource.api_version(), resource.kind);
    std::vector<std::string> unknown;
    if (strict && type && body.is_object()) unknown = unknown_fields(*type, body);
    Json object = decode_kind(resource.api_version(), resource.kind, std::move(body));
    if (!unknown.empty())
        throw bad_request(cannot_be_handled(resource.api_version(), resource.kind) +
                          fmt::format("strict decoding error: {}", fmt::join(unknown, ", ")));
    Json& metadata = object["metadata"];
    if (!metadata.is_object()) metadata = Json::object();
    // No server-side apply: nobody owns fields.
    metadata.erase("managedFields");
    metadata.erase("selfLink");
    set_defaults(resource, object);
    return object;
}

void prepare_create(const Resource& resource, Json& object) {
    if (!resource.namespaced) object["metadata"].erase("namespace");
    object["metadata"].erase("generation");
    if (resource.generation_counts_spec) object["metadata"]["generation"] = 1;
    if (resource.prepare_for_create) resource.prepare_for_create(object);
    auto errors = validate_object_meta(resource, object);
    if (resource.by_schema) append(errors, schema_errors(resource, object, nullptr));
    if (resource.validate) append(errors, resource.validate(object));
    if (!errors.empty())
        throw invalid(resource.kind, resource.group, string_at(object, "/metadata/name"), errors);
}

void prepare_update(const Resource& resource, const std::string& subresource, Json& object, const Json& old) {
    if (!resource.namespaced) object["metadata"].erase("namespace");
    const bool status = subresource == "status";
    if (status && resource.prepare_for_status)
        resource.prepare_for_status(object, old);
    else if (resource.prepare_for_update)
        resource.prepare_for_update(object, old);
    keep_generation(resource, subresource, object, old);
    keep_metadata(object, old);
    auto errors = validate_object_meta(resource, object);
    append(errors, validate_object_meta_update(object, old));
    if (resource.by_schema && !status) append(errors, schema_errors(resource, object, &old));
    const auto validate =
        status && resource.validate_status ? resource.validate_status : resource.validate_update;
    if (validate) append(errors, validate(object, old));
    if (!errors.empty())
        throw invalid(resource.kind, resource.group, string_at(old, "/metadata/name"), errors);
}

bool allows_unconditional_update(const Resource& resource) { return resource.plural != "leases"; }

bool allows_create_on_update(const Resource& resource) {
    return resource.plural == "leases" || resource.plural == "events";
}

}  // namespace kcheck::reference::apiserver
