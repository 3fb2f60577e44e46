#include <set>

#include <fmt/format.h>

#include "manifests/ground.hpp"
#include "manifests/validate.hpp"

namespace kcheck::manifests {

namespace {

/// validateContainerResourceName: a native resource, or one with a vendor's domain.
void validate_resource_name(const Subject& subject, const std::string& name, const std::string& field) {
    if (const std::string problem = qualified_name_problem(name); !problem.empty())
        subject.invalid(field, quote(name), problem);
    const bool native =
        name == "cpu" || name == "memory" || name == "ephemeral-storage" || name.starts_with("hugepages-");
    if (!native && name.find('/') == std::string::npos)
        subject.invalid(field, quote(name), "must be a standard resource type or fully qualified");
}

/// ValidateResourceRequirements
void validate_resources(const Subject& subject, const Container& container, const std::string& field) {
    const auto check = [&](const Resources& resources, const std::string& at) {
        for (const auto& [name, quantity] : resources) {
            const std::string entry = fmt::format("{}[{}]", at, name);
            validate_resource_name(subject, name, entry);
            if (quantity < Quantity{})
                subject.invalid(entry, quote(quantity.to_string()), "must be greater than or equal to 0");
        }
    };
    check(container.limits, field + ".limits");
    check(container.requests, field + ".requests");
    for (const auto& [name, request] : container.requests) {
        const auto limit = container.limits.find(name);
        if (limit != container.limits.end() && request > limit->second)
            subject.invalid(
                field + ".requests", quote(request.to_string()),
                fmt::format("must be less than or equal to {} limit of {}", name, limit->second.to_string()));
    }
}

void validate_containers(const Subject& subject, const std::vector<Container>& containers,
                         const std::string& field) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < containers.size(); ++i) {
        const Container& container = containers[i];
        const std::string at = fmt::format("{}[{}]", field, i);
        if (container.name.empty()) subject.required(at + ".name");
        if (const std::string problem = dns_label_problem(container.name); !problem.empty())
            subject.invalid(at + ".name", quote(container.name), problem);
        if (!names.insert(container.name).second) subject.duplicate(at + ".name", quote(container.name));
        if (container.image.empty()) subject.required(at + ".image");
        if (container.image.front() == ' ' || container.image.back() == ' ')
            subject.invalid(at + ".image", quote(container.image),
                            "must not have leading or trailing whitespace");
        const std::string& policy = container.image_pull_policy;
        if (policy != "Always" && policy != "IfNotPresent" && policy != "Never")
            subject.unsupported(at + ".imagePullPolicy", policy, {"Always", "IfNotPresent", "Never"});
        validate_resources(subject, container, at + ".resources");
    }
}

/// ValidateTolerations. The operators Lt and Gt are alpha, hence refused by default.
void validate_toleration(const Subject& subject, const Toleration& toleration, const std::string& field) {
    if (!toleration.key.empty())
        if (const std::string problem = qualified_name_problem(toleration.key); !problem.empty())
            subject.invalid(field + ".key", quote(toleration.key), problem);
    if (toleration.key.empty() && toleration.op != "Exists")
        subject.invalid(field + ".operator", quote(toleration.op),
                        "operator must be Exists when `key` is empty, which means \"match all "
                        "values and all keys\"");
    if (toleration.seconds && toleration.effect != "NoExecute")
        subject.invalid(field + ".effect", quote(toleration.effect),
                        "effect must be 'NoExecute' when `tolerationSeconds` is set");
    if (toleration.op.empty() || toleration.op == "Equal") {
        if (const std::string problem = label_value_problem(toleration.value); !problem.empty())
            subject.invalid(field + ".operator", quote(toleration.value), problem);
    } else if (toleration.op == "Exists") {
        if (!toleration.value.empty())
            subject.invalid(field + ".operator", quote(toleration.value),
                            "value must be empty when `operator` is 'Exists'");
    } else {
        subject.unsupported(field + ".operator", toleration.op, {"Equal", "Exists"});
    }
    const std::string& effect = toleration.effect;
    if (!effect.empty() && effect != "NoSchedule" && effect != "PreferNoSchedule" && effect != "NoExecute")
        subject.unsupported(field + ".effect", effect, {"NoSchedule", "PreferNoSchedule", "NoExecute"});
}

}  // namespace

void validate_pod_template(const Subject& subject, const PodTemplate& pod, const std::string& field) {
    subject.labels(field + ".metadata.labels", pod.labels);
    const std::string spec = field + ".spec";
    if (pod.containers.empty()) subject.required(spec + ".containers");
    validate_containers(subject, pod.containers, spec + ".containers");
    validate_containers(subject, pod.init_containers, spec + ".initContainers");
    subject.labels(spec + ".nodeSelector", pod.node_selector);
    for (std::size_t i = 0; i < pod.tolerations.size(); ++i)
        validate_toleration(subject, pod.tolerations[i], fmt::format("{}.tolerations[{}]", spec, i));
    for (const auto& [name, quantity] : pod.overhead)
        if (quantity < Quantity{})
            subject.invalid(fmt::format("{}.overhead[{}]", spec, name), quote(quantity.to_string()),
                            "must be greater than or equal to 0");
}

}  // namespace kcheck::manifests
