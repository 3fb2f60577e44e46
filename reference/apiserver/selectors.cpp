#include "reference/apiserver/selectors.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "reference/apiserver/status_error.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

std::map<std::string, std::string> fields_of(const Resource& resource, const Json& object) {
    std::map<std::string, std::string> result;
    if (resource.fields) result = resource.fields(object);
    result["metadata.name"] = string_at(object, "/metadata/name");
    if (resource.namespaced) result["metadata.namespace"] = string_at(object, "/metadata/namespace");
    return result;
}

}  // namespace

kubernetes::LabelSelector parse_label_selector(const std::string& text) {
    auto selector = kubernetes::LabelSelector::parse(text);
    if (!selector) throw bad_request(selector.error());
    return *std::move(selector);
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
        if (!reference::matches(labels, member(member(object, "metadata"), "labels"))) return false;
    }
    return fields.matches(resource, object);
}

}  // namespace kcheck::reference::apiserver
