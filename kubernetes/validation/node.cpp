#include "kubernetes/validation/node.hpp"

#include <set>

#include <fmt/format.h>

#include "kubernetes/text.hpp"
#include "kubernetes/validation/parts.hpp"
#include "kubernetes/validation/pod.hpp"

namespace kcheck::kubernetes {

void validate_taints(const Value& spec, FieldErrors& errors) {
    std::set<std::pair<std::string, std::string>> seen;
    each(spec, "taints", "spec", [&](const Value& taint, const std::string& at) {
        const std::string& key = text_of(taint, "key");
        const std::string& value = text_of(taint, "value");
        const std::string& effect = text_of(taint, "effect");
        validate_key(taint, at, errors);
        errors.invalid(join(at, "value"), value, label_value_problems(value));
        errors.not_empty(at, taint, "effect");
        validate_taint_effect(taint, at, errors);
        if (!seen.insert({key, effect}).second)
            errors.duplicate(at, Shown::json(fmt::format(R"({{"key":{},"value":{},"effect":{}}})", quote(key),
                                                         quote(value), quote(effect))));
    });
}

void validate_node_resources(const Value& status, FieldErrors& errors) {
    for (const char* amounts : {"capacity", "allocatable"})
        validate_quantities(status.at(amounts), join("status", amounts), errors);
}

}  // namespace kcheck::kubernetes
