// Where a pod may run: affinity, tolerations, topology spread constraints.
#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kubernetes/validation/metadata.hpp"
#include "kubernetes/validation/parts.hpp"
#include "kubernetes/validation/pod.hpp"

namespace kcheck::kubernetes {

namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view required_terms = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr std::string_view preferred_terms = "preferredDuringSchedulingIgnoredDuringExecution";
// Without Gt and Lt, which the schema has: a feature gate allows them.
constexpr std::array toleration_operators = {"Equal"sv, "Exists"sv};
// As the message of kube-apiserver has them, which is not the order of the schema.
constexpr std::array taint_effects = {"NoSchedule"sv, "PreferNoSchedule"sv, "NoExecute"sv};

/// ValidateNodeSelectorRequirement
void validate_label_requirement(const Value& requirement, const std::string& path, FieldErrors& errors) {
    const std::string& op = text_of(requirement, "operator");
    const std::size_t count = requirement.at("values").items.size();
    if (op == "In" || op == "NotIn") {
        if (count == 0)
            errors.required(join(path, "values"), "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (op == "Exists" || op == "DoesNotExist") {
        if (count > 0)
            errors.forbidden(join(path, "values"),
                             "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else if (op == "Gt" || op == "Lt") {
        if (count != 1)
            errors.required(join(path, "values"),
                            "must be specified single value when `operator` is 'Lt' or 'Gt'");
    } else {
        errors.invalid(join(path, "operator"), op, "not a valid selector operator");
    }
    validate_key(requirement, path, errors);
}

/// ValidateNodeFieldSelectorRequirement
void validate_field_requirement(const Value& requirement, const std::string& path, FieldErrors& errors) {
    const std::string& op = text_of(requirement, "operator");
    if (op != "In" && op != "NotIn")
        errors.invalid(join(path, "operator"), op, "not a valid selector operator");
    else if (requirement.at("values").items.size() != 1)
        errors.required(join(path, "values"),
                        "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
    if (const std::string& key = text_of(requirement, "key"); key != "metadata.name")
        errors.invalid(join(path, "key"), key, "not a valid field selector key");
}

void validate_weight(const Value& term, const std::string& path, FieldErrors& errors) {
    const std::int64_t weight = term.at("weight").integer;
    if (weight < 1 || weight > 100)
        errors.invalid(join(path, "weight"), weight, "must be in the range 1-100");
}

void validate_node_affinity(const Value& affinity, const std::string& path, FieldErrors& errors) {
    if (const Value* required = affinity.find(required_terms)) {
        const std::string at = join(path, required_terms);
        if (required->at("nodeSelectorTerms").items.empty())
            errors.required(join(at, "nodeSelectorTerms"), "must have at least one node selector term");
        each(*required, "nodeSelectorTerms", at, [&](const Value& term, const std::string& at_term) {
            validate_node_selector_term(term, at_term, errors);
        });
    }
    each(affinity, preferred_terms, path, [&](const Value& term, const std::string& at) {
        validate_weight(term, at, errors);
        validate_node_selector_term(term.at("preference"), join(at, "preference"), errors);
    });
}

void validate_topology_key(const Value& from, const std::string& path, FieldErrors& errors) {
    const std::string at = join(path, "topologyKey");
    const std::string& key = text_of(from, "topologyKey");
    if (key.empty()) return errors.required(at, "can not be empty");
    errors.invalid(at, key, qualified_name_problems(key));
}

/// validatePodAffinityTerm
void validate_pod_term(const Value& term, const std::string& path, FieldErrors& errors) {
    validate_label_selector(term.at("labelSelector"), join(path, "labelSelector"), errors);
    validate_label_selector(term.at("namespaceSelector"), join(path, "namespaceSelector"), errors);
    each(term, "namespaces", path, [&](const Value& name, const std::string& at) {
        errors.invalid(at, name.text, dns_label_problems(name.text));
    });
    validate_topology_key(term, path, errors);
}

void validate_pod_affinity(const Value& affinity, const std::string& path, FieldErrors& errors) {
    each(affinity, required_terms, path,
         [&](const Value& term, const std::string& at) { validate_pod_term(term, at, errors); });
    each(affinity, preferred_terms, path, [&](const Value& term, const std::string& at) {
        validate_weight(term, at, errors);
        validate_pod_term(term.at("podAffinityTerm"), join(at, "podAffinityTerm"), errors);
    });
}

void validate_spread_constraint(const Value& constraint, const std::string& at, FieldErrors& errors) {
    const std::int64_t skew = constraint.at("maxSkew").integer;
    const std::string& action = text_of(constraint, "whenUnsatisfiable");
    if (skew <= 0) errors.invalid(join(at, "maxSkew"), skew, "must be greater than zero");
    validate_topology_key(constraint, at, errors);
    if (action.empty())
        errors.not_supported(join(at, "whenUnsatisfiable"), action,
                             words_of("core.UnsatisfiableConstraintAction"));
    else
        errors.one_of(at, constraint, "whenUnsatisfiable", words_of("core.UnsatisfiableConstraintAction"));
    if (const Value* domains = constraint.find("minDomains")) {
        if (domains->integer <= 0)
            errors.invalid(join(at, "minDomains"), domains->integer, "must be greater than 0");
        if (action != "DoNotSchedule")
            errors.invalid(
                join(at, "minDomains"), domains->integer,
                fmt::format("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {}", action));
    }
    errors.one_of(at, constraint, "nodeAffinityPolicy", words_of("core.NodeInclusionPolicy"));
    errors.one_of(at, constraint, "nodeTaintsPolicy", words_of("core.NodeInclusionPolicy"));
    validate_label_selector(constraint.at("labelSelector"), join(at, "labelSelector"), errors);
}

/// ValidateTolerations. The operators Lt and Gt are alpha, hence refused by default.
void validate_toleration(const Value& toleration, const std::string& path, FieldErrors& errors) {
    const std::string& key = text_of(toleration, "key");
    const std::string& op = text_of(toleration, "operator");
    const std::string& effect = text_of(toleration, "effect");
    const std::string& value = text_of(toleration, "value");
    if (!key.empty()) validate_key(toleration, path, errors);
    if (key.empty() && op != "Exists")
        errors.invalid(join(path, "operator"), op,
                       "operator must be Exists when `key` is empty, which means \"match all values and all "
                       "keys\"");
    if (has(toleration, "tolerationSeconds") && effect != "NoExecute")
        errors.invalid(join(path, "effect"), effect,
                       "effect must be 'NoExecute' when `tolerationSeconds` is set");
    if (op.empty() || op == "Equal") {
        if (const Problems problems = label_value_problems(value); !problems.empty())
            errors.invalid(join(path, "operator"), value, fmt::format("{}", fmt::join(problems, ";")));
    } else if (op != "Exists") {
        errors.not_supported(join(path, "operator"), op, toleration_operators);
    } else if (!value.empty()) {
        errors.invalid(join(path, "operator"), value, "value must be empty when `operator` is 'Exists'");
    }
    validate_taint_effect(toleration, path, errors);
}

}  // namespace

void validate_taint_effect(const Value& object, const std::string& path, FieldErrors& errors) {
    errors.one_of(path, object, "effect", taint_effects);
}

void validate_node_selector_term(const Value& term, const std::string& path, FieldErrors& errors) {
    each(term, "matchExpressions", path, [&](const Value& requirement, const std::string& at) {
        validate_label_requirement(requirement, at, errors);
    });
    each(term, "matchFields", path, [&](const Value& requirement, const std::string& at) {
        validate_field_requirement(requirement, at, errors);
    });
}

void validate_affinity(const Value& affinity, const std::string& path, FieldErrors& errors) {
    validate_node_affinity(affinity.at("nodeAffinity"), join(path, "nodeAffinity"), errors);
    for (const char* kind : {"podAffinity", "podAntiAffinity"})
        validate_pod_affinity(affinity.at(kind), join(path, kind), errors);
}

void validate_topology_spread(const Value& spec, const std::string& path, FieldErrors& errors) {
    std::set<std::pair<std::string, std::string>> seen;
    each(spec, "topologySpreadConstraints", path, [&](const Value& constraint, const std::string& at) {
        validate_spread_constraint(constraint, at, errors);
        const std::string& key = text_of(constraint, "topologyKey");
        const std::string& action = text_of(constraint, "whenUnsatisfiable");
        if (!seen.insert({key, action}).second)
            errors.duplicate(at + ".{topologyKey, whenUnsatisfiable}",
                             fmt::format("{{{}, {}}}", key, action));
    });
}

void validate_tolerations(const Value& spec, const std::string& path, FieldErrors& errors) {
    each(spec, "tolerations", path, [&](const Value& toleration, const std::string& at) {
        validate_toleration(toleration, at, errors);
    });
}

}  // namespace kcheck::kubernetes
