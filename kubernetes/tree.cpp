#include "kubernetes/tree.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "kubernetes/text.hpp"

namespace kcheck::kubernetes {

const Value* Value::find(std::string_view key) const {
    for (const Member& member : members)
        if (member.key == key) return member.value.is(Kind::null) ? nullptr : &member.value;
    return nullptr;
}

const Value& Value::at(std::string_view key) const {
    static const Value null;
    const Value* found = find(key);
    return found == nullptr ? null : *found;
}

std::size_t Value::size() const {
    std::size_t total = 1;
    for (const Value& item : items) total += item.size();
    for (const Member& member : members) total += member.value.size();
    return total;
}

namespace {

/// A string as Go's encoding/json writes it, HTML left alone.
std::string json_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out.append(1, '\\').append(1, c);
        else if (c == '\n')
            out += "\\n";
        else if (byte < 0x20)
            out += fmt::format("\\u{:04x}", byte);
        else
            out += c;
    }
    return out + '"';
}

}  // namespace

std::string json_text(const Value& value) {
    switch (value.kind) {
        case Value::Kind::null: return "null";
        case Value::Kind::boolean:
        case Value::Kind::integer:
        case Value::Kind::number: return value.text;
        case Value::Kind::string: return json_string(value.text);
        case Value::Kind::list: {
            std::string out;
            for (const Value& item : value.items) out += (out.empty() ? "" : ",") + json_text(item);
            return "[" + out + "]";
        }
        case Value::Kind::map: break;
    }
    std::vector<const Member*> members;
    for (const Member& member : value.members) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const Member* a, const Member* b) { return a->key < b->key; });
    std::string out;
    for (const Member* member : members)
        out += (out.empty() ? "" : ",") + json_string(member->key) + ":" + json_text(member->value);
    return "{" + out + "}";
}

std::string describe(const Value& value) {
    switch (value.kind) {
        case Value::Kind::null: return "null";
        case Value::Kind::boolean: return "boolean " + value.text;
        case Value::Kind::integer: return "integer " + value.text;
        case Value::Kind::number: return "number " + value.text;
        case Value::Kind::string: return "string " + quote(value.text);
        case Value::Kind::list: return "a list";
        case Value::Kind::map: return "a map";
    }
    return {};
}

namespace {

/// Cuts the first segment off a path: `a.b[0]` -> a; `[0].c` -> 0; `[nvidia.com/gpu]` -> its key.
std::string_view take_segment(std::string_view& path) {
    std::string_view segment;
    if (path.front() == '[') {
        const std::size_t end = path.find(']');
        segment = path.substr(1, end - 1);
        path.remove_prefix(end + 1);
    } else {
        segment = path.substr(0, path.find_first_of(".["));
        path.remove_prefix(segment.size());
    }
    if (!path.empty() && path.front() == '.') path.remove_prefix(1);
    return segment;
}

}  // namespace

Place place_of_field(const Value& root, std::string_view path) {
    const Value* at = &root;
    Place key_place = root.place;
    while (!path.empty()) {
        const std::string_view segment = take_segment(path);
        const Value* next = nullptr;
        if (at->is(Value::Kind::list)) {
            std::size_t index = 0;
            std::from_chars(segment.data(), segment.data() + segment.size(), index);
            if (index < at->items.size()) {
                next = &at->items[index];
                key_place = next->place;
            }
        } else {
            for (const Member& member : at->members) {
                if (member.key != segment || member.value.is(Value::Kind::null)) continue;
                next = &member.value;
                key_place = member.key_place;
            }
        }
        if (next == nullptr) return key_place;
        at = next;
    }
    return at->place;
}

namespace {

std::optional<std::string> difference(const Value& a, const Value& b, const std::string& path) {
    const auto member_path = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
    if (a.kind != b.kind || a.text != b.text) return path;
    if (a.items.size() != b.items.size()) return path;
    for (std::size_t i = 0; i < a.items.size(); ++i)
        if (auto found = difference(a.items[i], b.items[i], fmt::format("{}[{}]", path, i))) return found;
    for (const Member& member : a.members) {
        if (member.value.is(Value::Kind::null)) continue;
        const Value* other = b.find(member.key);
        if (other == nullptr) return member_path(member.key);
        if (auto found = difference(member.value, *other, member_path(member.key))) return found;
    }
    for (const Member& member : b.members)
        if (!member.value.is(Value::Kind::null) && a.find(member.key) == nullptr)
            return member_path(member.key);
    return std::nullopt;
}

}  // namespace

std::string first_difference(const Value& a, const Value& b) { return difference(a, b, "").value_or(""); }

}  // namespace kcheck::kubernetes
