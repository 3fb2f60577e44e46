#include "reference/apiserver/validation_pod.hpp"

#include <algorithm>

#include "reference/apiserver/object_meta.hpp"
#include "reference/apiserver/validation_names.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

void validate_optional_name(const Json& spec, const std::string& path, std::string_view name,
                            std::string (*error_of)(const std::string&), ValidationErrors& errors) {
    const auto value = text_of(spec, name);
    if (!value.empty()) errors.unless_empty(join(path, name), value, error_of(value));
}

void validate_spec(const Json& spec, const std::string& path, ValidationErrors& errors) {
    validate_volumes(spec, path, errors);
    validate_containers(spec, path, errors);
    errors.one_of(path, spec, "restartPolicy", {"Always", "Never", "OnFailure"}, true);
    errors.one_of(path, spec, "dnsPolicy", {"ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"},
                  true);
    validate_scheduling(spec, path, errors);
    validate_optional_name(spec, path, "serviceAccountName", dns_subdomain_error, errors);
    validate_optional_name(spec, path, "nodeName", dns_subdomain_error, errors);
    validate_optional_name(spec, path, "hostname", dns_label_error, errors);
    validate_optional_name(spec, path, "subdomain", dns_label_error, errors);
    validate_optional_name(spec, path, "priorityClassName", dns_subdomain_error, errors);
    errors.at_least(path, spec, "activeDeadlineSeconds", 1);
    errors.at_least(path, spec, "terminationGracePeriodSeconds", 0);
    errors.one_of(path, spec, "preemptionPolicy", {"Never", "PreemptLowerPriority"});
}

/// Old tolerations must stay; only the seconds of one may change (validateOnlyAddedTolerations).
void validate_only_added_tolerations(const Json& spec, const Json& old, ValidationErrors& errors) {
    const auto without_seconds = [](Json toleration) {
        if (toleration.is_object()) toleration.erase("tolerationSeconds");
        return toleration;
    };
    const auto& now = list_of(spec, "tolerations");
    for (const auto& before : list_of(old, "tolerations")) {
        const bool there = std::any_of(now.begin(), now.end(), [&](const Json& toleration) {
            return without_seconds(toleration) == without_seconds(before);
        });
        if (there) continue;
        return errors.forbidden("spec.tolerations",
                                "existing toleration can not be modified except its tolerationSeconds");
    }
    validate_tolerations(spec, "spec", errors);
}

/// It may be set, or made shorter.
void validate_deadline(const Json& spec, const Json& old, ValidationErrors& errors) {
    const auto at_deadline = "spec.activeDeadlineSeconds";
    const auto now = integer_of(spec, "activeDeadlineSeconds");
    const auto before = integer_of(old, "activeDeadlineSeconds");
    if (now && *now < 0) {
        errors.invalid(at_deadline, *now, "must be between 0 and 2147483647, inclusive");
    } else if (now && before && *now > *before) {
        errors.invalid(at_deadline, *now, "must be less than or equal to previous value");
    } else if (!now && before) {
        errors.invalid(at_deadline, nullptr, "must not update from a positive integer to nil value");
    }
}

void take_images(Json& spec, const Json& from) {
    for (const auto* list : {"containers", "initContainers"}) {
        const auto mine = elements_in(spec, list);
        const auto& theirs = list_of(from, list);
        for (std::size_t i = 0; i < std::min(mine.size(), theirs.size()); ++i) {
            keep(*mine[i], theirs[i], "image");
        }
    }
}

/// The new spec with what may change set back.
Json without_changes(const Json& spec, const Json& old) {
    Json munged = spec;
    take_images(munged, old);
    for (const auto* field : {"activeDeadlineSeconds", "tolerations"}) keep(munged, old, field);
    // Scheduling gates may be removed, and a negative grace period may be made 1.
    const auto gates_before = list_of(old, "schedulingGates");
    const auto& gates = list_of(spec, "schedulingGates");
    const bool removed_only = std::all_of(gates.begin(), gates.end(), [&](const Json& gate) {
        return std::find(gates_before.begin(), gates_before.end(), gate) != gates_before.end();
    });
    if (removed_only) keep(munged, old, "schedulingGates");
    if (integer_of(old, "terminationGracePeriodSeconds").value_or(0) < 0 &&
        integer_of(spec, "terminationGracePeriodSeconds") == 1) {
        keep(munged, old, "terminationGracePeriodSeconds");
    }
    return munged;
}

void validate_images(const Json& spec, ValidationErrors& errors) {
    for (const auto* list : {"containers", "initContainers"}) {
        const auto& containers = list_of(spec, list);
        for (std::size_t i = 0; i < containers.size(); ++i) {
            errors.not_empty(indexed(join("spec", list), i), containers[i], "image");
        }
    }
}

