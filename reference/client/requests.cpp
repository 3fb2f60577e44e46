#include "reference/client/requests.hpp"

#include <algorithm>
#include <utility>

namespace kcheck::reference::client {

std::string collection_path(const std::string& api_version, const std::string& plural,
                            const std::string& space) {
    const bool is_core = api_version.find('/') == std::string::npos;
    return (is_core ? "/api/" : "/apis/") + api_version + (space.empty() ? "" : "/namespaces/" + space) +
           "/" + plural;
}

Request get_request(std::string path) { return {.method = "GET", .path = std::move(path)}; }

Request post_request(std::string path, Json body) {
    return {.method = "POST", .path = std::move(path), .body = std::move(body)};
}

Request put_request(std::string path, Json body) {
    return {.method = "PUT", .path = std::move(path), .body = std::move(body)};
}

Request patch_request(std::string path, Json body) {
    return {.method = "PATCH",
            .path = std::move(path),
            .body = std::move(body),
            .content_type = "application/strategic-merge-patch+json"};
}

Request delete_request(std::string path) { return {.method = "DELETE", .path = std::move(path)}; }

bool is_reason(const Response& response, std::string_view reason) {
    return !response.is_success() && string_at(response.body, "/reason") == reason;
}

bool namespace_is_terminating(const Response& response) {
    const Json& causes = at(response.body, "/details/causes");
    return causes.is_array() && std::any_of(causes.begin(), causes.end(), [](const Json& cause) {
               return string_at(cause, "/reason") == "NamespaceTerminating";
           });
}

std::string error_message(const Response& response) {
    if (response.status == 0) return "no reply arrived: the outcome is unknown";
    return string_at(response.body, "/message", "HTTP " + std::to_string(response.status));
}

}  // namespace kcheck::reference::client
