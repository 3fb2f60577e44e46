#include "reference/apiserver/request_info.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "reference/apiserver/status_error.hpp"

namespace kcheck::reference::apiserver {

namespace {

/// Null if there is an empty part: "//", or a slash at the end of a name.
std::optional<std::vector<std::string>> split(const std::string& path) {
    std::vector<std::string> parts;
    std::size_t begin = 1;
    while (begin <= path.size()) {
        const auto end = std::min(path.find('/', begin), path.size());
        if (end == begin && end < path.size()) return std::nullopt;
        if (end > begin) parts.push_back(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

std::string verb_of(const Request& request, bool has_name) {
    if (request.method == "GET" || request.method == "HEAD")
        return flag(request, "watch") ? "watch" : has_name ? "get" : "list";
    if (request.method == "POST") return "create";
    if (request.method == "PUT") return "update";
    if (request.method == "PATCH") return "patch";
    if (request.method == "DELETE") return has_name ? "delete" : "deletecollection";
    return {};
}

RequestInfo path_only(const Request& request) {
    RequestInfo info;
    info.verb = request.method;
    std::ranges::transform(info.verb, info.verb.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return info;
}

bool is_namespace_subresource(const std::string& part) { return part == "status" || part == "finalize"; }

}  // namespace

RequestInfo parse_request(const Request& request) {
    RequestInfo info = path_only(request);
    const auto split_path = request.path.starts_with('/') ? split(request.path) : std::nullopt;
    if (!split_path) return info;
    const auto& parts = *split_path;
    std::size_t next = 0;
    if (parts.size() >= 3 && parts[0] == "api") {
        info.version = parts[1];
        next = 2;
    } else if (parts.size() >= 4 && parts[0] == "apis") {
        info.group = parts[1];
        info.version = parts[2];
        next = 3;
    } else {
        return info;
    }
    info.is_resource = true;
    const bool in_namespace = parts[next] == "namespaces" && parts.size() > next + 1;
    if (in_namespace) {
        info.namespace_name = parts[next + 1];
        // The namespace itself is a resource, and so are its status and finalizers.
        if (parts.size() > next + 2 && !is_namespace_subresource(parts[next + 2])) next += 2;
    }
    const auto part = [&](std::size_t i) {
        return next + i < parts.size() ? parts[next + i] : std::string{};
    };
    info.plural = part(0);
    info.name = part(1);
    info.subresource = part(2);
    info.verb = verb_of(request, !info.name.empty());
    if (parts.size() <= next + 3) info.resource = find_resource(info.group, info.version, info.plural);
    return info;
}

std::optional<std::string> parameter(const Request& request, const std::string& name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::nullopt : std::optional(found->second);
}

bool flag(const Request& request, const std::string& name) {
    auto value = parameter(request, name);
    if (!value) return false;
    std::ranges::transform(*value, value->begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return *value != "false" && *value != "0";
}

std::optional<std::int64_t> integer(const Request& request, const std::string& name) {
    const auto value = parameter(request, name);
    if (!value || value->empty()) return std::nullopt;
    std::int64_t number = 0;
    const auto* end = value->data() + value->size();
    const auto result = std::from_chars(value->data(), end, number);
    if (result.ec != std::errc{} || result.ptr != end)
        throw bad_request(fmt::format("{}: Invalid value: {}: strconv.ParseInt: parsing {}: invalid syntax",
                                      name, in_quotes(*value), in_quotes(*value)));
    return number;
}

}  // namespace kcheck::reference::apiserver