/// ValidateContainerStateTransition, ValidateInitContainerStateTransition: what has ended for good does not
/// run again. A policy of the container goes before that of the pod, which init containers without one
/// follow only if it is Never.
void validate_transitions(const Json& pod, const Json& old, const char* specs, const char* statuses,
                          ValidationErrors& errors) {
    const auto policy_of = [&](const std::string& name) {
        for (const auto& container : list_of(member(pod, "spec"), specs))
            if (const auto own = text_of(container, "restartPolicy");
                text_of(container, "name") == name && !own.empty())
                return own;
        const auto of_pod = text_of(member(pod, "spec"), "restartPolicy");
        const bool is_init = std::string_view(specs) == "initContainers";
        return is_init && of_pod == "Always" ? std::string("OnFailure") : of_pod;
    };
    const auto& before = list_of(member(old, "status"), statuses);
    for (std::size_t i = 0; i < before.size(); ++i) {
        const Json& ended = member(member(before[i], "state"), "terminated");
        if (ended.is_null()) continue;
        const auto name = text_of(before[i], "name"), policy = policy_of(name);
        const bool failed = integer_of(ended, "exitCode").value_or(0) != 0;
        if (policy == "Always" || (policy == "OnFailure" && failed)) continue;
        for (const auto& now : list_of(member(pod, "status"), statuses))
            if (text_of(now, "name") == name && member(member(now, "state"), "terminated").is_null())
                errors.forbidden(join(indexed(join("status", statuses), i), "state"),
                                 "may not be transitioned to non-terminated state");
    }
}

}  // namespace

std::vector<FieldError> validate_pod(const Json& pod) {
    ValidationErrors errors;
    validate_spec(member(pod, "spec"), "spec", errors);
    return errors.take();
}

void validate_pod_template(const Json& pod_template, const std::string& path, ValidationErrors& errors) {
    const Json& metadata = member(pod_template, "metadata");
    const auto at_metadata = join(path, "metadata");
    validate_label_map(member(metadata, "labels"), join(at_metadata, "labels"), errors);
    validate_annotation_map(member(metadata, "annotations"), join(at_metadata, "annotations"), errors);
    const Json& spec = member(pod_template, "spec");
    validate_spec(spec, join(path, "spec"), errors);
    if (!list_of(spec, "ephemeralContainers").empty()) {
        errors.forbidden(join(path, "spec.ephemeralContainers"),
                         "ephemeral containers not allowed in pod template");
    }
}

void validate_always_restarted(const Json& pod_template, const std::string& path, ValidationErrors& errors) {
    const Json& spec = member(pod_template, "spec");
    if (text_of(spec, "restartPolicy") != "Always") {
        errors.not_supported(join(path, "spec.restartPolicy"), text_of(spec, "restartPolicy"), {"Always"});
    }
    if (!member(spec, "activeDeadlineSeconds").is_null()) {
        errors.forbidden(join(path, "spec.activeDeadlineSeconds"),
                         "activeDeadlineSeconds in ReplicaSet is not Supported");
    }
}

std::vector<FieldError> validate_pod_update(const Json& pod, const Json& old) {
    const Json& spec = member(pod, "spec");
    const Json& spec_before = member(old, "spec");
    ValidationErrors errors;
    for (const auto* list : {"containers", "initContainers"}) {
        if (list_of(spec, list).size() == list_of(spec_before, list).size()) continue;
        errors.forbidden(join("spec", list), "pod updates may not add or remove containers");
        return errors.take();
    }
    validate_images(spec, errors);
    validate_deadline(spec, spec_before, errors);
    validate_only_added_tolerations(spec, spec_before, errors);
    if (without_changes(spec, spec_before) != spec_before) {
        errors.forbidden("spec",
                         "pod updates may not change fields other than `spec.containers[*].image`, "
                         "`spec.initContainers[*].image`, `spec.activeDeadlineSeconds`, `spec.tolerations` "
                         "(only additions to existing tolerations), `spec.terminationGracePeriodSeconds` "
                         "(allow it to be set to 1 if it was previously negative)");
    }
    return errors.take();
}

std::vector<FieldError> validate_pod_status_update(const Json& pod, const Json& old) {
    ValidationErrors errors;
    const Json& status = member(pod, "status");
    if (text_of(status, "qosClass") != text_of(member(old, "status"), "qosClass")) {
        errors.invalid("status.qosClass", member(status, "qosClass"), "field is immutable");
    }
    errors.one_of("status", status, "phase", {"Failed", "Pending", "Running", "Succeeded", "Unknown"});
    validate_optional_name(status, "status", "nominatedNodeName", dns_subdomain_error, errors);
    validate_transitions(pod, old, "containers", "containerStatuses", errors);
    validate_transitions(pod, old, "initContainers", "initContainerStatuses", errors);
    const auto& conditions = list_of(status, "conditions");
    for (std::size_t i = 0; i < conditions.size(); ++i) {
        const auto at_condition = indexed("status.conditions", i);
        errors.not_empty(at_condition, conditions[i], "type");
        errors.one_of(at_condition, conditions[i], "status", {"False", "True", "Unknown"}, true);
    }
    return errors.take();
}

}  // namespace kcheck::reference::apiserver
