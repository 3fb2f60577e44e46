#include "kubernetes/selectors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kubernetes/text.hpp"

namespace kcheck::kubernetes {

namespace {

using Operator = Requirement::Operator;

}  // namespace

bool Requirement::matches(std::optional<std::string_view> label) const {
    const auto listed = [&] {
        return label && std::find(values.begin(), values.end(), *label) != values.end();
    };
    switch (op) {
        case Operator::in: return listed();
        case Operator::not_in: return !listed();
        case Operator::exists: return label.has_value();
        case Operator::does_not_exist: return !label;
        case Operator::greater:
        case Operator::less: {
            if (!label || values.size() != 1) return false;
            const auto has = parse_integer(*label), bound = parse_integer(values.front());
            if (!has || !bound) return false;
            return op == Operator::greater ? *has > *bound : *has < *bound;
        }
    }
    return false;
}

std::string Requirement::to_string() const {
    std::vector<std::string> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const std::string list = fmt::format("{}", fmt::join(sorted, ","));
    switch (op) {
        case Operator::in: return exact ? key + "=" + list : fmt::format("{} in ({})", key, list);
        case Operator::not_in: return exact ? key + "!=" + list : fmt::format("{} notin ({})", key, list);
        case Operator::exists: return key;
        case Operator::does_not_exist: return "!" + key;
        case Operator::greater: return key + ">" + list;
        case Operator::less: return key + "<" + list;
    }
    return {};
}

std::optional<Operator> operator_of(std::string_view word) {
    if (word == "In") return Operator::in;
    if (word == "NotIn") return Operator::not_in;
    if (word == "Exists") return Operator::exists;
    if (word == "DoesNotExist") return Operator::does_not_exist;
    if (word == "Gt") return Operator::greater;
    if (word == "Lt") return Operator::less;
    return std::nullopt;
}

LabelSelector::LabelSelector(std::vector<Requirement> requirements) : requirements_(std::move(requirements)) {
    std::stable_sort(requirements_.begin(), requirements_.end(),
                     [](const Requirement& a, const Requirement& b) { return a.key < b.key; });
}

LabelSelector LabelSelector::of(const Value& label_selector) {
    std::vector<Requirement> requirements;
    bool never = false;
    for (const Member& label : label_selector.at("matchLabels").members)
        requirements.push_back({label.key, Operator::in, {label.value.text}, true});
    for (const Value& expression : label_selector.at("matchExpressions").items) {
        const auto op = operator_of(expression.at("operator").text);
        never = never || !op || *op == Operator::greater || *op == Operator::less;
        Requirement requirement{expression.at("key").text, op.value_or(Operator::in), {}};
        for (const Value& value : expression.at("values").items) requirement.values.push_back(value.text);
        requirements.push_back(std::move(requirement));
    }
    LabelSelector selector(std::move(requirements));
    selector.never_ = never;
    return selector;
}

bool LabelSelector::matches(const std::map<std::string, std::string>& labels) const {
    return matches_by([&](const std::string& key) -> std::optional<std::string_view> {
        const auto label = labels.find(key);
        if (label == labels.end()) return std::nullopt;
        return label->second;
    });
}

bool LabelSelector::matches(const Value& labels) const {
    std::map<std::string, std::string> texts;
    for (const Member& label : labels.members)
        if (!label.value.is(Value::Kind::null)) texts.emplace(label.key, label.value.text);
    return matches(texts);
}

std::string LabelSelector::to_string() const {
    std::string text;
    for (const Requirement& requirement : requirements_) {
        if (!text.empty()) text += ',';
        text += requirement.to_string();
    }
    return text;
}

}  // namespace kcheck::kubernetes
