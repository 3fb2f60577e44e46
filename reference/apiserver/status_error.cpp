// Follows staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go.
#include "reference/apiserver/status_error.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kcheck::reference::apiserver {

namespace {

Json failure(int code, const char* reason, std::string message, Json details = {}) {
    Json status{{"kind", "Status"},
                {"apiVersion", "v1"},
                {"metadata", Json::object()},
                {"status", "Failure"},
                {"message", std::move(message)},
                {"reason", reason},
                {"code", code}};
    if (!details.is_null()) status["details"] = std::move(details);
    return status;
}

Json details(const std::string& name, const std::string& group, const std::string& kind) {
    Json result = Json::object();
    if (!name.empty()) result["name"] = name;
    if (!group.empty()) result["group"] = group;
    if (!kind.empty()) result["kind"] = kind;
    return result;
}

/// util/errors.Aggregate: each message once; brackets around several.
std::string aggregate(const std::vector<FieldError>& errors) {
    std::vector<std::string> texts;
    for (const auto& error : errors) {
        std::string text = error.field.empty() ? error.message : error.field + ": " + error.message;
        if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
    }
    return texts.size() == 1 ? texts.front() : fmt::format("[{}]", fmt::join(texts, ", "));
}

}  // namespace

StatusError::StatusError(Json status_object)
    : status_(std::move(status_object)),
      message_(string_at(status_, "/message")),
      code_(static_cast<int>(int_at(status_, "/code", 500))) {}

Response StatusError::response() const { return {.status = code_, .body = status_}; }

std::string qualified(const std::string& resource_or_kind, const std::string& group) {
    return group.empty() ? resource_or_kind : resource_or_kind + "." + group;
}

std::string in_quotes(const std::string& text) {
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

StatusError not_found(const Resource& resource, const std::string& name) {
    return StatusError(
        failure(404, "NotFound",
                fmt::format("{} {} not found", qualified(resource.plural, resource.group), in_quotes(name)),
                details(name, resource.group, resource.plural)));
}

StatusError already_exists(const Resource& resource, const std::string& name) {
    return StatusError(failure(
        409, "AlreadyExists",
        fmt::format("{} {} already exists", qualified(resource.plural, resource.group), in_quotes(name)),
        details(name, resource.group, resource.plural)));
}

StatusError generate_name_conflict(const Resource& resource, const std::string& name) {
    return StatusError(failure(
        409, "AlreadyExists",
        fmt::format("{} {} already exists, the server was not able to generate a unique name for the object",
                    qualified(resource.plural, resource.group), in_quotes(name)),
        details(name, resource.group, resource.plural)));
}

StatusError conflict(const std::string& resource, const std::string& group, const std::string& name,
                     const std::string& why) {
    return StatusError(failure(409, "Conflict",
                               fmt::format("Operation cannot be fulfilled on {} {}: {}",
                                           qualified(resource, group), in_quotes(name), why),
                               details(name, group, resource)));
}

StatusError modified(const Resource& resource, const std::string& name) {
    return conflict(resource.plural, resource.group, name,
                    "the object has been modified; please apply your changes to the latest version and try "
                    "again");
}

StatusError forbidden(const std::string& resource, const std::string& group, const std::string& name,
                      const std::string& why, Json causes) {
    const auto subject = qualified(resource, group);
    Json about = details(name, group, resource);
    if (!causes.is_null()) about["causes"] = std::move(causes);
    return StatusError(failure(403, "Forbidden",
                               name.empty()
                                   ? fmt::format("{} is forbidden: {}", subject, why)
                                   : fmt::format("{} {} is forbidden: {}", subject, in_quotes(name), why),
                               std::move(about)));
}

StatusError forbidden_path(const std::string& why) {
    return StatusError(failure(403, "Forbidden", "forbidden: " + why, Json::object()));
}

StatusError unauthorized() { return StatusError(failure(401, "Unauthorized", "Unauthorized")); }

StatusError invalid(const std::string& kind, const std::string& group, const std::string& name,
                    const std::vector<FieldError>& errors) {
    Json about = details(name, group, kind);
    for (const auto& error : errors)
        about["causes"].push_back(
            {{"reason", error.reason}, {"message", error.message}, {"field", error.field}});
    return StatusError(failure(
        422, "Invalid",
        fmt::format("{} {} is invalid: {}", qualified(kind, group), in_quotes(name), aggregate(errors)),
        std::move(about)));
}

StatusError bad_request(const std::string& message) {
    return StatusError(failure(400, "BadRequest", message));
}

StatusError method_not_allowed() {
    return StatusError(failure(405, "MethodNotAllowed",
                               "the server does not allow this method on the requested resource",
                               Json::object()));
}

StatusError path_not_found() {
    return StatusError(
        failure(404, "NotFound", "the server could not find the requested resource", Json::object()));
}

StatusError not_acceptable() {
    return StatusError(
        failure(406, "NotAcceptable", "only the following media types are accepted: application/json"));
}

StatusError unsupported_media_type(const std::string& message) {
    return StatusError(failure(415, "UnsupportedMediaType", message));
}

StatusError unprocessable(const std::string& why) {
    Json about{{"causes", Json::array({{{"reason", "UnexpectedServerResponse"}, {"message", why}}})}};
    return StatusError(failure(
        422, "Invalid", "the server rejected our request due to an error in our request", std::move(about)));
}

StatusError expired(const std::string& message) { return StatusError(failure(410, "Expired", message)); }

StatusError too_large_resource_version(std::int64_t wanted, std::int64_t current) {
    Json about{
        {"causes",
         Json::array({{{"reason", "ResourceVersionTooLarge"}, {"message", "Too large resource version"}}})},
        {"retryAfterSeconds", 1}};
    return StatusError(failure(
        504, "Timeout", fmt::format("Timeout: Too large resource version: {}, current: {}", wanted, current),
        std::move(about)));
}

StatusError entity_too_large(const std::string& why) {
    return StatusError(failure(413, "RequestEntityTooLarge", "Request entity too large: " + why));
}

StatusError timeout(const std::string& message) {
    return StatusError(failure(504, "Timeout", "Timeout: " + message, Json::object()));
}

StatusError insufficient_storage(const std::string& message) {
    return StatusError(failure(507, "InsufficientStorage", message));
}

StatusError internal_error(const std::string& why) {
    return StatusError(failure(500, "InternalError", "Internal error occurred: " + why,
                               {{"causes", Json::array({{{"message", why}}})}}));
}

Json success_status(int code) {
    return {{"kind", "Status"},
            {"apiVersion", "v1"},
            {"metadata", Json::object()},
            {"status", "Success"},
            {"code", code}};
}

Json deleted_status(const Resource& resource, const std::string& name, const std::string& uid) {
    Json about = details(name, resource.group, resource.plural);
    if (!uid.empty()) about["uid"] = uid;
    return {{"kind", "Status"},
            {"apiVersion", "v1"},
            {"metadata", Json::object()},
            {"status", "Success"},
            {"details", std::move(about)}};
}

}  // namespace kcheck::reference::apiserver
