// Label selectors: metav1.LabelSelector, the text of `kubectl get -l`, and the requirements of node
// affinity, which are the same and compare integers as well.
// Source: apimachinery pkg/labels/selector.go, pkg/apis/meta/v1/helpers.go (LabelSelectorAsSelector).
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "kubernetes/tree.hpp"

namespace kcheck::kubernetes {

/// labels.Requirement
struct Requirement {
    enum class Operator : std::uint8_t { in, not_in, exists, does_not_exist, greater, less };

    std::string key;
    Operator op = Operator::in;
    std::vector<std::string> values = {};
    /// Written as `=` or `!=`, which shows in to_string only.
    bool exact = false;

    /// Whether it holds of an object's label; none: the object has no such label.
    bool matches(std::optional<std::string_view> label) const;
    std::string to_string() const;
    friend bool operator==(const Requirement&, const Requirement&) = default;
};

/// "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt".
std::optional<Requirement::Operator> operator_of(std::string_view word);

/// Requirements that all must hold, ordered by key; without any it selects everything.
class LabelSelector {
public:
    LabelSelector() = default;
    explicit LabelSelector(std::vector<Requirement> requirements);

    /// Equality- and set-based: "app=x,tier!=y,env in (a,b),!old,cpu>4". The error is kube-apiserver's.
    static tl::expected<LabelSelector, std::string> parse(std::string_view text);
    /// Of a metav1.LabelSelector, valid or not: an unknown operator never holds.
    static LabelSelector of(const Value& label_selector);

    /// `label_of` gives an object's label by its key, as Requirement::matches takes it.
    template <typename LabelOf>
    bool matches_by(LabelOf&& label_of) const {
        return !never_ && std::all_of(requirements_.begin(), requirements_.end(),
                                      [&](const Requirement& one) { return one.matches(label_of(one.key)); });
    }
    bool matches(const std::map<std::string, std::string>& labels) const;
    /// The labels as a map of a tree.
    bool matches(const Value& labels) const;

    bool empty() const { return requirements_.empty() && !never_; }
    const std::vector<Requirement>& requirements() const { return requirements_; }
    /// As Scale.status.selector has it: "app=x,tier in (a,b)".
    std::string to_string() const;

private:
    std::vector<Requirement> requirements_;
    bool never_ = false;
};

}  // namespace kcheck::kubernetes
