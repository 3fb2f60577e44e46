// OpenAPI in protobuf: google/gnostic openapiv2/OpenAPIv2.proto gives the numbers.
#include "reference/apiserver/openapi.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

/// The bytes of one message. Empty texts and messages are written, too: their presence may matter.
class Message {
public:
    Message& text(unsigned number, std::string_view value) {
        varint(number << 3U | length_delimited);
        varint(value.size());
        bytes_.append(value);
        return *this;
    }
    Message& message(unsigned number, const Message& value) { return text(number, value.bytes_); }
    Message& flag(unsigned number, bool value) {
        varint(number << 3U);
        varint(value ? 1 : 0);
        return *this;
    }
    /// A text member of `object` that is there.
    Message& optional_text(unsigned number, const Json& object, std::string_view name) {
        if (const auto value = text_of(object, name); !value.empty()) text(number, value);
        return *this;
    }
    std::string take() { return std::move(bytes_); }

private:
    static constexpr std::uint64_t length_delimited = 2;

    void varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7U) bytes_ += static_cast<char>(value | 0x80U);
        bytes_ += static_cast<char>(value);
    }

    std::string bytes_;
};

Message named(std::string_view name, const Message& value) {
    return std::move(Message().text(1, name).message(2, value));
}

/// Members "x-...": each a NamedAny whose Any is YAML, of which JSON is a part.
void add_extensions(Message& message, unsigned number, const Json& object) {
    for (const auto& [name, value] : object.items()) {
        if (name.starts_with("x-")) message.message(number, named(name, Message().text(2, json_text(value))));
    }
}

Message schema_message(const Json& schema) {
    Message result;
    result.optional_text(1, schema, "$ref");
    result.optional_text(2, schema, "format");
    result.optional_text(4, schema, "description");
    for (const auto& name : list_of(schema, "required")) result.text(19, name.get<std::string>());
    if (const Json& values = member(schema, "additionalProperties"); !values.is_null()) {
        result.message(21, Message().message(1, schema_message(values)));
    }
    if (const auto type = text_of(schema, "type"); !type.empty()) result.message(22, Message().text(1, type));
    if (const Json& items = member(schema, "items"); !items.is_null()) {
        result.message(23, Message().message(1, schema_message(items)));
    }
    if (const Json& properties = member(schema, "properties"); !properties.is_null()) {
        Message all;
        for (const auto& [name, value] : properties.items()) {
            all.message(1, named(name, schema_message(value)));
        }
        result.message(25, all);
    }
    add_extensions(result, 31, schema);
    return result;
}

/// A query parameter, inside the three choices that lead to it.
Message parameter_message(const Json& parameter) {
    Message query;
    query.optional_text(2, parameter, "in");
    query.optional_text(3, parameter, "description");
    query.optional_text(4, parameter, "name");
    query.optional_text(6, parameter, "type");
    return std::move(Message().message(1, Message().message(2, Message().message(3, query))));
}

Message responses_message(const Json& responses) {
    Message result;
    for (const auto& [code, response] : responses.items()) {
        const auto description = Message().optional_text(1, response, "description");
        result.message(1, named(code, Message().message(1, description)));
    }
    return result;
}

Message operation_message(const Json& operation) {
    Message result;
    for (const auto& parameter : list_of(operation, "parameters")) {
        result.message(8, parameter_message(parameter));
    }
    result.message(9, responses_message(member(operation, "responses")));
    add_extensions(result, 13, operation);
    return result;
}

Message path_message(const Json& path) {
    static constexpr struct {
        const char* method;
        unsigned number;
    } methods[] = {{"put", 3}, {"post", 4}, {"patch", 8}};
    Message result;
    for (const auto& [method, number] : methods) {
        const Json& operation = member(path, method);
        if (!operation.is_null()) result.message(number, operation_message(operation));
    }
    return result;
}

}  // namespace

std::string encode_openapi_v2(const Json& document) {
    Message info;
    info.optional_text(1, member(document, "info"), "title");
    info.optional_text(2, member(document, "info"), "version");
    Message paths;
    for (const auto& [path, item] : member(document, "paths").items()) {
        paths.message(2, named(path, path_message(item)));
    }
    Message definitions;
    for (const auto& [name, definition] : member(document, "definitions").items()) {
        definitions.message(1, named(name, schema_message(definition)));
    }
    return Message()
        .optional_text(1, document, "swagger")
        .message(2, info)
        .message(8, paths)
        .message(9, definitions)
        .take();
}

}  // namespace kcheck::reference::apiserver
