// Workloads (pkg/printers/internalversion/printers.go).
#include <fmt/format.h>

#include "reference/apiserver/tables_stored.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

const Json& pod_spec_of(const Json& spec) { return member(member(spec, "template"), "spec"); }

std::int64_t count(const Json& part, std::string_view name, std::int64_t otherwise = 0) {
    return integer_of(part, name).value_or(otherwise);
}

template <const Json& (*part)(const Json&), const auto& name>
Json count_cell(const Json& object, Now) {
    return count(part(object), name);
}

constexpr Column containers_cell = {
    "Containers",
    [](const Json& object, Now) -> Json { return container_names(pod_spec_of(spec_of(object))); }, "string",
    1};
constexpr Column images_cell = {
    "Images", [](const Json& object, Now) -> Json { return container_images(pod_spec_of(spec_of(object))); },
    "string", 1};
constexpr Column selector_cell = {
    "Selector",
    [](const Json& object, Now) -> Json { return selector_text(member(spec_of(object), "selector")); },
    "string", 1};

/// One of the selectors that are only a map of labels.
std::string labels_text(const Json& labels) { return selector_text(Json{{"matchLabels", labels}}); }

constexpr std::string_view desired = "desiredNumberScheduled", current = "currentNumberScheduled",
                           ready = "numberReady", updated = "updatedNumberScheduled",
                           available = "numberAvailable", replicas = "replicas",
                           ready_replicas = "readyReplicas";

constexpr Column stateful_set_columns[] = {
    name_cell,
    {"Ready",
     [](const Json& object, Now) -> Json {
         return fmt::format("{}/{}", count(status_of(object), ready_replicas),
                            count(spec_of(object), replicas));
     }},
    age_cell,
    containers_cell,
    images_cell,
};

constexpr Column daemon_set_columns[] = {
    name_cell,
    {"Desired", count_cell<status_of, desired>, "integer"},
    {"Current", count_cell<status_of, current>, "integer"},
    {"Ready", count_cell<status_of, ready>, "integer"},
    {"Up-to-date", count_cell<status_of, updated>, "integer"},
    {"Available", count_cell<status_of, available>, "integer"},
    {"Node Selector",
     [](const Json& object, Now) -> Json {
         return labels_text(member(pod_spec_of(spec_of(object)), "nodeSelector"));
     }},
    age_cell,
    containers_cell,
    images_cell,
    selector_cell,
};

constexpr Column replication_controller_columns[] = {
    name_cell,
    {"Desired", count_cell<spec_of, replicas>, "integer"},
    {"Current", count_cell<status_of, replicas>, "integer"},
    {"Ready", count_cell<status_of, ready_replicas>, "integer"},
    age_cell,
    containers_cell,
    images_cell,
    {"Selector",
     [](const Json& object, Now) -> Json { return labels_text(member(spec_of(object), "selector")); },
     "string", 1},
};

bool has_condition(const Json& object, std::string_view type) {
    for (const auto& condition : list_of(status_of(object), "conditions"))
        if (text_of(condition, "type") == type && text_of(condition, "status") == "True") return true;
    return false;
}

std::string job_status(const Json& job) {
    for (const auto* type : {"Complete", "Failed"})
        if (has_condition(job, type)) return type;
    if (!member(member(job, "metadata"), "deletionTimestamp").is_null()) return "Terminating";
    if (has_condition(job, "Suspended")) return "Suspended";
    return has_condition(job, "FailureTarget")        ? "FailureTarget"
           : has_condition(job, "SuccessCriteriaMet") ? "SuccessCriteriaMet"
                                                      : "Running";
}

std::string job_completions(const Json& job) {
    const auto succeeded = count(status_of(job), "succeeded");
    if (const auto wanted = integer_of(spec_of(job), "completions"))
        return fmt::format("{}/{}", succeeded, *wanted);
    const auto parallelism = count(spec_of(job), "parallelism");
    return parallelism > 1 ? fmt::format("{}/1 of {}", succeeded, parallelism)
                           : fmt::format("{}/1", succeeded);
}

