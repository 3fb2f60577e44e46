// What one run of the checker is about: one Deployment, the nodes, the user's
// operations, the fault budgets, and which variant of the pipeline.
//
// Pod templates are numbers, in the order in which the user first asks for them. Nodes tell none of them
// apart: what differs is what the pods run, not where they fit.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/verb.hpp"

namespace kcheck::model {

/// A node as the pods of the one Deployment meet it: every pod has the same
/// template, so filters, ranking and admission come down to small tables.
struct Node {
    std::string name;
    /// Passes kube-scheduler's filters other than NodeResourcesFit: NodeUnschedulable,
    /// NodeAffinity (nodeSelector, required node affinity), TaintToleration.
    bool schedulable = true;
    /// How many pods of the template fit (NodeResourcesFit; the kubelet's admission).
    int capacity = 110;
    /// score[k]: kube-scheduler's score when k pods of the template are there already;
    /// the highest ranks first. Has capacity+1 entries, or is empty (all equal).
    std::vector<int> score = {};
    /// Why no pod can go there, in words; empty where one can. Equal nodes may differ in it.
    std::string closed_because = {};

    /// Equal nodes (but for the name) are interchangeable.
    bool same_kind(const Node& other) const {
        return schedulable == other.schedulable && capacity == other.capacity && score == other.score;
    }
};

/// One write of the user to the Deployment, and its spec after it. The first is always an apply that
/// creates it.
struct UserOperation {
    enum class Kind : std::uint8_t { apply, scale, set_image, undo };
    Kind kind = Kind::apply;
    int replicas = 1;
    int pod_template = 0;
};
/// By kind.
inline constexpr std::array operation_verbs{Verb::apply, Verb::scale, Verb::set_image, Verb::undo};
constexpr Verb verb_of(UserOperation::Kind kind) { return operation_verbs[static_cast<std::size_t>(kind)]; }
/// "set-image"
constexpr std::string_view name_of(UserOperation::Kind kind) { return name_of(verb_of(kind)); }

/// How many pod templates there may be.
inline constexpr int templates_most = 4;

/// spec.strategy, as it is stored: defaults filled in (pkg/apis/apps/v1/defaults.go).
struct Strategy {
    struct Amount {
        int value = 25;
        bool percent = true;
        bool operator==(const Amount&) const = default;
    };
    bool recreate = false;
    Amount max_surge = {}, max_unavailable = {};

    /// deployment_util.go:ResolveFenceposts. Both are 0 under Recreate.
    int surge(int replicas) const;
    int unavailable(int replicas) const;
    bool operator==(const Strategy&) const = default;
};

struct Configuration {
    std::string deployment = "app";
    std::vector<UserOperation> operations = {{UserOperation::Kind::apply, 1}};
    std::vector<Node> nodes = {Node{"node-0"}};
    Strategy strategy;
    /// minReadySeconds > 0: a Ready pod becomes available only after a while.
    bool waits_until_available = false;

    // Bounds. They are printed with every verdict.
    int crashes = 1;       // crash-restarts, of any component, in the whole run
    int lost_replies = 1;  // API calls whose caller never learns the outcome
    /// Watch events that a cache may lag behind; none: any number. 0: every client receives what a step
    /// sends in the same step, unless it is where it receives nothing.
    std::optional<int> staleness;
    bool caches_are_fresh() const { return staleness == 0; }

    /// Names of the variants that are switched on (see model/variants.hpp).
    std::set<std::string> variants;

    /// What the user does next, where each says only what its kind is about: replicas of an apply or a
    /// scale, which image of a set-image, from 0; each image makes a template that no manifest has. An apply
    /// is of the manifest that was applied last. False where there is nothing to undo.
    bool then(const std::vector<UserOperation>& asked);
    /// How many pod templates, and so how many ReplicaSets, there may be.
    int templates() const {
        int most = 0;
        for (const auto& operation : operations) most = std::max(most, operation.pod_template);
        return most + 1;
    }
    bool rolls_out() const { return templates() > 1; }
    /// Recreate: new pods wait until the old ones are gone.
    bool waits_for_old_pods() const { return strategy.recreate && rolls_out(); }
    int replicas_max() const {
        int most = 0;
        for (const auto& operation : operations) most = std::max(most, operation.replicas);
        return most;
    }
    /// Pods that the user asks for in all: those that a scale-down, or another template, no longer wants
    /// may still be terminating when others are created.
    int replicas_added() const {
        int added = 0, before = 0, pod_template = 0;
        for (const auto& operation : operations) {
            const bool anew = operation.pod_template != pod_template;
            added += anew ? operation.replicas : std::max(0, operation.replicas - before);
            before = operation.replicas;
            pod_template = operation.pod_template;
        }
        return added;
    }
};

}  // namespace kcheck::model
