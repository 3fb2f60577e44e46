// The errors of the API: metav1.Status objects, with the words of apimachinery's api/errors.
#pragma once

#include <exception>
#include <string>
#include <vector>

#include "reference/apiserver/resource.hpp"
#include "reference/base/message.hpp"

namespace kcheck::reference::apiserver {

/// Thrown by the parts of kube-apiserver; ApiServer::handle turns it into a response.
class StatusError : public std::exception {
public:
    explicit StatusError(Json status_object);
    const char* what() const noexcept override { return message_.c_str(); }
    const Json& status() const { return status_; }
    int code() const { return code_; }
    Response response() const;

private:
    Json status_;
    std::string message_;
    int code_;
};

/// "deployments.apps": schema.GroupResource and GroupKind as strings.
std::string qualified(const std::string& resource_or_kind, const std::string& group);
/// Go's %q, for names.
std::string in_quotes(const std::string& text);

StatusError not_found(const Resource& resource, const std::string& name);
StatusError already_exists(const Resource& resource, const std::string& name);
StatusError generate_name_conflict(const Resource& resource, const std::string& name);
/// `resource`: "pods", "pods/binding", or a kind where a delete precondition fails.
StatusError conflict(const std::string& resource, const std::string& group, const std::string& name,
                     const std::string& why);
/// Optimistic locking has failed: "the object has been modified; ...".
StatusError modified(const Resource& resource, const std::string& name);
/// `name` may be empty.
StatusError forbidden(const std::string& resource, const std::string& group, const std::string& name,
                      const std::string& why, Json causes = {});
StatusError forbidden_path(const std::string& why);
StatusError unauthorized();
StatusError invalid(const std::string& kind, const std::string& group, const std::string& name,
                    const std::vector<FieldError>& errors);
StatusError bad_request(const std::string& message);
StatusError method_not_allowed();
StatusError path_not_found();
StatusError not_acceptable();
StatusError unsupported_media_type(const std::string& message);
StatusError unprocessable(const std::string& why);
StatusError expired(const std::string& message);
StatusError too_large_resource_version(std::int64_t wanted, std::int64_t current);
StatusError entity_too_large(const std::string& why);
/// The outcome of a write, or the answer to a read, is not known.
StatusError timeout(const std::string& message);
/// The store has no room; nothing has been written.
StatusError insufficient_storage(const std::string& message);
StatusError internal_error(const std::string& why);

/// What a request that has nothing else to say answers with.
Json success_status(int code);
/// Of a removal: "Success" with name, group, resource and UID (registry/store.go:finalizeDelete).
Json deleted_status(const Resource& resource, const std::string& name, const std::string& uid);

}  // namespace kcheck::reference::apiserver
