// What an administrator does in the simulated world: through kube-apiserver, like everybody.
#include <stdexcept>

#include <fmt/core.h>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"
#include "reference/simulation/world.hpp"

namespace kcheck::reference::simulation {

namespace {

Json without_status(Json object) {
    object.erase("status");
    return object;
}

/// "/api/v1/namespaces/default/pods/a" of a pod in the list of "/api/v1/pods".
std::string path_of(const std::string& collection, const Json& object) {
    const auto space = namespace_of(object);
    const auto slash = collection.rfind('/');
    if (space.empty() || collection.find("/namespaces/") != std::string::npos)
        return collection + "/" + name_of(object);
    return fmt::format("{}/namespaces/{}{}/{}", collection.substr(0, slash), space, collection.substr(slash),
                       name_of(object));
}

}  // namespace

Response World::act(const std::string& method, const std::string& path, Json body) {
    return carry_out(user_of("kubernetes-admin"), {.method = method, .path = path, .body = std::move(body)});
}

Response World::must(const std::string& method, const std::string& path, Json body) {
    auto response = act(method, path, std::move(body));
    if (!response.is_success())
        throw std::runtime_error(fmt::format("{} {}: {}", method, path, client::error_message(response)));
    return response;
}

const Json& World::object(const std::string& path) {
    auto response = act("GET", path);
    auto found = response.is_success() ? std::move(response.body) : Json();
    Json& known = looked_up_[path];
    if (known != found) known = std::move(found);
    return known;
}

std::string World::put(const std::string& collection, Json object) {
    const auto path = collection + "/" + name_of(object);
    if (has(path)) {
        edit(path, [&](Json& stored) {
            object["metadata"]["resourceVersion"] = resource_version_of(stored);
            object["metadata"]["uid"] = uid_of(stored);
            if (!object.contains("status")) object["status"] = at(stored, "/status");
            stored = object;
        });
        return path;
    }
    const auto created = must("POST", collection, object).body;
    const auto created_path = collection + "/" + name_of(created);
    if (object.contains("status"))
        edit(created_path, [&](Json& stored) { stored["status"].update(object["status"]); });
    return created_path;
}

void World::edit(const std::string& path, const std::function<void(Json&)>& change) {
    const Json stored = must("GET", path, {}).body;
    Json changed = stored;
    change(changed);
    const auto node = string_at(changed, "/spec/nodeName");
    if (stored.value("kind", "") == "Pod" && string_at(stored, "/spec/nodeName").empty() && !node.empty()) {
        must("POST", path + "/binding",
             {{"apiVersion", "v1"},
              {"kind", "Binding"},
              {"metadata", {{"name", name_of(stored)}, {"namespace", namespace_of(stored)}}},
              {"target", {{"apiVersion", "v1"}, {"kind", "Node"}, {"name", node}}}});
        const Json bound = must("GET", path, {}).body;
        changed["metadata"]["resourceVersion"] = resource_version_of(bound);
    }
    Json compared = without_status(stored);
    if (!node.empty()) compared["spec"]["nodeName"] = node;
    compared["metadata"]["resourceVersion"] = at(changed, "/metadata/resourceVersion");
    if (without_status(changed) != compared) {
        const auto updated = must("PUT", path, changed).body;
        changed["metadata"]["resourceVersion"] = at(updated, "/metadata/resourceVersion");
    }
    if (at(changed, "/status") != at(stored, "/status")) must("PUT", path + "/status", changed);
}

void World::remove(const std::string& path) { must("DELETE", path, {{"gracePeriodSeconds", 0}}); }

std::vector<std::string> World::paths(const std::string& collection) {
    std::vector<std::string> found;
    const auto list = must("GET", collection, {}).body;
    for (const auto& item : list.at("items")) found.push_back(path_of(collection, item));
    return found;
}

}  // namespace kcheck::reference::simulation
