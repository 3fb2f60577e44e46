#include "manifests/references.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace kcheck::manifests {

namespace {

struct Kind {
    std::string_view name;  // as kubectl writes it
    std::string_view group;
    std::string_view kind;
    bool namespaced;
};
constexpr std::array kinds_referred_to = {
    Kind{"configmap", "", "ConfigMap", true},
    Kind{"namespace", "", "Namespace", false},
    Kind{"persistentvolumeclaim", "", "PersistentVolumeClaim", true},
    Kind{"priorityclass", "scheduling.k8s.io", "PriorityClass", false},
    Kind{"runtimeclass", "node.k8s.io", "RuntimeClass", false},
    Kind{"secret", "", "Secret", true},
    Kind{"serviceaccount", "", "ServiceAccount", true},
};

/// What every cluster has of itself.
bool is_always_there(const Reference& reference) {
    static const std::set<std::pair<std::string_view, std::string_view>> there = {
        {"configmap", "kube-root-ca.crt"},
        {"namespace", "default"},
        {"namespace", "kube-node-lease"},
        {"namespace", "kube-public"},
        {"namespace", "kube-system"},
        {"priorityclass", "system-cluster-critical"},
        {"priorityclass", "system-node-critical"},
        {"serviceaccount", "default"},
    };
    return there.contains({reference.kind, reference.name});
}

class Collector {
public:
    void pod(const Value& spec) {
        for (const char* list : {"initContainers", "containers"})
            each(spec, list, [&](const Value& item) { container(item); });
        each(spec, "volumes", [&](const Value& item) { volume(item); });
        each(spec, "imagePullSecrets", [&](const Value& item) { add("secret", text(item, "name")); });
        add("serviceaccount",
            text(spec, spec.find("serviceAccountName") ? "serviceAccountName" : "serviceAccount"));
        add("priorityclass", text(spec, "priorityClassName"));
        add("runtimeclass", text(spec, "runtimeClassName"));
    }

    std::vector<Reference> take() { return std::move(out_); }

private:
    template <typename Do>
    static void each(const Value& from, std::string_view list, Do what) {
        if (const Value* found = from.find(list))
            for (const Value& item : found->items) what(item);
    }

    static std::string text(const Value& from, std::string_view key) {
        const Value* found = from.find(key);
        return found == nullptr ? std::string() : found->text;
    }

    void add(std::string kind, std::string name, std::string key = "") {
        Reference reference{std::move(kind), std::move(name), std::move(key)};
        if (reference.name.empty() || is_always_there(reference)) return;
        if (std::find(out_.begin(), out_.end(), reference) == out_.end()) out_.push_back(reference);
    }

    /// A selector, source or projection of a Secret or ConfigMap.
    void source(const char* kind, const Value* from, std::string_view name) {
        if (from == nullptr) return;
        const Value* optional = from->find("optional");
        if (optional != nullptr && optional->integer != 0) return;
        const Value* items = from->find("items");
        if (items == nullptr || items->items.empty()) return add(kind, text(*from, name), text(*from, "key"));
        for (const Value& item : items->items) add(kind, text(*from, name), text(item, "key"));
    }

    void container(const Value& item) {
        add("image", text(item, "image"));
        each(item, "env", [&](const Value& variable) {
            const Value* from = variable.find("valueFrom");
            if (from == nullptr) return;
            source("secret", from->find("secretKeyRef"), "name");
            source("configmap", from->find("configMapKeyRef"), "name");
        });
        each(item, "envFrom", [&](const Value& from) {
            source("secret", from.find("secretRef"), "name");
            source("configmap", from.find("configMapRef"), "name");
        });
    }

    void volume(const Value& item) {
        source("secret", item.find("secret"), "secretName");
        source("configmap", item.find("configMap"), "name");
        if (const Value* claim = item.find("persistentVolumeClaim"))
            add("persistentvolumeclaim", text(*claim, "claimName"));
        if (const Value* image = item.find("image")) add("image", text(*image, "reference"));
        if (const Value* host = item.find("hostPath")) {
            // The other types create what is not there, or do not look.
            const std::string type = text(*host, "type");
            if (!type.empty() && !type.ends_with("OrCreate")) add("hostpath", text(*host, "path"));
        }
        if (const Value* projected = item.find("projected"))
            each(*projected, "sources", [&](const Value& from) {
                source("secret", from.find("secret"), "name");
                source("configmap", from.find("configMap"), "name");
            });
    }

    std::vector<Reference> out_;
};

bool has_key(const Value& object, const std::string& key) {
    if (key.empty()) return true;
    for (const char* part : {"data", "stringData", "binaryData"})
        if (const Value* map = object.find(part); map != nullptr && map->find(key) != nullptr) return true;
    return false;
}

bool contains(const Manifests& manifests, const Reference& reference, const std::string& name_space) {
    const auto kind = std::find_if(kinds_referred_to.begin(), kinds_referred_to.end(),
                                   [&](const Kind& row) { return row.name == reference.kind; });
    return kind != kinds_referred_to.end() &&
           std::any_of(manifests.objects.begin(), manifests.objects.end(), [&](const Object& object) {
               return object.group == kind->group && object.kind == kind->kind &&
                      object.name == reference.name &&
                      (!kind->namespaced || object.name_space == name_space) &&
                      has_key(object.tree, reference.key);
           });
}

}  // namespace

std::vector<Reference> decode_references(const Value* pod_spec) {
    Collector collector;
    if (pod_spec != nullptr) collector.pod(*pod_spec);
    return collector.take();
}

Assumed assumed_of(const Deployment& deployment, const Manifests& manifests) {
    Assumed out;
    std::vector<Reference> references = deployment.references;
    if (const Reference home{"namespace", deployment.name_space, ""}; !is_always_there(home))
        references.insert(references.begin(), home);
    for (const Reference& reference : references) {
        if (reference.kind == "image") {
            out.images.push_back("image " + reference.name);
        } else if (!contains(manifests, reference, deployment.name_space)) {
            const bool path = reference.kind == "hostpath";
            out.objects.push_back(fmt::format("{}{}{}{}", reference.kind, path ? " " : "/", reference.name,
                                              reference.key.empty() ? "" : "[" + reference.key + "]"));
        }
    }
    return out;
}

}  // namespace kcheck::manifests
