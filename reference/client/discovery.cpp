#include "reference/client/discovery.hpp"

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"

namespace kcheck::reference::client {

namespace {

void add_namespaced(std::vector<ApiResource>& found, const std::string& api_version, const Json& list) {
    for (const auto& entry : member(list, "resources")) {
        const auto name = string_at(entry, "/name");
        if (!bool_at(entry, "/namespaced") || name.find('/') != std::string::npos) continue;
        ApiResource resource{api_version, name, {}};
        for (const auto& verb : member(entry, "verbs"))
            if (verb.is_string()) resource.verbs.insert(verb.get<std::string>());
        found.push_back(std::move(resource));
    }
}

}  // namespace

Task<DiscoveredResources> discover_namespaced_resources(Api* api) {
    DiscoveredResources found;
    std::vector<std::string> paths = {"/api/v1"};
    const Response groups = co_await api->call(get_request("/apis"));
    found.complete = groups.is_success();
    for (const auto& group : member(groups.body, "groups"))
        paths.push_back("/apis/" + string_at(group, "/preferredVersion/groupVersion"));
    for (const auto& path : paths) {
        const Response list = co_await api->call(get_request(path));
        if (list.is_success())
            add_namespaced(found.resources, string_at(list.body, "/groupVersion"), list.body);
        else
            found.complete = false;
    }
    co_return found;
}

}  // namespace kcheck::reference::client
