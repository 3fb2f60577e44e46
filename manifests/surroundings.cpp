#include "manifests/surroundings.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "manifests/decode.hpp"
#include "manifests/kinds.hpp"
#include "manifests/scheduling.hpp"

namespace kcheck::manifests {

namespace {

std::string text(const Value& from, std::initializer_list<std::string_view> path) {
    const Value* found = find_path(from, path);
    return found == nullptr ? std::string() : found->text;
}

template <typename Test>
bool any(const Value* list, Test test) {
    return list != nullptr && std::any_of(list->items.begin(), list->items.end(), test);
}

// --- admission --------------------------------------------------------------------------

/// Whether one of the resources ("pods", "deployments/scale", "*") is met on the way from the
/// apply to the running pods.
bool concerns_resource(const Value& rule) {
    static const std::map<std::string_view, std::set<std::string_view>> met = {
        {"", {"pods", "bindings"}}, {"apps", {"deployments", "replicasets"}}};
    const auto in = [](const Value* list, std::string_view wanted) {
        return any(list, [&](const Value& one) { return one.text == "*" || one.text == wanted; });
    };
    for (const auto& [group, resources] : met) {
        if (!in(rule.find("apiGroups"), group)) continue;
        for (const std::string_view resource : resources)
            if (any(rule.find("resources"), [&](const Value& one) {
                    const std::string_view name = std::string_view(one.text).substr(0, one.text.find('/'));
                    return name == "*" || name == resource;
                }))
                return true;
    }
    return false;
}

/// Whether the selector may match labels of which only some are known.
bool may_match(const Value* selector, const Labels& known, bool all_known) {
    if (selector == nullptr) return true;
    std::vector<kubernetes::Requirement> decided = LabelSelector::of(*selector).requirements();
    if (!all_known) std::erase_if(decided, [&](const auto& one) { return !known.contains(one.key); });
    return LabelSelector(std::move(decided)).matches(known);
}

class Surroundings {
public:
    Surroundings(const Deployment& deployment, const Manifests& manifests)
        : deployment_(deployment), manifests_(manifests) {
        home_["kubernetes.io/metadata.name"] = deployment.name_space;
        for (const Object& object : manifests.objects)
            if (object.group.empty() && object.kind == "Namespace" && object.name == deployment.name_space) {
                home_known_ = true;
                if (const Value* labels = find_path(object.tree, {"metadata", "labels"}))
                    for (const Member& label : labels->members) home_[label.key] = label.value.text;
            }
    }

    std::vector<LeftOut> find() {
        for (const Object& object : manifests_.objects) {
            if (object.info == nullptr)
                custom(object);
            else if (object.info->effect == Effect::decides)
                built_in(object);
        }
        return std::move(found_);
    }

private:
    void add(const Object& object, std::string_view name, const char* detail = "") {
        found_.push_back(left_out(
            name, object.origin.file, object.origin.place,
            fmt::format("{}{}{}{}", object.kind, object.name.empty() ? "" : " ", object.name, detail)));
    }

    bool at_home(const Object& object) const { return object.name_space == deployment_.name_space; }

    void built_in(const Object& object) {
        const std::string_view name = object.info->left_out;
        const Value& tree = object.tree;
        if (name == "disruption-budget") {
            const Value* selector = find_path(tree, {"spec", "selector"});
            if (at_home(object) && selector != nullptr &&
                LabelSelector::of(*selector).matches(deployment_.pod_template.labels))
                add(object, name);
        } else if (name == "resource-quota") {
            if (at_home(object) && limits_pods(tree)) add(object, name);
        } else if (name == "limit-range") {
            if (at_home(object) && any(find_path(tree, {"spec", "limits"}), [](const Value& limit) {
                    return text(limit, {"type"}) != "PersistentVolumeClaim";
                }))
                add(object, name);
        } else if (name == "admission-webhook") {
            for_webhooks(object);
        } else if (name == "admission-policy") {
            const Value* match = find_path(tree, {"spec", "matchConstraints"});
            if (match == nullptr || admits(*match, "resourceRules")) add(object, name);
        } else if (name == "autoscaler") {
            if (at_home(object) && targets(find_path(tree, {"spec", "scaleTargetRef"}))) add(object, name);
        } else if (name == "runtime-class") {
            if (object.name == deployment_.pod_template.runtime_class &&
                (tree.find("overhead") != nullptr || tree.find("scheduling") != nullptr))
                add(object, name);
        } else if (name == "pod-security") {
            const auto level = home_.find("pod-security.kubernetes.io/enforce");
            if (object.name != deployment_.name_space) return;
            if (level != home_.end() && level->second != "privileged") add(object, name);
            if (find_path(tree, {"metadata", "deletionTimestamp"}) != nullptr) add(object, "being-deleted");
        } else if (name == "other-scheduler") {
            add(object, name);
        }
    }

