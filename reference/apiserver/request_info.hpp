// What a request is about (k8s.io/apiserver/pkg/endpoints/request/requestinfo.go).
#pragma once

#include <optional>
#include <string>

#include "reference/apiserver/resource.hpp"
#include "reference/base/message.hpp"

namespace kcheck::reference::apiserver {

struct RequestInfo {
    bool is_resource = false;  // else a path such as "/version"
    std::string verb;          // "list", "deletecollection", ...; of paths: "get", "post", ...
    std::string group, version;
    std::string plural, namespace_name, name, subresource;
    const Resource* resource = nullptr;  // null: not served

    /// "pods/binding", as rules of authorization name it.
    std::string full_resource() const { return subresource.empty() ? plural : plural + "/" + subresource; }
};

RequestInfo parse_request(const Request& request);

/// A query parameter that is there, even if empty.
std::optional<std::string> parameter(const Request& request, const std::string& name);
/// As url.Values convert to bool: absent, "false" and "0" are false, everything else is true.
bool flag(const Request& request, const std::string& name);
/// Throws a 400 if the parameter is there and no integer.
std::optional<std::int64_t> integer(const Request& request, const std::string& name);

}  // namespace kcheck::reference::apiserver
