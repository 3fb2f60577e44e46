#include "reference/apiserver/types_decode.hpp"

#include <limits>
#include <stdexcept>

#include "reference/apiserver/types_quantity.hpp"
#include "reference/base/base64.hpp"
#include "reference/base/environment.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

using kubernetes::Field;
using kubernetes::Type;
using Shape = Field::Shape;
using Element = Field::Element;

/// What Go calls the value in an UnmarshalTypeError.
std::string value_name(const Json& value) {
    switch (value.type()) {
        case Json::value_t::object: return "object";
        case Json::value_t::array: return "array";
        case Json::value_t::string: return "string";
        case Json::value_t::boolean: return "bool";
        default: return "number";
    }
}

bool fits(const Json& value, std::int64_t low, std::int64_t high) {
    if (value.is_number_unsigned()) return value.get<std::uint64_t>() <= static_cast<std::uint64_t>(high);
    return value.get<std::int64_t>() >= low && value.get<std::int64_t>() <= high;
}

/// Walks an object and keeps the first error, with the path that leads to it.
class Decoder {
public:
    std::optional<FieldError> check(const Type& type, const Json& object) {
        if (!object.is_object()) {
            fail("json: cannot unmarshal " + value_name(object) + " into Go value of type v1." +
                 std::string(type.name));
        } else {
            fields(type, object, {});
        }
        return error_;
    }

private:
    void fail(std::string message) { error_ = {"Decode", field_, std::move(message)}; }

    /// `struct_field` as Go writes it: the innermost struct, and the path from the outermost
    /// without indices.
    void mismatch(const Json& value, const std::string& struct_field, const std::string& type) {
        const bool says_number = value.is_number() && (type == "int32" || type == "int64");
        fail("json: cannot unmarshal " + value_name(value) + (says_number ? " " + json_text(value) : "") +
             " into Go struct field " + struct_field + " of type " + type);
    }

    void fields(const Type& type, const Json& object, const std::string& go_path) {
        const auto outer = field_;
        for (const auto& [name, value] : object.items()) {
            const Field* field = type.field(name);
            if (field == nullptr || value.is_null()) continue;
            field_ = outer.empty() ? name : outer + "." + name;
            one_field(type, *field, value, go_path + "." + name);
            if (error_) return;
        }
        field_ = outer;
    }

    void one_field(const Type& type, const Field& field, const Json& value, const std::string& go_path) {
        const auto struct_field = std::string(type.name) + go_path;
        auto go_type = field.go_type();
        if (field.shape == Shape::one) return element(field, go_type, value, struct_field, go_path);
        const bool list = field.shape == Shape::list;
        if (list ? !value.is_array() : !value.is_object()) return mismatch(value, struct_field, go_type);
        go_type = go_type.substr(go_type.find(']') + 1);
        const auto outer = field_;
        for (const auto& [key, each] : value.items()) {
            if (each.is_null()) continue;
            field_ = outer + "[" + key + "]";
            element(field, go_type, each, struct_field, go_path);
            if (error_) return;
        }
        field_ = outer;
    }

    void element(const Field& field, const std::string& go_type, const Json& value,
                 const std::string& struct_field, const std::string& go_path) {
        switch (field.element) {
            case Element::any: return;
            case Element::structure:
                if (!value.is_object()) return mismatch(value, struct_field, go_type);
                return fields(*field.type, value, go_path);
            case Element::boolean:
                if (!value.is_boolean()) mismatch(value, struct_field, go_type);
                return;
            case Element::int32:
                return integer(value, struct_field, go_type, std::numeric_limits<std::int32_t>::min(),
                               std::numeric_limits<std::int32_t>::max());
            case Element::int64:
                return integer(value, struct_field, go_type, std::numeric_limits<std::int64_t>::min(),
                               std::numeric_limits<std::int64_t>::max());
            case Element::number:
                if (!value.is_number()) mismatch(value, struct_field, go_type);
                return;
            case Element::int_or_string:
                if (value.is_string()) return;
                return integer(value, struct_field, "int32", std::numeric_limits<std::int32_t>::min(),
                               std::numeric_limits<std::int32_t>::max());
            case Element::quantity:
                if (!parse_quantity(value.is_string() ? value.get<std::string>() : json_text(value))) {
                    fail(quantity_format_error);
                }
                return;
            default: break;
        }
        if (!value.is_string()) return mismatch(value, struct_field, go_type);
        text(field, value.get_ref<const std::string&>());
    }

