#include "invariants/violations.hpp"

#include <fmt/core.h>

namespace kcheck::invariants {

model::Configuration Violation::configuration() const {
    model::Configuration made;
    made.operations.clear();
    for (const int wanted : replicas)
        made.operations.push_back(
            {made.operations.empty() ? model::UserOperation::Kind::apply : model::UserOperation::Kind::scale,
             wanted});
    for (int i = 0; i < set_images; ++i) made.then({{model::UserOperation::Kind::set_image, 0, i}});
    made.nodes.clear();
    for (int n = 0; n < nodes; ++n) made.nodes.push_back({"node-" + std::to_string(n), true, capacity, {}});
    made.crashes = crashes;
    made.lost_replies = lost_replies;
    made.variants = {std::string(variant)};
    return made;
}

std::vector<std::string> Violation::arguments() const {
    std::vector<std::string> words;
    const auto add = [&](std::string name, std::string value) {
        words.push_back("--" + std::move(name));
        words.push_back(std::move(value));
    };
    if (manifest.empty()) {
        add("replicas", std::to_string(replicas.front()));
        add("nodes", std::to_string(nodes));
    } else {
        words = {"-f", std::string(manifest)};
    }
    for (std::size_t i = 1; i < replicas.size(); ++i) add("scale", std::to_string(replicas[i]));
    for (int i = 0; i < set_images; ++i) add("set-image", fmt::format("v{}", i + 2));
    add("crashes", std::to_string(crashes));
    add("lost-replies", std::to_string(lost_replies));
    add("variant", std::string(variant));
    add("property", std::string(property));
    return words;
}

const std::vector<Violation>& violations() {
    static const std::vector<Violation> rows{
        {.property = "single-binding", .variant = "scheduler-writes-etcd", .lost_replies = 1},
        {.property = "single-binding", .variant = "binding-without-precondition", .lost_replies = 1},
        {.property = "etcd-single-writer", .variant = "scheduler-writes-etcd"},
        {.property = "optimistic-concurrency", .variant = "update-without-resource-version"},
        {.property = "revisions-increase",
         .variant = "revisions-repeat-after-restart",
         .replicas = {0},
         .crashes = 1},
        {.property = "uids-are-unique", .variant = "uids-repeat-after-restart", .crashes = 1},
        {.property = "names-are-unique", .variant = "create-without-name-check", .replicas = {0}},
        {.property = "watch-complete", .variant = "watch-drops-event"},
        {.property = "no-start-elsewhere", .variant = "kubelet-ignores-node-name", .nodes = 2},
        {.property = "no-start-elsewhere", .variant = "scheduler-writes-etcd", .nodes = 2, .lost_replies = 1},
        {.property = "no-start-elsewhere",
         .variant = "binding-without-precondition",
         .nodes = 2,
         .lost_replies = 1},
        {.property = "no-start-elsewhere", .variant = "deletion-decides-early", .replicas = {1, 0}},
        {.property = "capacity",
         .variant = "kubelet-admits-everything",
         .replicas = {2},
         .lost_replies = 1,
         .capacity = 1,
         .manifest = "examples/full-node.yaml"},
        {.property = "replicas-bounded", .variant = "no-expectations", .replicas = {1, 2}},
        {.property = "availability-kept", .variant = "rollout-ignores-availability", .set_images = 1},
        {.property = "replica-convergence", .variant = "create-timeout-is-success", .lost_replies = 1},
        {.property = "pod-gets-bound", .variant = "bind-failure-is-forgotten", .lost_replies = 1},
        {.property = "bound-pod-starts", .variant = "image-never-arrives"},
        {.property = "caches-converge", .variant = "watch-drops-event"},
        {.property = "quiescence", .variant = "status-carries-time", .replicas = {0}},
    };
    return rows;
}

}  // namespace kcheck::invariants
