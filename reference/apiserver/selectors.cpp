#include "reference/apiserver/selectors.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "reference/apiserver/status_error.hpp"

namespace kcheck::reference::apiserver {

namespace {

using Operator = LabelRequirement::Operator;

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
    throw bad_request(fmt::format("unable to parse requirement: {}: {}", in_quotes(text), why));
}

/// labels.Lexer and labels.Parser.
class LabelParser {
public:
    explicit LabelParser(const std::string& text) : text_(text) {}

    std::vector<LabelRequirement> parse() {
        std::vector<LabelRequirement> result;
        skip_spaces();
        if (at_end()) return result;
        for (;;) {
            result.push_back(requirement());
            skip_spaces();
            if (at_end()) return result;
            if (!take(",")) refuse(text_, "found unexpected text, expected: ',' or the end");
        }
    }

private:
    bool at_end() const { return next_ >= text_.size(); }
    void skip_spaces() {
        while (!at_end() && (text_[next_] == ' ' || text_[next_] == '\t')) ++next_;
    }
    bool take(std::string_view token) {
        skip_spaces();
        if (!std::string_view(text_).substr(next_).starts_with(token)) return false;
        next_ += token.size();
        return true;
    }
    static bool is_special(char c) {
        return std::string_view("=!(),<> \t").find(c) != std::string_view::npos;
    }
    std::string word() {
        skip_spaces();
        const auto begin = next_;
        while (!at_end() && !is_special(text_[next_])) ++next_;
        return text_.substr(begin, next_ - begin);
    }
    std::string key() {
        auto result = word();
        if (result.empty()) refuse(text_, "found no label key");
        return result;
    }

    LabelRequirement requirement() {
        if (take("!")) return {key(), Operator::does_not_exist};
        LabelRequirement result{key(), Operator::exists};
        skip_spaces();
        if (at_end() || text_[next_] == ',') return result;
        if (take("==") || take("=")) {
            result.op = Operator::in;
            result.values = {word()};
        } else if (take("!=")) {
            result.op = Operator::not_in;
            result.values = {word()};
        } else if (take(">")) {
            result = number(std::move(result.key), Operator::greater);
        } else if (take("<")) {
            result = number(std::move(result.key), Operator::less);
        } else {
            const auto op = word();
            if (op != "in" && op != "notin")
                refuse(text_, "found '" + op + "', expected: in, notin, =, ==, !=, gt, lt");
            result.op = op == "in" ? Operator::in : Operator::not_in;
            result.values = set();
        }
        return result;
    }

    LabelRequirement number(std::string key, Operator op) {
        LabelRequirement result{std::move(key), op, {word()}};
        const auto& digits = result.values.front();
        std::int64_t value = 0;
        const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size())
            refuse(text_, "for 'Gt', 'Lt' operators, the value must be an integer");
        return result;
    }

    std::vector<std::string> set() {
        if (!take("(")) refuse(text_, "expected: '('");
        std::vector<std::string> values;
        do values.push_back(word());
        while (take(","));
        if (!take(")")) refuse(text_, "expected: ',' or ')'");
        return values;
    }

    const std::string& text_;
    std::size_t next_ = 0;
};

std::optional<std::int64_t> to_number(const std::string& text) {
    std::int64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
    return value;
}

bool holds(const LabelRequirement& requirement, const Json& labels) {
    const auto found = labels.is_object() ? labels.find(requirement.key) : labels.end();
    const bool has = labels.is_object() && found != labels.end() && found->is_string();
    const auto in_values = [&] {
        return has && std::ranges::find(requirement.values, found->get_ref<const std::string&>()) !=
                          requirement.values.end();
    };
    switch (requirement.op) {
        case Operator::in: return in_values();
        case Operator::not_in: return !in_values();
        case Operator::exists: return has;
        case Operator::does_not_exist: return !has;
        case Operator::greater:
        case Operator::less: {
            const auto value = has ? to_number(found->get_ref<const std::string&>()) : std::nullopt;
            const auto bound = to_number(requirement.values.front());
            return value && (requirement.op == Operator::greater ? *value > *bound : *value < *bound);
        }
    }
    return false;
}