    void integer(const Json& value, const std::string& struct_field, const std::string& type,
                 std::int64_t low, std::int64_t high) {
        if (!value.is_number_integer() || !fits(value, low, high)) mismatch(value, struct_field, type);
    }

    /// A string that stands for something else.
    void text(const Field& field, const std::string& value) {
        if (field.element == Element::bytes && !base64_decode(value)) {
            return fail("illegal base64 data at input byte 0");
        }
        if (field.element != Element::time && field.element != Element::micro_time) return;
        try {
            from_rfc3339(value);
        } catch (const std::invalid_argument&) {
            const auto quoted = json_text(value);
            fail("parsing time " + quoted + " as \"2006-01-02T15:04:05Z07:00\": cannot parse " + quoted +
                 " as \"2006\"");
        }
    }

    std::string field_;
    std::optional<FieldError> error_;
};

/// What `null` is as an element of a list or map: Go's zero value.
Json zero(const Field& field) {
    switch (field.element) {
        case Element::structure: return Json::object();
        case Element::boolean: return false;
        case Element::int32:
        case Element::int64:
        case Element::number:
        case Element::int_or_string: return 0;
        case Element::quantity: return "0";
        case Element::any: return nullptr;
        default: return "";
    }
}

bool is_empty(const Field& field, const Json& value) {
    if (field.shape != Shape::one) return value.is_structured() && value.empty();
    if (field.pointer) return false;
    if (value.is_string()) return value.get_ref<const std::string&>().empty();
    if (value.is_number_integer()) return value == 0 && field.element != Element::int_or_string;
    return value.is_boolean() && !value.get<bool>();
}

void normalize_element(const Field& field, Json& value) {
    if (value.is_null()) {
        value = zero(field);
    } else if (field.element == Element::structure) {
        normalize(*field.type, value);
    } else if (field.element == Element::quantity) {
        const auto quantity = parse_quantity(value.is_string() ? value.get<std::string>() : json_text(value));
        if (quantity) value = canonical(*quantity);
    }
}

void collect_unknown(const Type& type, const Json& object, const std::string& path,
                     std::vector<std::string>& unknown) {
    if (!object.is_object()) return;
    for (const auto& [name, value] : object.items()) {
        const auto below = path.empty() ? name : path + "." + name;
        const Field* field = type.field(name);
        if (field == nullptr) {
            unknown.push_back("unknown field \"" + below + "\"");
            continue;
        }
        const Type* struct_type = field->type;
        if (struct_type == nullptr) continue;
        if (field->shape == Shape::one) {
            collect_unknown(*struct_type, value, below, unknown);
        } else if (value.is_structured()) {
            for (const auto& [key, each] : value.items()) {
                collect_unknown(*struct_type, each, below + "[" + key + "]", unknown);
            }
        }
    }
}

}  // namespace

std::optional<FieldError> decoding_error(const kubernetes::Type& type, const Json& object) {
    return Decoder().check(type, object);
}

void normalize(const kubernetes::Type& type, Json& object) {
    if (!object.is_object()) return;
    for (auto item = object.begin(); item != object.end();) {
        const Field* field = type.field(item.key());
        if (field == nullptr || item->is_null()) {
            item = object.erase(item);
            continue;
        }
        if (field->shape == Shape::one) {
            normalize_element(*field, *item);
        } else if (field->shape == Shape::list ? item->is_array() : item->is_object()) {
            for (auto& each : *item) normalize_element(*field, each);
        }
        item = !field->required && is_empty(*field, *item) ? object.erase(item) : std::next(item);
    }
}

std::vector<std::string> unknown_fields(const kubernetes::Type& type, const Json& object) {
    std::vector<std::string> unknown;
    collect_unknown(type, object, {}, unknown);
    return unknown;
}

}  // namespace kcheck::reference::apiserver
