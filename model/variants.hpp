// Broken pipelines. Each variant changes one thing that Kubernetes gets right
// and violates at least one property: a property that no variant violates is
// not a check.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace kcheck::model {

enum class Variant : std::uint8_t {
    scheduler_writes_etcd,
    binding_without_precondition,
    no_expectations,
    update_without_resource_version,
    kubelet_ignores_node_name,
    create_timeout_is_success,
    watch_drops_event,
    kubelet_admits_everything,
    create_without_name_check,
    uids_repeat_after_restart,
    revisions_repeat_after_restart,
    bind_failure_is_forgotten,
    image_never_arrives,
    status_carries_time,
    rollout_ignores_availability,
    deletion_decides_early,
};

struct VariantInfo {
    Variant variant;
    std::string_view name;     // as on the command line
    std::string_view summary;  // what is different from Kubernetes
};

/// All variants, in the order in which they are listed to people.
std::span<const VariantInfo> variants();

/// Null if there is no variant of this name.
const VariantInfo* find_variant(std::string_view name);

}  // namespace kcheck::model