Json job_duration(const Json& job, Now now) {
    const Json& start = member(status_of(job), "startTime");
    if (start.is_null()) return "";
    const auto end = text_of(status_of(job), "completionTime");
    return age(start, end.empty() ? now : end);
}

constexpr Column job_columns[] = {
    name_cell,
    {"Status", [](const Json& object, Now) -> Json { return job_status(object); }},
    {"Completions", [](const Json& object, Now) -> Json { return job_completions(object); }},
    {"Duration", job_duration},
    age_cell,
    containers_cell,
    images_cell,
    selector_cell,
};

const Json& job_spec(const Json& cron_job) {
    return member(member(spec_of(cron_job), "jobTemplate"), "spec");
}

constexpr Column cron_job_columns[] = {
    name_cell,
    {"Schedule", [](const Json& object, Now) -> Json { return text_of(spec_of(object), "schedule"); }},
    {"Timezone",
     [](const Json& object, Now) -> Json { return or_none(text_of(spec_of(object), "timeZone")); }},
    {"Suspend",
     [](const Json& object, Now) -> Json { return flag_of(spec_of(object), "suspend") ? "True" : "False"; }},
    {"Active", [](const Json& object, Now) -> Json { return list_of(status_of(object), "active").size(); },
     "integer"},
    {"Last Schedule",
     [](const Json& object, Now now) -> Json {
         const Json& last = member(status_of(object), "lastScheduleTime");
         return last.is_null() ? "<none>" : age(last, now);
     }},
    age_cell,
    {"Containers",
     [](const Json& object, Now) -> Json { return container_names(pod_spec_of(job_spec(object))); }, "string",
     1},
    {"Images",
     [](const Json& object, Now) -> Json { return container_images(pod_spec_of(job_spec(object))); },
     "string", 1},
    {"Selector",
     [](const Json& object, Now) -> Json { return selector_text(member(job_spec(object), "selector")); },
     "string", 1},
};

constexpr Column pod_template_columns[] = {
    name_cell,
    {"Containers", [](const Json& object, Now) -> Json { return container_names(pod_spec_of(object)); }},
    {"Images", [](const Json& object, Now) -> Json { return container_images(pod_spec_of(object)); }},
    {"Pod Labels",
     [](const Json& object, Now) -> Json {
         return labels_text(member(member(member(object, "template"), "metadata"), "labels"));
     }},
};

constexpr Column controller_revision_columns[] = {
    name_cell,
    {"Controller",
     [](const Json& object, Now) -> Json {
         for (const auto& owner : list_of(member(object, "metadata"), "ownerReferences"))
             if (flag_of(owner, "controller"))
                 return fmt::format("{}/{}", text_of(owner, "kind"), text_of(owner, "name"));
         return "<none>";
     }},
    {"Revision", [](const Json& object, Now) -> Json { return count(object, "revision"); }, "integer"},
    age_cell,
};

std::string text_or(const Json& value, const std::string& otherwise) {
    return value.is_string() ? value.get<std::string>() : value.is_null() ? otherwise : json_text(value);
}

/// formatHPAMetrics: what is observed of a metric, and what is aimed at.
std::string metric_text(const Json& metric, const Json& current_metric) {
    const auto type = text_of(metric, "type");
    auto source = type;
    if (!source.empty()) source[0] = static_cast<char>(source[0] - 'A' + 'a');
    const Json& target = member(member(metric, source), "target");
    const Json& now = member(member(current_metric, source), "current");
    const bool resource = type == "Resource" || type == "ContainerResource";
    if (const auto utilization = integer_of(target, "averageUtilization"); resource && utilization) {
        const auto observed = integer_of(now, "averageUtilization");
        return fmt::format("{}: {}/{}%", text_of(member(metric, source), "name"),
                           observed ? fmt::format("{}%", *observed) : "<unknown>", *utilization);
    }
    const bool average = !member(target, "averageValue").is_null();
    const auto name = std::string_view(average ? "averageValue" : "value");
    return fmt::format("{}{}/{}{}", resource ? text_of(member(metric, source), "name") + ": " : "",
                       text_or(member(now, name), "<unknown>"), text_or(member(target, name), "<auto>"),
                       average && !resource && type != "Pods" ? " (avg)" : "");
}

