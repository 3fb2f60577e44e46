// Requests to kube-apiserver as components make them, and what its refusals mean
// (client-go/rest: request.go; apimachinery/pkg/api/errors).
#pragma once

#include <string>
#include <string_view>

#include "reference/base/message.hpp"

namespace kcheck::reference::client {

/// "/api/v1" or "/apis/apps/v1", and so on: the path of a collection, in a namespace unless it is empty.
std::string collection_path(const std::string& api_version, const std::string& plural,
                            const std::string& space = {});

Request get_request(std::string path);
Request post_request(std::string path, Json body);
Request put_request(std::string path, Json body);
/// application/strategic-merge-patch+json.
Request patch_request(std::string path, Json body);
Request delete_request(std::string path);
/// The reason of a Status, as apimachinery/pkg/api/errors asks for it ("AlreadyExists", ...).
bool is_reason(const Response& response, std::string_view reason);
/// A namespace that is being deleted takes no new objects (v1.NamespaceTerminatingCause).
bool namespace_is_terminating(const Response& response);
/// What to say of a request that failed: the message of its Status, or that no reply came.
std::string error_message(const Response& response);

}  // namespace kcheck::reference::client
