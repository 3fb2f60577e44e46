// Where a pod may run: nodeSelector, affinity, tolerations, gates, topology spread constraints.
#include <algorithm>
#include <set>

#include "reference/apiserver/validation_names.hpp"
#include "reference/apiserver/validation_pod.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr auto required_terms = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr auto preferred_terms = "preferredDuringSchedulingIgnoredDuringExecution";
constexpr std::int64_t weight_most = 100;

void validate_key(const Json& object, const std::string& path, ValidationErrors& errors) {
    const auto key = text_of(object, "key");
    errors.unless_empty(join(path, "key"), key, qualified_name_error(key));
}

/// ValidateNodeSelectorRequirement.
void validate_label_requirement(const Json& requirement, const std::string& path, ValidationErrors& errors) {
    const auto op = text_of(requirement, "operator");
    const auto count = list_of(requirement, "values").size();
    if (op == "In" || op == "NotIn") {
        if (count == 0) {
            errors.required(join(path, "values"), "must be specified when `operator` is 'In' or 'NotIn'");
        }
    } else if (op == "Exists" || op == "DoesNotExist") {
        if (count > 0) {
            errors.forbidden(join(path, "values"),
                             "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
    } else if (op == "Gt" || op == "Lt") {
        if (count != 1) {
            errors.required(join(path, "values"),
                            "must be specified single value when `operator` is 'Lt' or 'Gt'");
        }
    } else {
        errors.invalid(join(path, "operator"), op, "not a valid selector operator");
    }
    validate_key(requirement, path, errors);
}

/// ValidateNodeFieldSelectorRequirement.
void validate_field_requirement(const Json& requirement, const std::string& path, ValidationErrors& errors) {
    const auto op = text_of(requirement, "operator");
    if (op != "In" && op != "NotIn") {
        errors.invalid(join(path, "operator"), op, "not a valid selector operator");
    } else if (list_of(requirement, "values").size() != 1) {
        errors.required(join(path, "values"),
                        "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
    }
    const auto key = text_of(requirement, "key");
    if (key != "metadata.name") errors.invalid(join(path, "key"), key, "not a valid field selector key");
}

void validate_node_term(const Json& term, const std::string& path, ValidationErrors& errors) {
    const auto& expressions = list_of(term, "matchExpressions");
    for (std::size_t i = 0; i < expressions.size(); ++i) {
        validate_label_requirement(expressions[i], indexed(join(path, "matchExpressions"), i), errors);
    }
    const auto& fields = list_of(term, "matchFields");
    for (std::size_t i = 0; i < fields.size(); ++i) {
        validate_field_requirement(fields[i], indexed(join(path, "matchFields"), i), errors);
    }
}

void validate_weight(const Json& term, const std::string& path, ValidationErrors& errors) {
    const auto weight = integer_of(term, "weight").value_or(0);
    if (weight < 1 || weight > weight_most) {
        errors.invalid(join(path, "weight"), weight, "must be in the range 1-100");
    }
}

void validate_node_affinity(const Json& affinity, const std::string& path, ValidationErrors& errors) {
    if (const Json& required = member(affinity, required_terms); !required.is_null()) {
        const auto at_terms = join(join(path, required_terms), "nodeSelectorTerms");
        const auto& terms = list_of(required, "nodeSelectorTerms");
        if (terms.empty()) errors.required(at_terms, "must have at least one node selector term");
        for (std::size_t i = 0; i < terms.size(); ++i) {
            validate_node_term(terms[i], indexed(at_terms, i), errors);
        }
    }
    const auto& preferences = list_of(affinity, preferred_terms);
    for (std::size_t i = 0; i < preferences.size(); ++i) {
        const auto at_term = indexed(join(path, preferred_terms), i);
        validate_weight(preferences[i], at_term, errors);
        validate_node_term(member(preferences[i], "preference"), join(at_term, "preference"), errors);
    }
}

void validate_pod_term(const Json& term, const std::string& path, ValidationErrors& errors) {
    validate_label_selector(member(term, "labelSelector"), join(path, "labelSelector"), errors);
    validate_label_selector(member(term, "namespaceSelector"), join(path, "namespaceSelector"), errors);
    const auto key = text_of(term, "topologyKey");
    if (key.empty()) return errors.required(join(path, "topologyKey"), "can not be empty");
    errors.unless_empty(join(path, "topologyKey"), key, qualified_name_error(key));
}

void validate_pod_affinity(const Json& affinity, const std::string& path, ValidationErrors& errors) {
    const auto& required = list_of(affinity, required_terms);
    for (std::size_t i = 0; i < required.size(); ++i) {
        validate_pod_term(required[i], indexed(join(path, required_terms), i), errors);
    }
    const auto& preferred = list_of(affinity, preferred_terms);
    for (std::size_t i = 0; i < preferred.size(); ++i) {
        const auto at_term = indexed(join(path, preferred_terms), i);
        validate_weight(preferred[i], at_term, errors);
        validate_pod_term(member(preferred[i], "podAffinityTerm"), join(at_term, "podAffinityTerm"), errors);
    }
}

void validate_gates(const Json& spec, const std::string& path, ValidationErrors& errors) {
    std::set<std::string> names;
    const auto& gates = list_of(spec, "schedulingGates");
    for (std::size_t i = 0; i < gates.size(); ++i) {
        const auto name = text_of(gates[i], "name");
        const auto at_gate = indexed(join(path, "schedulingGates"), i);
        errors.unless_empty(at_gate, name, qualified_name_error(name));
        if (!names.insert(name).second) errors.duplicate(at_gate, name);
    }
}

void validate_spread(const Json& spec, const std::string& path, ValidationErrors& errors) {
    const auto& constraints = list_of(spec, "topologySpreadConstraints");
    for (std::size_t i = 0; i < constraints.size(); ++i) {
        const auto at_constraint = indexed(join(path, "topologySpreadConstraints"), i);
        const auto skew = integer_of(constraints[i], "maxSkew").value_or(0);
        if (skew <= 0) errors.invalid(join(at_constraint, "maxSkew"), skew, "must be greater than zero");
        if (text_of(constraints[i], "topologyKey").empty()) {
            errors.required(join(at_constraint, "topologyKey"), "can not be empty");
        }
        errors.one_of(at_constraint, constraints[i], "whenUnsatisfiable", {"DoNotSchedule", "ScheduleAnyway"},
                      true);
        validate_label_selector(member(constraints[i], "labelSelector"), join(at_constraint, "labelSelector"),
                                errors);
    }
}

void validate_toleration(const Json& toleration, const std::string& path, ValidationErrors& errors) {
    const auto key = text_of(toleration, "key");
    const auto op = text_of(toleration, "operator");
    const auto effect = text_of(toleration, "effect");
    const auto value = text_of(toleration, "value");
    if (!key.empty()) errors.unless_empty(join(path, "key"), key, qualified_name_error(key));
    if (key.empty() && op != "Exists") {
        errors.invalid(join(path, "operator"), op,
                       "operator must be Exists when `key` is empty, which means \"match all values and all "
                       "keys\"");
    }
    const Json& seconds = member(toleration, "tolerationSeconds");
    if (!seconds.is_null() && effect != "NoExecute") {
        errors.invalid(join(path, "effect"), effect,
                       "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    if (op == "Exists" && !value.empty()) {
        errors.invalid(join(path, "operator"), value, "value must be empty when `operator` is 'Exists'");
    } else if (op.empty() || op == "Equal") {
        errors.unless_empty(join(path, "operator"), value, label_value_error(value));
    } else {
        errors.one_of(path, toleration, "operator", {"Equal", "Exists"});
    }
    errors.one_of(path, toleration, "effect", {"NoExecute", "NoSchedule", "PreferNoSchedule"});
}

}  // namespace

void validate_tolerations(const Json& spec, const std::string& path, ValidationErrors& errors) {
    const auto& tolerations = list_of(spec, "tolerations");
    for (std::size_t i = 0; i < tolerations.size(); ++i) {
        validate_toleration(tolerations[i], indexed(join(path, "tolerations"), i), errors);
    }
}

void validate_scheduling(const Json& spec, const std::string& path, ValidationErrors& errors) {
    validate_label_map(member(spec, "nodeSelector"), join(path, "nodeSelector"), errors);
    const Json& affinity = member(spec, "affinity");
    const auto at_affinity = join(path, "affinity");
    validate_node_affinity(member(affinity, "nodeAffinity"), join(at_affinity, "nodeAffinity"), errors);
    for (const auto* kind : {"podAffinity", "podAntiAffinity"}) {
        validate_pod_affinity(member(affinity, kind), join(at_affinity, kind), errors);
    }
    validate_tolerations(spec, path, errors);
    validate_gates(spec, path, errors);
    validate_spread(spec, path, errors);
}

}  // namespace kcheck::reference::apiserver