std::string metrics_text(const Json& autoscaler) {
    constexpr std::size_t most = 2;
    const auto& metrics = list_of(spec_of(autoscaler), "metrics");
    const auto& now = list_of(status_of(autoscaler), "currentMetrics");
    if (metrics.empty()) return "<none>";
    std::string result;
    for (std::size_t i = 0; i < metrics.size() && i < most; ++i) {
        if (i > 0) result += ", ";
        result += metric_text(metrics[i], i < now.size() ? now[i] : Json());
    }
    return metrics.size() > most ? fmt::format("{} + {} more...", result, metrics.size() - most) : result;
}

constexpr Column autoscaler_columns[] = {
    name_cell,
    {"Reference",
     [](const Json& object, Now) -> Json {
         const Json& target = member(spec_of(object), "scaleTargetRef");
         return fmt::format("{}/{}", text_of(target, "kind"), text_of(target, "name"));
     }},
    {"Targets", [](const Json& object, Now) -> Json { return metrics_text(object); }},
    {"MinPods",
     [](const Json& object, Now) -> Json { return json_text(count(spec_of(object), "minReplicas", 1)); }},
    {"MaxPods", [](const Json& object, Now) -> Json { return count(spec_of(object), "maxReplicas"); },
     "integer"},
    {"Replicas", [](const Json& object, Now) -> Json { return count(status_of(object), "currentReplicas"); },
     "integer"},
    age_cell,
};

constexpr Column disruption_budget_columns[] = {
    name_cell,
    {"Min Available",
     [](const Json& object, Now) -> Json { return text_or(member(spec_of(object), "minAvailable"), "N/A"); }},
    {"Max Unavailable",
     [](const Json& object, Now) -> Json {
         return text_or(member(spec_of(object), "maxUnavailable"), "N/A");
     }},
    {"Allowed Disruptions",
     [](const Json& object, Now) -> Json { return count(status_of(object), "disruptionsAllowed"); },
     "integer"},
    age_cell,
};

}  // namespace

constinit const StoredTable stateful_set_table = stored_table<stateful_set_columns>();
constinit const StoredTable daemon_set_table = stored_table<daemon_set_columns>();
constinit const StoredTable replication_controller_table = stored_table<replication_controller_columns>();
constinit const StoredTable job_table = stored_table<job_columns>();
constinit const StoredTable cron_job_table = stored_table<cron_job_columns>();
constinit const StoredTable pod_template_table = stored_table<pod_template_columns>();
constinit const StoredTable controller_revision_table = stored_table<controller_revision_columns>();
constinit const StoredTable autoscaler_table = stored_table<autoscaler_columns>();
constinit const StoredTable disruption_budget_table = stored_table<disruption_budget_columns>();

const Json& spec_of(const Json& object) { return member(object, "spec"); }
const Json& status_of(const Json& object) { return member(object, "status"); }

std::vector<TableColumn> table_columns(std::span<const Column> columns) {
    std::vector<TableColumn> result;
    for (const Column& column : columns)
        result.push_back({std::string(column.name), std::string(column.type), result.empty() ? "name" : "",
                          "", column.priority});
    return result;
}

Json table_cells(std::span<const Column> columns, const Json& object, const std::string& now) {
    Json cells = Json::array();
    for (const Column& column : columns) cells.push_back(column.cell(object, now));
    return cells;
}

}  // namespace kcheck::reference::apiserver
