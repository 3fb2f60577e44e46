// Requests to kube-apiserver and its replies, apart from how they travel.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reference/base/json.hpp"

namespace kcheck::reference {

/// Who asks, as authentication has found (k8s.io/apiserver/pkg/authentication/user).
struct User {
    std::string name;  // "system:kube-scheduler"; empty: not authenticated
    std::vector<std::string> groups;
    bool operator==(const User&) const = default;
};

/// Query parameters, decoded. None of those that the API takes may be repeated.
using Query = std::map<std::string, std::string>;

struct Request {
    std::string method;  // "GET", "POST", "PUT", "PATCH", "DELETE"
    std::string path;    // decoded, without the query: "/api/v1/namespaces/default/pods/a/status"
    Query query = {};
    Json body = {};                                 // null: none
    std::string content_type = "application/json";  // of the body; tells PATCH types apart
    std::string accept = "application/json";
    std::string user_agent = {};
    std::vector<std::string> duplicate_fields = {};  // of the body as it was sent, in words
};

struct Response {
    int status = 200;  // HTTP; 0: no reply arrived, the outcome is unknown
    Json body = {};
    std::string content_type = "application/json";
    std::optional<std::string> raw = {};  // in place of `body`, where it is not JSON
    bool is_success() const { return status >= 200 && status < 300; }
};

/// "ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR" with an object (or a Status).
struct WatchEvent {
    std::string type;
    Json object;
};

}  // namespace kcheck::reference
