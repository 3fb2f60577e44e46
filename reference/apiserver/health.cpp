#include "reference/apiserver/health.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include <fmt/format.h>

#include "reference/apiserver/request_info.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr std::array endpoints = {"healthz", "livez", "readyz"};

struct Check {
    std::string name;
    std::function<std::string()> trouble;  // empty: it succeeds
};

std::vector<Check> checks_of(store::Store& store) {
    return {{"ping", [] { return std::string{}; }}, {"etcd", [&store] { return store.trouble(); }}};
}

Response text(int status, std::string body) {
    return {
        .status = status, .body = {}, .content_type = "text/plain; charset=utf-8", .raw = std::move(body)};
}

std::string why(const std::string& trouble, const User& user) {
    const bool is_known = std::ranges::find(user.groups, "system:authenticated") != user.groups.end();
    return is_known ? trouble : "reason withheld";
}

std::optional<Response> one_check(const std::vector<Check>& checks, const std::string& name,
                                  const User& user) {
    const auto check = std::ranges::find(checks, name, &Check::name);
    if (check == checks.end()) return std::nullopt;
    const auto trouble = check->trouble();
    if (trouble.empty()) return text(200, "ok");
    return text(500, "internal server error: " + why(trouble, user) + "\n");
}

Response all_checks(const std::vector<Check>& checks, const std::string& endpoint, const User& user,
                    const Request& request) {
    std::string lines;
    bool failed = false;
    for (const auto& check : checks) {
        if (check.name == parameter(request, "exclude")) {
            lines += fmt::format("[+]{} excluded: ok\n", check.name);
            continue;
        }
        const auto trouble = check.trouble();
        failed = failed || !trouble.empty();
        lines += trouble.empty() ? fmt::format("[+]{} ok\n", check.name)
                                 : fmt::format("[-]{} failed: {}\n", check.name, why(trouble, user));
    }
    if (failed) return text(500, fmt::format("{}{} check failed\n", lines, endpoint));
    if (!parameter(request, "verbose")) return text(200, "ok");
    return text(200, fmt::format("{}{} check passed\n", lines, endpoint));
}

}  // namespace

std::optional<Response> health_response(store::Store& store, const User& user, const Request& request) {
    const auto checks = checks_of(store);
    for (const std::string endpoint : endpoints) {
        const auto root = "/" + endpoint;
        if (request.path == root || request.path == root + "/")
            return all_checks(checks, endpoint, user, request);
        if (request.path.starts_with(root + "/"))
            return one_check(checks, request.path.substr(root.size() + 1), user);
    }
    return std::nullopt;
}

}  // namespace kcheck::reference::apiserver
