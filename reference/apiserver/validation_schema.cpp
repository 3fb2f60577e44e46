#include "reference/apiserver/validation_schema.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reference/apiserver/validation_names.hpp"
#include "reference/apiserver/validation_pod.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

using kubernetes::Field;
using kubernetes::Type;

class Walk {
public:
    explicit Walk(ValidationErrors& errors) : errors_(errors) {}

    void fields(const Type& type, const Json& object, const std::string& path) {
        for (const Field& field : type.fields) {
            if (field.name == "metadata" || (type.is_kind && is_left_out(field))) continue;
            one_field(field, member(object, field.name), join(path, field.name));
        }
    }

private:
    static bool is_left_out(const Field& field) {
        return field.name == "apiVersion" || field.name == "kind" || field.name == "status";
    }

    void one_field(const Field& field, const Json& value, const std::string& path) {
        if (value.is_null()) return absent(field, path);
        if (field.shape == Field::Shape::one) return element(field, value, path);
        if (!value.is_structured()) return;
        for (const auto& [key, each] : value.items()) element(field, each, keyed(path, key));
    }

    /// In Go it is the zero value of its type.
    void absent(const Field& field, const std::string& path) {
        if (field.shape != Field::Shape::one) return;
        const bool structure = field.element == Field::Element::structure;
        if (structure && !field.pointer) {
            if (field.required) element(field, Json::object(), path);
            return;
        }
        const bool number = field.element == Field::Element::int32 || field.element == Field::Element::int64;
        if (number && !field.pointer) return bounds(field, 0, path);
        if (field.required && field.element != Field::Element::boolean) errors_.required(path);
    }

    void element(const Field& field, const Json& value, const std::string& path) {
        if (field.type != nullptr) return structure(*field.type, value, path);
        if (value.is_number_integer()) return bounds(field, value.get<std::int64_t>(), path);
        if (!value.is_string()) return;
        const auto& text = value.get_ref<const std::string&>();
        if (text.empty()) {
            if (field.required && field.shape == Field::Shape::one) errors_.required(path);
        } else if (const auto& words = field.words;
                   !words.empty() && std::find(words.begin(), words.end(), text) == words.end()) {
            errors_.not_supported(path, value, words);
        }
    }

    void structure(const Type& type, const Json& value, const std::string& path) {
        if (type.package == "core" && type.name == "PodTemplateSpec")
            validate_pod_template(value, path, errors_);
        else if (type.package == "meta" && type.name == "LabelSelector")
            validate_label_selector(value, path, errors_);
        else
            fields(type, value, path);
    }

    void bounds(const Field& field, std::int64_t value, const std::string& path) {
        if (field.minimum && value < *field.minimum)
            errors_.invalid(path, value, fmt::format("must be greater than or equal to {}", *field.minimum));
        else if (field.maximum && value > *field.maximum)
            errors_.invalid(path, value, fmt::format("must be less than or equal to {}", *field.maximum));
    }

    ValidationErrors& errors_;
};

void compare(const Type& type, const Json& object, const Json& old, const std::string& path,
             ValidationErrors& errors) {
    for (const Field& field : type.fields) {
        if (!field.immutable || member(old, field.name).is_null()) continue;
        errors.immutable(path, object, old, field.name);
    }
}

}  // namespace

void validate_by_schema(const Type& kind, const Json& object, ValidationErrors& errors) {
    Walk(errors).fields(kind, object, {});
}

void validate_immutable_fields(const Type& kind, const Json& object, const Json& old,
                               ValidationErrors& errors) {
    compare(kind, object, old, {}, errors);
    const Field* spec = kind.field("spec");
    if (spec != nullptr && spec->type != nullptr)
        compare(*spec->type, member(object, "spec"), member(old, "spec"), "spec", errors);
}

}  // namespace kcheck::reference::apiserver
