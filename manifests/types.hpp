// What a manifest says, after decoding and kube-apiserver's defaulting: only the fields
// that matter. schema.hpp lists the others and what becomes of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kubernetes/selectors.hpp"
#include "manifests/effects.hpp"
#include "manifests/ground.hpp"

namespace kcheck::manifests {

using Labels = std::map<std::string, std::string>;
using Resources = std::map<std::string, Quantity>;

/// Where an object was read.
struct Origin {
    std::string file;
    Place place;
};

/// An integer or a percentage (intstr.IntOrString).
struct IntOrPercent {
    bool percent = false;
    int value = 0;

    /// intstr.GetScaledValueFromIntOrPercent: of `total`, rounded as asked.
    int scaled(int total, bool round_up) const;
    friend bool operator==(const IntOrPercent&, const IntOrPercent&) = default;
};

using kubernetes::LabelSelector;

struct Taint {
    std::string key;
    std::string value;
    std::string effect;  // NoSchedule, PreferNoSchedule, NoExecute
};

struct Toleration {
    std::string key;  // empty, with Exists: every key
    std::string op;   // Exists, Equal; empty: Equal
    std::string value;
    std::string effect;  // empty: every effect
    std::optional<std::int64_t> seconds;
};

struct Container {
    std::string name;
    std::string image;
    std::string image_pull_policy;  // Always, IfNotPresent, Never
    Resources requests;             // a missing one defaults to the limit
    Resources limits;
    bool sidecar = false;  // of an init container: restartPolicy Always
};

/// core/v1 NodeSelectorRequirement, of a label or of the field metadata.name.
struct NodeRequirement {
    std::string key;
    std::string op;  // In, NotIn, Exists, DoesNotExist, Gt, Lt
    std::vector<std::string> values;
};

/// core/v1 NodeSelectorTerm: all of its requirements. An empty one matches nothing.
struct NodeTerm {
    std::vector<NodeRequirement> expressions;
    std::vector<NodeRequirement> fields;
};

struct PodTemplate {
    Labels labels;
    std::vector<Container> containers;
    /// They run before the containers, one after the other; a sidecar (restartPolicy Always)
    /// goes on beside what follows.
    std::vector<Container> init_containers;
    Resources overhead;
    Labels node_selector;
    /// affinity.nodeAffinity.required...: one of them must match; absent: any node will do.
    std::optional<std::vector<NodeTerm>> node_terms;
    std::vector<Toleration> tolerations;
    std::string priority_class;
    std::string runtime_class;
};

/// An object that a pod needs.
struct Reference {
    std::string kind;  // as kubectl writes it: secret, configmap, image, ...
    std::string name;
    std::string key;  // of a Secret or ConfigMap; may be empty
    friend auto operator<=>(const Reference&, const Reference&) = default;
};

struct Strategy {
    std::string type;  // RollingUpdate, Recreate
    // Present iff the type is RollingUpdate (or the manifest wrongly says so).
    std::optional<IntOrPercent> max_surge;
    std::optional<IntOrPercent> max_unavailable;
};

/// One apply of a Deployment.
struct Apply {
    int replicas = 1;
    int pod_template = 0;  // in Deployment::templates
    Place changed = {};    // the template, where it is not the first
    friend bool operator==(const Apply& a, const Apply& b) {
        return a.replicas == b.replicas && a.pod_template == b.pod_template;
    }
};

struct Deployment {
    Origin origin;
    std::string name;
    std::string name_space;
    Labels labels;
    int replicas = 1;
    Strategy strategy;
    int min_ready_seconds = 0;
    int revision_history_limit = 10;
    int progress_deadline_seconds = 600;
    std::optional<LabelSelector> selector;
    PodTemplate pod_template;

    /// Every apply of this Deployment, in the order of the input; the first creates it. One that changes
    /// nothing is no request and is not listed.
    std::vector<Apply> applies;
    /// The templates that are applied; the first is pod_template.
    std::vector<PodTemplate> templates;

    /// Of the manifest itself; what other objects add is found by surroundings.hpp.
    std::vector<LeftOut> left_out;
    std::vector<Reference> references;
};

struct NodeSpec {
    Origin origin;
    std::string name;
    Labels labels;
    bool unschedulable = false;
    std::vector<Taint> taints;
    /// status.allocatable, else status.capacity. `pods` is always there; cpu, memory and
    /// ephemeral-storage limit nothing when they are not.
    Resources allocatable;
    std::vector<LeftOut> left_out;
};

struct KindInfo;

/// An object that is neither Deployment nor Node. Its shape was not checked.
struct Object {
    Origin origin;
    std::string group;
    std::string kind;
    std::string name;
    std::string name_space;          // "default" where none is written
    const KindInfo* info = nullptr;  // null: of a CustomResourceDefinition
    Value tree;
};

/// The user accepts what is left out between two places of a file, and of the Deployments
/// that begin there.
struct Acceptance {
    const LeftOutInfo* info = nullptr;
    std::string file;
    Place first, last;
    std::string by;  // "the annotation at web.yaml:4:18"
};

}  // namespace kcheck::manifests
