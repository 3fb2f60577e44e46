#include "reference/apiserver/namespaces.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "reference/apiserver/object_meta.hpp"
#include "reference/apiserver/status_error.hpp"
#include "reference/apiserver/strategy.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr std::array system_namespaces = {"default", "kube-system", "kube-public", "kube-node-lease"};
constexpr std::array immortal = {"default", "kube-system", "kube-public"};

const User self{"system:apiserver", {"system:masters"}};

const Resource& namespace_resource() { return *find_resource("", "v1", "namespaces"); }

ObjectKey key_of(const std::string& name) { return {namespace_resource(), "", name}; }

/// From the cache; if it is not there, from the store. Null: there is none.
ObjectPtr find_namespace(Registry& registry, const std::string& name) {
    const auto key = key_of(name);
    if (auto cached = registry.caches()->of(namespace_resource()).find(key.text())) return cached;
    try {
        return registry.get(key);
    } catch (const StatusError&) {
        return nullptr;
    }
}

bool has_spec_finalizers(const Json& object) {
    const Json& finalizers = at(object, "/spec/finalizers");
    return finalizers.is_array() && !finalizers.empty();
}

}  // namespace

void require_open_namespace(Registry& registry, const Resource& resource, const std::string& name,
                            const std::string& namespace_name) {
    const auto found = find_namespace(registry, namespace_name);
    if (!found) {
        // These are as old as the cluster, whether or not their objects have been created yet.
        if (std::ranges::find(system_namespaces, namespace_name) != system_namespaces.end()) return;
        throw not_found(namespace_resource(), namespace_name);
    }
    if (!is_being_deleted(*found)) return;
    const Json cause{{"reason", "NamespaceTerminating"},
                     {"message", fmt::format("namespace {} is being terminated", namespace_name)},
                     {"field", "metadata.namespace"}};
    throw forbidden(resource.plural, resource.group, name,
                    fmt::format("unable to create new content in namespace {} because it is being terminated",
                                namespace_name),
                    Json::array({cause}));
}

Deleted remove_namespace(Registry& registry, const Call& call, const ObjectKey& key,
                         const DeleteOptions& options) {
    if (std::ranges::find(immortal, key.name) != immortal.end())
        throw forbidden("namespaces", "", key.name, "this namespace may not be deleted");
    const auto found = registry.get(key);
    if (is_being_deleted(*found) && !has_spec_finalizers(*found)) return registry.remove(call, key, options);
    Json marked = registry.modify(
        call, key,
        [&](const Json& current) {
            const auto version = string_at(current, "/metadata/resourceVersion");
            if (options.resource_version && *options.resource_version != version)
                throw modified(namespace_resource(), key.name);
            Json next = current;
            if (is_being_deleted(current)) return next;
            next["metadata"]["deletionTimestamp"] = to_rfc3339(registry.now());
            if (!next["status"].is_object()) next["status"] = Json::object();
            next["status"]["phase"] = "Terminating";
            return next;
        },
        options.uid.value_or(""));
    return {std::move(marked), false};
}

Json finalize_namespace(Registry& registry, const Call& call, const ObjectKey& key, const Json& body) {
    const Json wanted = decode_object(namespace_resource(), body);
    const auto uid = string_at(wanted, "/metadata/uid");
    const auto version = string_at(wanted, "/metadata/resourceVersion");
    const Json& finalizers = at(wanted, "/spec/finalizers");
    const auto found = registry.get(key);
    if (is_being_deleted(*found) && !has_spec_finalizers(wanted)) {
        DeleteOptions options;
        if (!uid.empty()) options.uid = uid;
        if (!version.empty()) options.resource_version = version;
        return registry.remove(call, key, options).object;
    }
    return registry.modify(
        call, key,
        [&](const Json& current) {
            if (!version.empty() && version != string_at(current, "/metadata/resourceVersion"))
                throw modified(namespace_resource(), key.name);
            Json next = current;
            if (!next["spec"].is_object()) next["spec"] = Json::object();
            next["spec"]["finalizers"] = finalizers.is_array() ? finalizers : Json::array();
            return next;
        },
        uid);
}

void create_missing_system_namespaces(Registry& registry) {
    for (const std::string name : system_namespaces) {
        if (find_namespace(registry, name)) continue;
        const Json body{{"metadata", {{"name", name}}}};
        try {
            registry.create({self, "create"}, key_of(""), decode_object(namespace_resource(), body));
        } catch (const StatusError& error) {
            if (error.code() != 409) throw;
        }
    }
}

}  // namespace kcheck::reference::apiserver
