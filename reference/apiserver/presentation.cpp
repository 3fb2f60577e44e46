#include "reference/apiserver/presentation.hpp"

#include <algorithm>
#include <map>

#include "reference/apiserver/status_error.hpp"

namespace kcheck::reference::apiserver {

namespace {

struct MediaType {
    std::string name;
    std::map<std::string, std::string> parameters;
};

std::string trimmed(const std::string& text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find(separator, begin), text.size());
        parts.push_back(trimmed(text.substr(begin, end - begin)));
        begin = end + 1;
    }
    return parts;
}

/// In the order in which they are given; clients write what they prefer first.
std::vector<MediaType> parse_accept(const std::string& accept) {
    std::vector<MediaType> result;
    for (const auto& range : split(accept, ',')) {
        const auto parts = split(range, ';');
        MediaType type{parts.front(), {}};
        for (std::size_t i = 1; i < parts.size(); ++i) {
            const auto sign = parts[i].find('=');
            if (sign != std::string::npos)
                type.parameters[parts[i].substr(0, sign)] = parts[i].substr(sign + 1);
        }
        result.push_back(std::move(type));
    }
    return result;
}

bool is_json(const std::string& name) {
    return name.empty() || name == "application/json" || name == "application/*" || name == "*/*";
}

Json list_metadata(const ListResult& list) {
    Json metadata{{"resourceVersion", std::to_string(list.revision)}};
    if (!list.continue_token.empty()) metadata["continue"] = list.continue_token;
    if (list.remaining) metadata["remainingItemCount"] = *list.remaining;
    return metadata;
}

}  // namespace

Presentation::Presentation(const Request& request, std::string now) : now_(std::move(now)) {
    const auto found = request.query.find("includeObject");
    if (found != request.query.end() && !found->second.empty()) include_object_ = found->second;
    if (include_object_ != "None" && include_object_ != "Metadata" && include_object_ != "Object")
        throw bad_request("unrecognized includeObject value: " + in_quotes(include_object_));
    for (const auto& type : parse_accept(request.accept)) {
        if (!is_json(type.name)) continue;
        const auto parameter = [&](const char* name) {
            const auto value = type.parameters.find(name);
            return value == type.parameters.end() ? std::string{} : value->second;
        };
        const auto as = parameter("as");
        if (as.empty()) return;
        const auto version = parameter("v");
        if (parameter("g") != "meta.k8s.io" || (version != "v1" && version != "v1beta1")) continue;
        if (as != "Table" && as != "PartialObjectMetadata" && as != "PartialObjectMetadataList") continue;
        form_ = as == "Table" ? Form::table : Form::metadata;
        meta_version_ = "meta.k8s.io/" + version;
        return;
    }
    throw not_acceptable();
}

Json Presentation::object(const Resource& resource, const Json& object) const {
    // Errors and receipts are no objects of the resource.
    if (form_ == Form::whole || string_at(object, "/kind") != resource.kind) return object;
    if (form_ == Form::metadata) return partial(object);
    Json result =
        table(resource, {{"resourceVersion", string_at(object, "/metadata/resourceVersion")}}, true);
    result["rows"].push_back(row(resource, object));
    return result;
}

Json Presentation::list(const Resource& resource, const ListResult& list) const {
    auto metadata = list_metadata(list);
    if (form_ == Form::table) {
        Json result = table(resource, std::move(metadata), true);
        for (const auto& object : list.objects) result["rows"].push_back(row(resource, *object));
        return result;
    }
    const bool whole = form_ == Form::whole;
    Json result{{"kind", whole ? resource.kind + "List" : "PartialObjectMetadataList"},
                {"apiVersion", whole ? resource.api_version() : meta_version_},
                {"metadata", std::move(metadata)},
                {"items", Json::array()}};
    auto& items = result["items"].get_ref<Json::array_t&>();
    items.reserve(list.objects.size());
    for (const auto& object : list.objects) items.push_back(whole ? *object : partial(*object));
    return result;
}

Json Presentation::event(const Resource& resource, const std::string& type, const Json& object,
                         bool first) const {
    if (form_ == Form::whole) return object;
    if (form_ == Form::metadata) return partial(object);
    Json result =
        table(resource, {{"resourceVersion", string_at(object, "/metadata/resourceVersion")}}, first);
    if (type != "BOOKMARK") result["rows"].push_back(row(resource, object));
    return result;
}

Json Presentation::table(const Resource& resource, Json metadata, bool columns) const {
    Json result{{"kind", "Table"},
                {"apiVersion", meta_version_},
                {"metadata", std::move(metadata)},
                {"columnDefinitions", Json::array()},
                {"rows", Json::array()}};
    if (!columns) return result;
    for (const auto& column : resource.columns)
        result["columnDefinitions"].push_back({{"name", column.name},
                                               {"type", column.type},
                                               {"format", column.format},
                                               {"description", column.description},
                                               {"priority", column.priority}});
    return result;
}

Json Presentation::row(const Resource& resource, const Json& object) const {
    Json result{{"cells", resource.cells ? resource.cells(object, now_) : Json::array()}};
    if (include_object_ == "Metadata") result["object"] = partial(object);
    if (include_object_ == "Object") result["object"] = object;
    return result;
}

Json Presentation::partial(const Json& object) const {
    return {{"kind", "PartialObjectMetadata"},
            {"apiVersion", meta_version_},
            {"metadata", at(object, "/metadata")}};
}

}  // namespace kcheck::reference::apiserver
