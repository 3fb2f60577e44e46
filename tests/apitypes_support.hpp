// Objects to try the resources on.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "reference/apiserver/defaults.hpp"
#include "reference/apiserver/resource.hpp"

namespace kcheck::reference::testing {

/// A recorded object of tests/fixtures/apitypes/.
inline Json recorded(const std::string& name) {
    std::ifstream file(std::string(KCHECK_SOURCE_DIR) + "/tests/fixtures/apitypes/" + name + ".json");
    return Json::parse(file);
}

/// A small manifest that is valid once defaults are set.
inline Json deployment_manifest() {
    return Json::parse(R"({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "nginx"}]}}}})");
}

inline Json pod_manifest() {
    return Json::parse(R"({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"containers": [{"name": "web", "image": "nginx:1.25"}]}})");
}

inline const apiserver::Resource& deployments() {
    return *apiserver::find_resource("apps", "v1", "deployments");
}
inline const apiserver::Resource& replica_sets() {
    return *apiserver::find_resource("apps", "v1", "replicasets");
}
inline const apiserver::Resource& pods() { return *apiserver::find_resource("", "v1", "pods"); }
inline const apiserver::Resource& nodes() { return *apiserver::find_resource("", "v1", "nodes"); }

/// "field: message" of each error.
inline std::vector<std::string> texts(const std::vector<apiserver::FieldError>& errors) {
    std::vector<std::string> result;
    for (const auto& error : errors) result.push_back(error.field + ": " + error.message);
    return result;
}

}  // namespace kcheck::reference::testing
