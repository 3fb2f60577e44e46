// Which objects a list, a watch or a controller selects (apimachinery/pkg/labels and pkg/fields).
#pragma once

#include <string>
#include <vector>

#include "reference/apiserver/resource.hpp"

namespace kcheck::reference::apiserver {

struct LabelRequirement {
    enum class Operator : std::uint8_t { in, not_in, exists, does_not_exist, greater, less };
    std::string key;
    Operator op = Operator::in;
    std::vector<std::string> values = {};
};

class LabelSelector {
public:
    LabelSelector() = default;
    /// Equality- and set-based: "app=x,tier!=y,env in (a,b),!old,cpu>4". Throws a 400 StatusError.
    explicit LabelSelector(const std::string& text);
    bool matches(const Json& labels) const;  // metadata.labels, or null
    bool empty() const { return requirements_.empty(); }

private:
    std::vector<LabelRequirement> requirements_;
};

class FieldSelector {
public:
    FieldSelector() = default;
    /// "spec.nodeName=a,status.phase!=Failed". Throws a 400 for what `resource` does not have.
    FieldSelector(const Resource& resource, const std::string& text);
    bool matches(const Resource& resource, const Json& object) const;
    bool empty() const { return terms_.empty(); }
    void require(std::string field, std::string value);
    /// The value that objects must have in `field` to match; empty: any.
    std::string required(const std::string& field) const;

private:
    struct Term {
        std::string field, value;
        bool equal = true;
    };
    std::vector<Term> terms_;
};

struct Selection {
    LabelSelector labels;
    FieldSelector fields;
    bool empty() const { return labels.empty() && fields.empty(); }
    bool matches(const Resource& resource, const Json& object) const;
};

/// metav1.LabelSelector as text, as Scale.status.selector has it: "app=x,tier in (a,b)".
std::string label_selector_text(const Json& selector);

}  // namespace kcheck::reference::apiserver
