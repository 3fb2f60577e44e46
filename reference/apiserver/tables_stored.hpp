// Tables as lists of columns that say what is in their cells.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reference/apiserver/tables_common.hpp"

namespace kcheck::reference::apiserver {

using Now = const std::string&;  // RFC 3339, for ages

struct Column {
    std::string_view name;
    Json (*cell)(const Json& object, Now now) = nullptr;
    std::string_view type = "string";
    int priority = 0;  // > 0: only with -o wide
};

/// What a kind's row of resources_stored.cpp has of these.
struct StoredTable {
    std::vector<TableColumn> (*columns)() = nullptr;
    Json (*cells)(const Json& object, const std::string& now) = nullptr;
};

std::vector<TableColumn> table_columns(std::span<const Column> columns);
Json table_cells(std::span<const Column> columns, const Json& object, const std::string& now);

template <const auto& columns>
constexpr StoredTable stored_table() {
    return {[] { return table_columns(columns); },
            [](const Json& object, const std::string& now) { return table_cells(columns, object, now); }};
}

const Json& spec_of(const Json& object);
const Json& status_of(const Json& object);

inline constexpr Column name_cell = {
    "Name", [](const Json& object, const std::string&) -> Json { return object_name(object); }};
inline constexpr Column age_cell = {
    "Age", [](const Json& object, const std::string& now) -> Json { return age_of(object, now); }};

// tables_workloads.cpp
extern const StoredTable stateful_set_table, daemon_set_table, job_table, cron_job_table,
    replication_controller_table, pod_template_table, controller_revision_table, autoscaler_table,
    disruption_budget_table;
// tables_settings.cpp
extern const StoredTable secret_table, service_account_table, named_table, binding_table, ingress_table,
    ingress_class_table, network_policy_table, endpoints_table, endpoint_slice_table, priority_class_table,
    runtime_class_table, resource_quota_table, webhooks_table, admission_policy_table,
    admission_policy_binding_table;
// tables_storage.cpp
extern const StoredTable volume_table, claim_table, storage_class_table, csi_driver_table, csi_node_table,
    volume_attachment_table;

}  // namespace kcheck::reference::apiserver
