#include "reference/apiserver/tables_common.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include "reference/base/environment.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr std::int64_t minute = 60;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t year = 365 * day;

/// "2m30s": a count of units with what remains, unless that is nothing.
std::string with_rest(std::int64_t whole, char unit, std::int64_t rest, char rest_unit) {
    if (rest == 0) return fmt::format("{}{}", whole, unit);
    return fmt::format("{}{}{}{}", whole, unit, rest, rest_unit);
}

std::optional<Time> parsed(const std::string& text) {
    try {
        return from_rfc3339(text);
    } catch (const std::invalid_argument&) {
        return std::nullopt;
    }
}

std::string joined(const Json& list_owner, std::string_view list, std::string_view field) {
    std::string result;
    for (const auto& element : list_of(list_owner, list)) {
        if (!result.empty()) result += ",";
        result += text_of(element, field);
    }
    return result;
}

std::string requirement_text(const Json& requirement) {
    const auto key = text_of(requirement, "key");
    const auto op = text_of(requirement, "operator");
    if (op == "Exists") return key;
    if (op == "DoesNotExist") return "!" + key;
    std::string values;
    for (const auto& value : list_of(requirement, "values")) {
        if (!values.empty()) values += ",";
        if (value.is_string()) values += value.get_ref<const std::string&>();
    }
    return fmt::format("{} {} ({})", key, op == "In" ? "in" : "notin", values);
}

}  // namespace

std::string human_duration(std::int64_t seconds) {
    // Clocks may differ by up to two seconds before that is worth a word.
    if (seconds < -1) return "<invalid>";
    if (seconds < 0) return "0s";
    if (seconds < 2 * minute) return fmt::format("{}s", seconds);
    if (seconds < 10 * minute) return with_rest(seconds / minute, 'm', seconds % minute, 's');
    if (seconds < 3 * hour) return fmt::format("{}m", seconds / minute);
    if (seconds < 8 * hour) return with_rest(seconds / hour, 'h', seconds / minute % 60, 'm');
    if (seconds < 2 * day) return fmt::format("{}h", seconds / hour);
    if (seconds < 8 * day) return with_rest(seconds / day, 'd', seconds / hour % 24, 'h');
    if (seconds < 2 * year) return fmt::format("{}d", seconds / day);
    if (seconds < 8 * year) return with_rest(seconds / year, 'y', seconds / day % 365, 'd');
    return fmt::format("{}y", seconds / year);
}

std::string age(const Json& timestamp, const std::string& now) {
    const auto since = timestamp.is_string() ? parsed(timestamp.get<std::string>()) : std::nullopt;
    const auto until = parsed(now);
    if (!since || !until) return "<unknown>";
    return human_duration(std::chrono::duration_cast<std::chrono::seconds>(*until - *since).count());
}

std::string age_of(const Json& object, const std::string& now) {
    return age(member(member(object, "metadata"), "creationTimestamp"), now);
}

std::string object_name(const Json& object) { return text_of(member(object, "metadata"), "name"); }

std::string selector_text(const Json& selector) {
    std::string result;
    const auto add = [&](const std::string& part) {
        if (!result.empty()) result += ",";
        result += part;
    };
    for (const auto& [key, value] : map_of(selector, "matchLabels")) {
        add(key + "=" + (value.is_string() ? value.get<std::string>() : std::string()));
    }
    for (const auto& requirement : list_of(selector, "matchExpressions")) add(requirement_text(requirement));
    return or_none(result);
}

std::string container_names(const Json& pod_spec) { return joined(pod_spec, "containers", "name"); }
std::string container_images(const Json& pod_spec) { return joined(pod_spec, "containers", "image"); }

std::string or_none(const std::string& text) { return text.empty() ? "<none>" : text; }

TableColumn name_column() { return {"Name", "string", "name", "Name must be unique within a namespace.", 0}; }
TableColumn age_column() { return text_column("Age", "Time since the object was created."); }
TableColumn text_column(std::string name, std::string description, int priority) {
    return {std::move(name), "string", "", std::move(description), priority};
}
TableColumn number_column(std::string name, std::string description) {
    return {std::move(name), "integer", "", std::move(description), 0};
}

}  // namespace kcheck::reference::apiserver
