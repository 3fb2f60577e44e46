// Which objects a list, a watch or a controller selects (apimachinery/pkg/labels and pkg/fields).
#pragma once

#include <string>
#include <vector>

#include "reference/apiserver/resource.hpp"
#include "reference/base/selectors.hpp"

namespace kcheck::reference::apiserver {

/// Throws a 400 StatusError for what is no label selector.
kubernetes::LabelSelector parse_label_selector(const std::string& text);

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
    kubernetes::LabelSelector labels;
    FieldSelector fields;
    bool empty() const { return labels.empty() && fields.empty(); }
    bool matches(const Resource& resource, const Json& object) const;
};

}  // namespace kcheck::reference::apiserver
