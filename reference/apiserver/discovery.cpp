// What tells clients which groups, versions and resources there are
// (apiserver/pkg/endpoints/discovery, apimachinery/pkg/apis/meta/v1: APIGroup, APIResourceList).
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "reference/apiserver/openapi.hpp"
#include "reference/apiserver/resource.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr auto no_group = "";

Json resource_entry(const Resource& resource) {
    Json entry = {
        {"name", resource.plural},
        {"singularName", resource.singular},
        {"namespaced", resource.namespaced},
        {"kind", resource.kind},
        {"verbs", {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}}};
    if (!resource.short_names.empty()) entry["shortNames"] = resource.short_names;
    if (!resource.categories.empty()) entry["categories"] = resource.categories;
    return entry;
}

Json subresource_entry(const Resource& resource, const std::string& subresource) {
    Json entry = {{"name", resource.plural + "/" + subresource},
                  {"singularName", ""},
                  {"namespaced", resource.namespaced},
                  {"kind", resource.kind},
                  {"verbs", {"get", "patch", "update"}}};
    if (subresource == "scale") {
        entry.update({{"group", "autoscaling"}, {"version", "v1"}, {"kind", "Scale"}});
    } else if (subresource == "finalize") {
        entry["verbs"] = Json::array({"update"});
    } else if (subresource == "binding") {
        entry.update({{"kind", "Binding"}, {"verbs", Json::array({"create"})}});
    } else if (subresource == "eviction") {
        entry.update({{"group", "policy"},
                      {"version", "v1"},
                      {"kind", "Eviction"},
                      {"verbs", Json::array({"create"})}});
    }
    return entry;
}

Json resource_list(const std::string& api_version) {
    Json entries = Json::array();
    for (const auto& resource : resources()) {
        if (resource.api_version() != api_version) continue;
        entries.push_back(resource_entry(resource));
        for (const auto& subresource : resource.subresources) {
            entries.push_back(subresource_entry(resource, subresource));
        }
    }
    return {{"kind", "APIResourceList"},
            {"apiVersion", "v1"},
            {"groupVersion", api_version},
            {"resources", std::move(entries)}};
}

/// Named groups in the order of the resources, each with its versions.
std::vector<std::pair<std::string, std::vector<std::string>>> groups() {
    std::vector<std::pair<std::string, std::vector<std::string>>> found;
    for (const auto& resource : resources()) {
        if (resource.group == no_group) continue;
        auto group = std::find_if(found.begin(), found.end(),
                                  [&](const auto& known) { return known.first == resource.group; });
        if (group == found.end()) group = found.insert(found.end(), {resource.group, {}});
        auto& versions = group->second;
        if (std::find(versions.begin(), versions.end(), resource.version) == versions.end())
            versions.push_back(resource.version);
    }
    return found;
}

Json group_entry(const std::string& name, const std::vector<std::string>& versions) {
    Json entries = Json::array();
    for (const auto& version : versions)
        entries.push_back({{"groupVersion", name + "/" + version}, {"version", version}});
    return {{"name", name}, {"versions", entries}, {"preferredVersion", entries.front()}};
}

Json version_info() {
    return {{"major", "1"},    {"minor", "26"},      {"gitVersion", git_version},
            {"gitCommit", ""}, {"gitTreeState", ""}, {"buildDate", "1970-01-01T00:00:00Z"},
            {"goVersion", ""}, {"compiler", "g++"},  {"platform", "linux/amd64"}};
}

std::map<std::string, Json> all_documents() {
    std::map<std::string, Json> documents;
    documents["/version"] = version_info();
    documents["/openapi/v2"] = openapi_v2();
    documents["/api"] = {{"kind", "APIVersions"},
                         {"versions", Json::array({"v1"})},
                         {"serverAddressByClientCIDRs", Json::array()}};
    documents["/api/v1"] = resource_list("v1");
    Json entries = Json::array();
    for (const auto& [name, versions] : groups()) {
        Json group = group_entry(name, versions);
        entries.push_back(group);
        group.update({{"kind", "APIGroup"}, {"apiVersion", "v1"}});
        documents["/apis/" + name] = std::move(group);
        for (const auto& version : versions)
            documents["/apis/" + name + "/" + version] = resource_list(name + "/" + version);
    }
    documents["/apis"] = {{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(entries)}};
    return documents;
}

}  // namespace

const Json* discovery_document(const std::string& path) {
    static const std::map<std::string, Json> documents = all_documents();
    const auto found = documents.find(path);
    return found == documents.end() ? nullptr : &found->second;
}

const std::string& openapi_v2_protobuf() {
    static const std::string encoded = encode_openapi_v2(openapi_v2());
    return encoded;
}

}  // namespace kcheck::reference::apiserver
