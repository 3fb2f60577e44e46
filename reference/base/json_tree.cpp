#include "reference/base/json_tree.hpp"

#include "reference/base/json_access.hpp"

namespace kcheck::reference {

using kubernetes::Value;

kubernetes::Value tree_of(const Json& value) {
    Value tree;
    switch (value.type()) {
        case Json::value_t::object:
            tree.kind = Value::Kind::map;
            tree.members.reserve(value.size());
            for (const auto& [key, each] : value.items()) tree.members.push_back({key, {}, tree_of(each)});
            return tree;
        case Json::value_t::array:
            tree.kind = Value::Kind::list;
            tree.items.reserve(value.size());
            for (const auto& each : value) tree.items.push_back(tree_of(each));
            return tree;
        case Json::value_t::string:
            tree.kind = Value::Kind::string;
            tree.text = value.get_ref<const std::string&>();
            return tree;
        case Json::value_t::boolean:
            tree.kind = Value::Kind::boolean;
            tree.integer = value.get<bool>() ? 1 : 0;
            tree.text = value.get<bool>() ? "true" : "false";
            return tree;
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
        case Json::value_t::number_float: {
            tree.text = json_text(value);
            const bool is_float = value.is_number_float();
            const bool is_huge = value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX;
            tree.kind = is_float || is_huge ? Value::Kind::number : Value::Kind::integer;
            if (tree.is(Value::Kind::integer)) tree.integer = value.get<std::int64_t>();
            return tree;
        }
        case Json::value_t::null:
        case Json::value_t::binary:
        case Json::value_t::discarded: return tree;
    }
    return tree;
}

Json json_of(const Value& value) {
    switch (value.kind) {
        case Value::Kind::null: return nullptr;
        case Value::Kind::boolean: return value.integer != 0;
        case Value::Kind::integer: return value.integer;
        case Value::Kind::string: return value.text;
        case Value::Kind::number: {
            // What is no number of JSON (".inf", a hexadecimal of 80 bits) is text.
            Json number = Json::parse(value.text, nullptr, /*allow_exceptions=*/false);
            return number.is_number() ? number : Json(value.text);
        }
        case Value::Kind::list: {
            Json list = Json::array();
            for (const Value& item : value.items) list.push_back(json_of(item));
            return list;
        }
        case Value::Kind::map: break;
    }
    Json map = Json::object();
    for (const kubernetes::Member& member : value.members) map[member.key] = json_of(member.value);
    return map;
}

}  // namespace kcheck::reference
