#include "reference/apiserver/defaults.hpp"

#include <stdexcept>
#include <unordered_map>

#include "reference/apiserver/defaults_kinds.hpp"
#include "reference/apiserver/defaults_pod.hpp"

namespace kcheck::reference::apiserver {

namespace {

using kubernetes::Field;
using kubernetes::Type;

/// What the tables say, parsed.
const std::unordered_map<const Field*, Json>& default_values() {
    static const auto all = [] {
        std::unordered_map<const Field*, Json> values;
        for (const Type& type : kubernetes::schema().types())
            for (const Field& field : type.fields)
                if (!field.default_value.empty()) values.emplace(&field, Json::parse(field.default_value));
        return values;
    }();
    return all;
}

const std::unordered_map<const Type*, TypeDefaults>& functions() {
    static const auto all = [] {
        std::unordered_map<const Type*, TypeDefaults> found;
        for (const auto& part : {pod_defaults(), kind_defaults(), stored_defaults()})
            for (const auto& [name, function] : part) {
                const Type* type = kubernetes::schema().type(name);
                if (type == nullptr) throw std::logic_error("defaults of no type: " + std::string(name));
                found.emplace(type, function);
            }
        return found;
    }();
    return all;
}

void set_below(const Field& field, Json& value) {
    if (field.type == nullptr) return;
    if (field.shape == Field::Shape::one)
        set_defaults(*field.type, value);
    else if (value.is_structured())
        for (Json& each : value) set_defaults(*field.type, each);
}

}  // namespace

void set_defaults(const Type& type, Json& object) {
    if (!object.is_object()) return;
    for (const Field& field : type.fields) {
        if (field.default_value.empty()) continue;
        Json& place = object[std::string(field.name)];
        if (place.is_null()) place = default_values().at(&field);
    }
    if (const auto function = functions().find(&type); function != functions().end())
        function->second(object);
    for (auto& [name, value] : object.items())
        if (const Field* field = type.field(name)) set_below(*field, value);
}

void set_defaults(const Resource& resource, Json& object) {
    if (const Type* type = kubernetes::schema().kind(resource.api_version(), resource.kind))
        set_defaults(*type, object);
}

}  // namespace kcheck::reference::apiserver