std::map<std::string, std::string> fields_of(const Resource& resource, const Json& object) {
    std::map<std::string, std::string> result;
    if (resource.fields) result = resource.fields(object);
    result["metadata.name"] = string_at(object, "/metadata/name");
    if (resource.namespaced) result["metadata.namespace"] = string_at(object, "/metadata/namespace");
    return result;
}

}  // namespace

LabelSelector::LabelSelector(const std::string& text) : requirements_(LabelParser(text).parse()) {}

bool LabelSelector::matches(const Json& labels) const {
    return std::ranges::all_of(
        requirements_, [&](const LabelRequirement& requirement) { return holds(requirement, labels); });
}

FieldSelector::FieldSelector(const Resource& resource, const std::string& text) {
    const auto known = fields_of(resource, Json::object());
    std::size_t begin = 0;
    while (begin < text.size()) {
        const auto end = std::min(text.find(',', begin), text.size());
        const auto part = text.substr(begin, end - begin);
        begin = end + 1;
        if (part.empty()) continue;
        const auto sign = part.find('=');
        if (sign == std::string::npos || sign == 0)
            throw bad_request(fmt::format("invalid selector: '{}'; can't understand '{}'", text, part));
        const bool equal = part[sign - 1] != '!';
        const bool twice = equal && sign + 1 < part.size() && part[sign + 1] == '=';
        Term term{part.substr(0, equal ? sign : sign - 1), part.substr(sign + (twice ? 2 : 1)), equal};
        if (!known.contains(term.field))
            throw bad_request(fmt::format(
                "Unable to find {} that match label selector \"\", field selector {}: field label not "
                "supported: {}",
                in_quotes(resource.group + "/" + resource.version + ", Resource=" + resource.plural),
                in_quotes(text), term.field));
        terms_.push_back(std::move(term));
    }
}

bool FieldSelector::matches(const Resource& resource, const Json& object) const {
    if (terms_.empty()) return true;
    const auto fields = fields_of(resource, object);
    return std::ranges::all_of(terms_, [&](const Term& term) {
        const auto found = fields.find(term.field);
        return (found != fields.end() && found->second == term.value) == term.equal;
    });
}

void FieldSelector::require(std::string field, std::string value) {
    terms_.push_back({std::move(field), std::move(value), true});
}

std::string FieldSelector::required(const std::string& field) const {
    for (const auto& term : terms_)
        if (term.equal && term.field == field) return term.value;
    return {};
}

bool Selection::matches(const Resource& resource, const Json& object) const {
    if (empty()) return true;
    if (!labels.empty()) {
        const auto metadata = object.find("metadata");
        static const Json none;
        const auto has = metadata != object.end() && metadata->is_object() && metadata->contains("labels");
        if (!labels.matches(has ? metadata->at("labels") : none)) return false;
    }
    return fields.matches(resource, object);
}

std::string label_selector_text(const Json& selector) {
    std::vector<std::string> parts;
    const Json& labels = at(selector, "/matchLabels");
    if (labels.is_object())
        for (const auto& [key, value] : labels.items())
            if (value.is_string()) parts.push_back(key + "=" + value.get<std::string>());
    const Json& expressions = at(selector, "/matchExpressions");
    if (expressions.is_array())
        for (const auto& expression : expressions) {
            const auto key = string_at(expression, "/key");
            const auto op = string_at(expression, "/operator");
            std::vector<std::string> values;
            const Json& listed = at(expression, "/values");
            if (listed.is_array())
                for (const auto& value : listed)
                    if (value.is_string()) values.push_back(value.get<std::string>());
            std::ranges::sort(values);
            if (op == "Exists") parts.push_back(key);
            if (op == "DoesNotExist") parts.push_back("!" + key);
            if (op == "In") parts.push_back(fmt::format("{} in ({})", key, fmt::join(values, ",")));
            if (op == "NotIn") parts.push_back(fmt::format("{} notin ({})", key, fmt::join(values, ",")));
        }
    return fmt::format("{}", fmt::join(parts, ","));
}

}  // namespace kcheck::reference::apiserver