    /// ResourceQuota: of what a rollout creates.
    static bool limits_pods(const Value& tree) {
        const Value* hard = find_path(tree, {"spec", "hard"});
        if (hard == nullptr) return false;
        static const std::set<std::string_view> others = {
            "configmaps",       "persistentvolumeclaims", "replicationcontrollers",
            "requests.storage", "resourcequotas",         "secrets",
            "services",         "services.loadbalancers", "services.nodeports"};
        return std::any_of(hard->members.begin(), hard->members.end(), [](const Member& limit) {
            const std::string_view key = limit.key;
            if (key.starts_with("count/"))
                return key == "count/pods" || key == "count/replicasets.apps" ||
                       key == "count/deployments.apps";
            return !others.contains(key) && key.find(".storageclass.storage.k8s.io/") == key.npos;
        });
    }

    /// A webhook, or the constraints of a policy.
    bool admits(const Value& match, std::string_view rules) const {
        if (!any(match.find(rules), concerns_resource)) return false;
        if (!may_match(match.find("namespaceSelector"), home_, home_known_)) return false;
        const Value* objects = match.find("objectSelector");
        // A ReplicaSet and its pods have a hash beside the labels of the template.
        return may_match(objects, deployment_.labels, true) ||
               may_match(objects, deployment_.pod_template.labels, false);
    }

    void for_webhooks(const Object& object) {
        if (any(object.tree.find("webhooks"), [&](const Value& hook) { return admits(hook, "rules"); }))
            add(object, "admission-webhook");
    }

    bool targets(const Value* reference) const {
        if (reference == nullptr || text(*reference, {"name"}) != deployment_.name) return false;
        const std::string kind = text(*reference, {"kind"});
        return kind.empty() || kind == "Deployment";
    }

    /// Of custom resources little is known: those that name the Deployment as what they scale,
    /// and those of the policy engines.
    void custom(const Object& object) {
        static constexpr std::array engines = {"kyverno.io", "gatekeeper.sh", "kubewarden.io"};
        if (std::any_of(engines.begin(), engines.end(), [&](std::string_view engine) {
                return object.group == engine || object.group.ends_with("." + std::string(engine));
            })) {
            if (object.kind.find("Report") == std::string::npos) add(object, "admission-policy");
            return;
        }
        if (!at_home(object)) return;
        for (const char* reference : {"scaleTargetRef", "targetRef", "workloadRef"})
            if (targets(find_path(object.tree, {"spec", reference}))) return add(object, "autoscaler");
    }

    const Deployment& deployment_;
    const Manifests& manifests_;
    Labels home_;  // of the namespace
    bool home_known_ = false;
    std::vector<LeftOut> found_;
};

}  // namespace

const Value* find_path(const Value& from, std::initializer_list<std::string_view> path) {
    const Value* at = &from;
    for (const std::string_view key : path)
        if (at == nullptr || (at = at->find(key)) == nullptr) return nullptr;
    return at;
}

std::vector<LeftOut> left_out_by_objects(const Deployment& deployment, const Manifests& manifests) {
    return Surroundings(deployment, manifests).find();
}

std::optional<int> autoscaled_to(const Manifests& manifests, std::string_view kind, const std::string& name,
                                 const std::string& name_space) {
    std::optional<int> most;
    for (const Object& object : manifests.objects) {
        if (object.kind != "HorizontalPodAutoscaler" || object.name_space != name_space) continue;
        const Value* target = find_path(object.tree, {"spec", "scaleTargetRef"});
        if (target == nullptr || text(*target, {"kind"}) != kind || text(*target, {"name"}) != name) continue;
        const Value* replicas = find_path(object.tree, {"spec", "maxReplicas"});
        most = std::max(most.value_or(0), replicas == nullptr ? 1 : static_cast<int>(replicas->integer));
    }
    return most;
}

std::vector<LeftOut> left_out_by_nodes(const Deployment& deployment, const std::vector<NodeSpec>& nodes,
                                       const std::vector<model::Node>& met) {
    std::vector<LeftOut> found;
    const PodTemplate& pod = deployment.pod_template;
    const Resources requests = pod_requests(pod);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const NodeSpec& node = nodes[i];
        if (!met[i].closed_because.empty()) continue;
        for (const LeftOut& one : node.left_out) {
            found.push_back(one);
            found.back().what = fmt::format("Node {}: {}", node.name, one.what);
        }
        const auto add = [&](std::string_view name, const std::string& what) {
            found.push_back(left_out(name, node.origin.file, node.origin.place,
                                     fmt::format("Node {}: {}", node.name, what)));
        };
        for (const char* resource : {"cpu", "memory", "ephemeral-storage"})
            if (const auto wanted = requests.find(resource); wanted != requests.end() &&
                                                             wanted->second > Quantity{} &&
                                                             !node.allocatable.contains(resource))
                add("node-size", fmt::format("no status.allocatable[{}]", resource));
        const std::vector<Toleration> tolerations = effective_tolerations(pod);
        for (const Taint& taint : node.taints)
            if (taint.effect == "NoExecute" &&
                std::none_of(tolerations.begin(), tolerations.end(), [&](const Toleration& toleration) {
                    return tolerates(toleration, taint) && !toleration.seconds;
                }))
                add("taint-eviction", fmt::format("taint {}:NoExecute", taint.key));
    }
    return found;
}

}  // namespace kcheck::manifests
