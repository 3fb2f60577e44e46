#include "reference/apiserver/request_options.hpp"

#include <charconv>

#include <fmt/format.h>

#include "reference/apiserver/status_error.hpp"
#include "reference/apiserver/types_decode.hpp"

namespace kcheck::reference::apiserver {

namespace {

[[noreturn]] void refuse(const std::string& kind, const FieldError& error) {
    throw invalid(kind, "meta.k8s.io", "", {error});
}

void require_all(const std::string& value, const std::string& kind) {
    if (value != "All")
        refuse(kind, {"FieldValueNotSupported", "dryRun",
                      fmt::format("Unsupported value: {}: supported values: \"All\"", in_quotes(value))});
}

template <class T>
std::optional<T> present(const Json& body, const char* key) {
    const auto found = body.find(key);
    return found == body.end() || found->is_null() ? std::nullopt : std::optional(found->get<T>());
}

DeleteOptions from_body(const Json& body) {
    DeleteOptions options;
    options.grace_seconds = present<std::int64_t>(body, "gracePeriodSeconds");
    options.orphan_dependents = present<bool>(body, "orphanDependents");
    options.propagation_policy = string_at(body, "/propagationPolicy");
    if (const Json& preconditions = at(body, "/preconditions"); preconditions.is_object()) {
        options.uid = present<std::string>(preconditions, "uid");
        options.resource_version = present<std::string>(preconditions, "resourceVersion");
    }
    return options;
}

DeleteOptions from_query(const Request& request) {
    DeleteOptions options;
    options.grace_seconds = integer(request, "gracePeriodSeconds");
    if (parameter(request, "orphanDependents")) options.orphan_dependents = flag(request, "orphanDependents");
    options.propagation_policy = parameter(request, "propagationPolicy").value_or("");
    return options;
}

void check_body(const Json& body) {
    const auto* type = kubernetes::schema().type("meta.DeleteOptions");
    if (!body.is_object()) throw bad_request("the body of a deletion is no DeleteOptions");
    const auto kind = string_at(body, "/kind", "DeleteOptions");
    if (kind != "DeleteOptions")
        throw bad_request(kind + " in the body of a deletion cannot be handled as a DeleteOptions");
    const auto error = type ? decoding_error(*type, body) : std::nullopt;
    if (error)
        throw bad_request("DeleteOptions in version \"v1\" cannot be handled as a DeleteOptions: " +
                          error->message);
}

}  // namespace

bool parse_dry_run(const Request& request, const std::string& options_kind) {
    const auto value = parameter(request, "dryRun");
    if (!value || value->empty()) return false;
    require_all(*value, options_kind);
    return true;
}

Selection parse_selection(const RequestInfo& info, const Request& request) {
    Selection selection;
    selection.labels = LabelSelector(parameter(request, "labelSelector").value_or(""));
    selection.fields = FieldSelector(*info.resource, parameter(request, "fieldSelector").value_or(""));
    if (!info.name.empty()) selection.fields.require("metadata.name", info.name);
    return selection;
}

std::optional<store::Revision> parse_resource_version(const Request& request) {
    const auto text = parameter(request, "resourceVersion").value_or("");
    if (text.empty()) return std::nullopt;
    store::Revision revision = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), revision);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || revision < 0)
        throw bad_request(
            fmt::format("resourceVersion: Invalid value: {}: strconv.ParseUint: parsing {}: invalid syntax",
                        in_quotes(text), in_quotes(text)));
    return revision;
}

ListOptions parse_list_options(const RequestInfo& info, const Request& request) {
    ListOptions options;
    options.selection = parse_selection(info, request);
    options.revision = parse_resource_version(request);
    options.limit = integer(request, "limit").value_or(0);
    options.continue_token = parameter(request, "continue").value_or("");
    const auto match = parameter(request, "resourceVersionMatch").value_or("");
    if (options.limit < 0)
        refuse("ListOptions",
               {"FieldValueInvalid", "limit",
                fmt::format("Invalid value: {}: must be greater than or equal to 0", options.limit)});
    if (!match.empty() && match != "Exact" && match != "NotOlderThan")
        refuse("ListOptions", {"FieldValueNotSupported", "resourceVersionMatch",
                               fmt::format("Unsupported value: {}: supported values: \"Exact\", "
                                           "\"NotOlderThan\"",
                                           in_quotes(match))});
    if (!match.empty() && (!options.revision || !options.continue_token.empty()))
        refuse("ListOptions",
               {"FieldValueForbidden", "resourceVersionMatch",
                "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided"});
    if (match == "Exact" && options.revision == 0)
        refuse("ListOptions",
               {"FieldValueForbidden", "resourceVersionMatch",
                "Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""});
    const bool positive = options.revision.value_or(0) > 0;
    options.exact = match == "Exact" || (match.empty() && positive && options.limit > 0);
    return options;
}

DeleteOptions parse_delete_options(const Json& body, const Request& request) {
    if (!body.is_null()) check_body(body);
    auto options = body.is_null() ? from_query(request) : from_body(body);
    const auto& policy = options.propagation_policy;
    if (options.orphan_dependents && !policy.empty())
        refuse("DeleteOptions",
               {"FieldValueInvalid", "propagationPolicy",
                fmt::format("Invalid value: {}: orphanDependents and deletionPropagation cannot "
                            "be both set",
                            in_quotes(policy))});
    if (!policy.empty() && policy != "Foreground" && policy != "Background" && policy != "Orphan")
        refuse("DeleteOptions",
               {"FieldValueNotSupported", "propagationPolicy",
                fmt::format(
                    "Unsupported value: {}: supported values: \"Foreground\", \"Background\", \"Orphan\", "
                    "\"nil\"",
                    in_quotes(policy))});
    return options;
}

bool parse_delete_dry_run(const Json& body, const Request& request) {
    if (body.is_object()) check_body(body);
    const Json& listed = at(body, "/dryRun");
    if (!listed.is_array() || listed.empty()) return parse_dry_run(request, "DeleteOptions");
    for (const auto& value : listed)
        require_all(value.is_string() ? value.get<std::string>() : "", "DeleteOptions");
    return true;
}

}  // namespace kcheck::reference::apiserver
