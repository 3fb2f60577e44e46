// In which small configuration each variant violates its property.
#pragma once

#include "tests/invariants_support.hpp"

namespace kcheck::tests {

struct Row {
    const char* property;
    const char* variant;
    Small configuration;
};

inline const std::vector<Row>& variant_table() {
    static const std::vector<Row> rows{
        {"single-binding", "scheduler-writes-etcd", {.crashes = 1}},
        {"single-binding", "binding-without-precondition", {.crashes = 1}},
        {"etcd-single-writer", "scheduler-writes-etcd", {}},
        {"optimistic-concurrency", "update-without-resource-version", {.replicas = {1, 2}}},
        {"revisions-increase", "revisions-repeat-after-restart", {.crashes = 1}},
        {"uids-are-unique", "uids-repeat-after-restart", {.replicas = {2}, .crashes = 1}},
        {"names-are-unique", "create-without-name-check", {}},
        {"watch-complete", "watch-drops-event", {}},
        {"no-start-elsewhere", "kubelet-ignores-node-name", {.nodes = 2}},
        {"capacity", "kubelet-admits-everything", {.replicas = {2}, .lost_replies = 1, .capacity = 1}},
        {"replicas-bounded", "no-expectations", {.replicas = {1, 2}}},
        {"replica-convergence", "create-timeout-is-success", {.lost_replies = 1}},
        {"pod-gets-bound", "bind-failure-is-forgotten", {.lost_replies = 1}},
        {"bound-pod-starts", "image-never-arrives", {}},
        {"caches-converge", "watch-drops-event", {}},
        {"quiescence", "status-carries-time", {}},
    };
    return rows;
}

}  // namespace kcheck::tests
