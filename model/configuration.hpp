// What one run of the checker is about: one Deployment, the nodes, the user's
// operations, the fault budgets, and which variant of the pipeline.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

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

/// One write of the user to the Deployment. The first is always an apply that creates it.
struct UserOperation {
    enum class Kind : std::uint8_t { apply, scale };
    Kind kind = Kind::apply;
    int replicas = 1;
};

struct Configuration {
    std::string deployment = "app";
    std::vector<UserOperation> operations = {{UserOperation::Kind::apply, 1}};
    std::vector<Node> nodes = {Node{"node-0"}};
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

    int replicas_max() const {
        int most = 0;
        for (const auto& operation : operations) most = std::max(most, operation.replicas);
        return most;
    }
    /// Pods that the user asks for in all: those that a scale-down no longer wants may still be
    /// terminating when the next scale-up has others created.
    int replicas_added() const {
        int added = 0, before = 0;
        for (const auto& operation : operations) {
            added += std::max(0, operation.replicas - before);
            before = operation.replicas;
        }
        return added;
    }
};

}  // namespace kcheck::model
