#include "reference/apiserver/impersonation.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "reference/apiserver/authorization.hpp"
#include "reference/apiserver/status_error.hpp"

namespace kcheck::reference::apiserver {

namespace {

struct ServiceAccountName {
    std::string namespace_name, name;
};

/// Of "system:serviceaccount:<namespace>:<name>" (serviceaccount.SplitUsername).
std::optional<ServiceAccountName> service_account(const std::string& user) {
    const std::string prefix = "system:serviceaccount:";
    if (!user.starts_with(prefix)) return std::nullopt;
    const auto colon = user.find(':', prefix.size());
    if (colon == std::string::npos || user.find(':', colon + 1) != std::string::npos) return std::nullopt;
    return ServiceAccountName{user.substr(prefix.size(), colon - prefix.size()), user.substr(colon + 1)};
}

void require(const User& user, const std::string& group, const std::string& resource, const std::string& name,
             const std::string& namespace_name = {}, const std::string& subresource = {}) {
    RequestInfo info;
    info.is_resource = true;
    info.verb = "impersonate";
    info.group = group;
    info.version = "v1";
    info.plural = resource;
    info.subresource = subresource;
    info.namespace_name = namespace_name;
    info.name = name;
    authorize(user, info, {});
}

void add(std::vector<std::string>& groups, const std::string& group) {
    if (std::ranges::find(groups, group) == groups.end()) groups.push_back(group);
}

}  // namespace

User impersonate(const User& user, const Impersonation& wanted) {
    const std::string authentication = "authentication.k8s.io";
    const auto account = service_account(wanted.user);
    if (account)
        require(user, "", "serviceaccounts", account->name, account->namespace_name);
    else
        require(user, "", "users", wanted.user);
    for (const auto& group : wanted.groups) require(user, "", "groups", group);
    if (!wanted.uid.empty()) require(user, authentication, "uids", wanted.uid);
    for (const auto& [key, values] : wanted.extra)
        for (const auto& value : values) require(user, authentication, "userextras", value, {}, key);

    User result{wanted.user, wanted.groups};
    if (wanted.user == "system:anonymous") {
        add(result.groups, "system:unauthenticated");
        return result;
    }
    if (account && wanted.groups.empty())
        result.groups = {"system:serviceaccounts", "system:serviceaccounts:" + account->namespace_name};
    add(result.groups, "system:authenticated");
    return result;
}

}  // namespace kcheck::reference::apiserver
