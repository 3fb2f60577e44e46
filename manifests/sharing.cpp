// Other workloads: whose pods are whose, and whether all fit.
#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "manifests/decode.hpp"
#include "manifests/defaults.hpp"
#include "manifests/kinds.hpp"
#include "manifests/scheduling.hpp"
#include "manifests/schema_check.hpp"
#include "manifests/surroundings.hpp"

namespace kcheck::manifests {

namespace {

__extension__ using Wide = __int128;

/// A workload as its neighbours see it.
struct Neighbour {
    Origin origin;
    std::string what;  // "StatefulSet db"
    std::string name_space;
    PodTemplate pod;
    Resources requests;
    Wide pods = 1;      // on one node, at most
    bool known = true;  // else it may be of any size
    std::string node;   // spec.nodeName of a Pod
    std::optional<LabelSelector> selector;
    std::optional<Labels> labels;  // of a ReplicaSet: a Deployment may adopt it
};

Wide integer(const Value& from, std::initializer_list<std::string_view> path, Wide otherwise) {
    const Value* found = find_path(from, path);
    return found == nullptr ? otherwise : std::max<Wide>(0, found->integer);
}

bool is_owned(const Object& object, const Manifests& manifests) {
    const Value* owners = find_path(object.tree, {"metadata", "ownerReferences"});
    if (owners == nullptr) return false;
    return std::any_of(owners->items.begin(), owners->items.end(), [&](const Value& owner) {
        const Value* kind = owner.find("kind");
        const Value* name = owner.find("name");
        if (kind == nullptr || name == nullptr) return false;
        const bool by_deployment = std::any_of(
            manifests.deployments.begin(), manifests.deployments.end(), [&](const Deployment& deployment) {
                // A Pod's owner is a ReplicaSet of the Deployment, which need not be in the input.
                return deployment.name_space == object.name_space &&
                       (kind->text == "Deployment"
                            ? name->text == deployment.name
                            : kind->text == "ReplicaSet" && name->text.starts_with(deployment.name + "-") &&
                                  name->text.find('-', deployment.name.size() + 1) == std::string::npos);
            });
        return by_deployment ||
               std::any_of(manifests.objects.begin(), manifests.objects.end(), [&](const Object& other) {
                   return other.kind == kind->text && other.name == name->text &&
                          other.name_space == object.name_space;
               });
    });
}

/// metadata and spec of the pods.
const Value* template_of(const Object& object) {
    if (object.kind == "Pod") return &object.tree;
    if (object.kind == "CronJob") return find_path(object.tree, {"spec", "jobTemplate", "spec", "template"});
    return find_path(object.tree, {"spec", "template"});
}

/// How many pods the object may have at once on one node.
Wide pods_of(const Object& object, const Manifests& manifests) {
    if (object.kind == "Pod" || object.kind == "DaemonSet") return 1;
    if (object.kind == "Job") return integer(object.tree, {"spec", "parallelism"}, 1);
    // Two of its Jobs, where one may not have ended before the next begins.
    if (object.kind == "CronJob")
        return 2 * integer(object.tree, {"spec", "jobTemplate", "spec", "parallelism"}, 1);
    const Wide replicas = integer(object.tree, {"spec", "replicas"}, 1);
    return std::max<Wide>(replicas,
                          autoscaled_to(manifests, object.kind, object.name, object.name_space).value_or(0));
}

/// Decodes the pods as a Deployment's; what kube-apiserver would refuse is of unknown size.
void decode_pods(Neighbour& out, const Value* pods) {
    if (pods == nullptr) return;
    const Value* spec = pods->find("spec");
    try {
        if (spec != nullptr) check_schema(out.origin.file, *spec, pod_spec_schema());
    } catch (const Failure&) {
        out.known = false;
        return;
    }
    out.pod = decode_pod_template(pods);
    set_defaults(out.pod);
    out.requests = pod_requests(out.pod);
    if (const Value* node = find_path(*pods, {"spec", "nodeName"})) out.node = node->text;
}

Neighbour neighbour_of(const Object& object, const Manifests& manifests) {
    Neighbour out;
    out.origin = object.origin;
    out.what = fmt::format("{} {}", object.kind, object.name);
    out.name_space = object.name_space;
    decode_pods(out, template_of(object));
    out.pods = pods_of(object, manifests);
    if (object.kind == "ReplicaSet") {
        out.labels.emplace();
        if (const Value* labels = find_path(object.tree, {"metadata", "labels"}))
            for (const Member& label : labels->members) (*out.labels)[label.key] = label.value.text;
    }
    const Value* selector = find_path(object.tree, {"spec", "selector"});
    if (selector != nullptr && object.group == "apps") out.selector = LabelSelector::of(*selector);
    return out;
}

Neighbour neighbour_of(const Deployment& deployment, const Manifests& manifests) {
    Neighbour out;
    out.origin = deployment.origin;
    out.what = "Deployment " + deployment.name;
    out.name_space = deployment.name_space;
    out.pod = deployment.pod_template;
    out.requests = pod_requests(out.pod);
    for (const Apply& apply : deployment.applies) out.pods = std::max<Wide>(out.pods, apply.replicas);
    out.pods = std::max<Wide>(
        out.pods, autoscaled_to(manifests, "Deployment", deployment.name, deployment.name_space).value_or(0));
    out.selector = deployment.selector;
    return out;
}

bool overlap(const Deployment& deployment, const Neighbour& other) {
    if (deployment.name_space != other.name_space) return false;
    const bool theirs = other.selector && other.selector->matches(deployment.pod_template.labels);
    if (other.labels) return theirs || deployment.selector->matches(*other.labels);
    return theirs || (other.selector && deployment.selector->matches(other.pod.labels));
}

Wide wanted(const Resources& requests, const std::string& resource) {
    if (resource == "pods") return 1000;
    const auto found = requests.find(resource);
    return found == requests.end() ? 0 : Wide{found->second.milli()};
}

/// The resource that the neighbours and the Deployment might not both get on this node; empty:
/// all of them fit at once.
std::string contended(const Neighbour& self, const NodeSpec& node, const std::vector<const Neighbour*>& there,
                      int allowance) {
    std::set<std::string> resources{"pods"};
    for (const auto& [resource, request] : self.requests)
        if (request > Quantity{}) resources.insert(resource);
    for (const std::string& resource : resources) {
        const auto has = node.allocatable.find(resource);
        if (has == node.allocatable.end()) continue;
        Wide total = self.pods * wanted(self.requests, resource);
        Wide largest = wanted(self.requests, resource);
        bool shared = false;
        for (const Neighbour* one : there) {
            if (!one->known) return resource;
            const Wide each = wanted(one->requests, resource);
            shared = shared || (each > 0 && one->pods > 0);
            total += one->pods * each;
            largest = std::max(largest, each);
        }
        if (shared && total + allowance * largest > has->second.milli()) return resource;
    }
    return {};
}

}  // namespace

bool takes_room(const Object& object) {
    return object.info != nullptr && object.info->left_out == "shared-nodes";
}

std::vector<LeftOut> left_out_by_workloads(const Deployment& deployment, const Manifests& manifests,
                                           const std::vector<NodeSpec>& nodes,
                                           const std::vector<model::Node>& met, const Room& room) {
    std::vector<Neighbour> neighbours;
    for (const Deployment& other : manifests.deployments)
        if (&other != &deployment) neighbours.push_back(neighbour_of(other, manifests));
    for (const Object& object : manifests.objects) {
        const Value* phase = find_path(object.tree, {"status", "phase"});
        const bool over = object.kind == "Pod" && phase != nullptr &&
                          (phase->text == "Succeeded" || phase->text == "Failed");
        if (takes_room(object) && !over && !is_owned(object, manifests))
            neighbours.push_back(neighbour_of(object, manifests));
    }

    std::vector<LeftOut> found;
    const auto add = [&](const Neighbour& other, std::string_view name, std::string what) {
        const auto same = [&](const LeftOut& one) {
            return one.info->name == name && one.file == other.origin.file && one.place == other.origin.place;
        };
        if (std::none_of(found.begin(), found.end(), same))
            found.push_back(left_out(name, other.origin.file, other.origin.place, std::move(what)));
    };
    for (const Neighbour& other : neighbours)
        if (overlap(deployment, other)) add(other, "overlapping-selectors", other.what);

    Neighbour self = neighbour_of(deployment, manifests);
    self.pods = std::max<Wide>(self.pods, room.pods);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (!met[i].closed_because.empty()) continue;
        std::vector<const Neighbour*> there;
        for (const Neighbour& other : neighbours)
            if (other.node.empty() ? !other.known || filtered_because(other.pod, nodes[i]).empty()
                                   : other.node == nodes[i].name)
                there.push_back(&other);
        const std::string resource = contended(self, nodes[i], there, room.allowance);
        if (resource.empty()) continue;
        for (const Neighbour* other : there) {
            if (other->known && (wanted(other->requests, resource) == 0 || other->pods == 0)) continue;
            add(*other, "shared-nodes",
                fmt::format("{}: {} of node {}", other->what, resource, nodes[i].name));
            if (other->pod.priority_class != deployment.pod_template.priority_class)
                add(*other, "preemption", fmt::format("{}: of another priority", other->what));
        }
    }
    return found;
}

}  // namespace kcheck::manifests
