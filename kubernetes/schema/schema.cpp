#include "kubernetes/schema/schema.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <tuple>

#include "kubernetes/schema/tables.hpp"

namespace kcheck::kubernetes {

namespace {

using Element = Field::Element;
using Shape = Field::Shape;

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// What is before the next `end`, which is taken too.
std::string_view take_until(std::string_view& text, std::string_view end) {
    const auto at = text.find(end);
    const auto taken = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
    return taken;
}

[[noreturn]] void fail(std::string_view what, std::string_view where) {
    throw std::invalid_argument("schema: " + std::string(what) + ": " + std::string(where));
}

std::optional<Element> basic_element(std::string_view name) {
    struct Basic {
        std::string_view name;
        Element element;
    };
    static constexpr std::array<Basic, 11> basics = {{
        {"string", Element::string},
        {"bool", Element::boolean},
        {"int32", Element::int32},
        {"int64", Element::int64},
        {"float64", Element::number},
        {"[]byte", Element::bytes},
        {"Quantity", Element::quantity},
        {"IntOrString", Element::int_or_string},
        {"Time", Element::time},
        {"MicroTime", Element::micro_time},
        {"any", Element::any},
    }};
    for (const Basic& basic : basics)
        if (basic.name == name) return basic.element;
    return std::nullopt;
}

std::int64_t bound_of(std::string_view flag) {
    std::int64_t value = 0;
    const auto* end = flag.data() + flag.size();
    if (std::from_chars(flag.data() + 2, end, value).ptr != end) fail("no number", flag);
    return value;
}

void read_flag(Field& field, std::string_view flag) {
    if (flag == "required") {
        field.required = true;
    } else if (flag == "immutable") {
        field.immutable = true;
    } else if (flag == "retainKeys") {
        field.retains_keys = true;
    } else if (flag == "merge" || flag.starts_with("merge=")) {
        field.merges = true;
        field.merge_key = flag.substr(std::min<std::size_t>(flag.size(), 6));
    } else if (flag.starts_with(">=")) {
        field.minimum = bound_of(flag);
    } else if (flag.starts_with("<=")) {
        field.maximum = bound_of(flag);
    } else if (flag.starts_with("=")) {
        field.default_value = flag.substr(1);
    } else {
        fail("unknown flag", flag);
    }
}

/// The words of a line, and the description after " | ".
struct Line {
    explicit Line(std::string_view text) {
        auto facts = take_until(text, " | ");
        description = text;
        while (!facts.empty())
            if (const auto word = take_until(facts, " "); !word.empty()) words.push_back(word);
    }
    std::vector<std::string_view> words;
    std::string_view description;
};

Field read_field(std::string_view text) {
    const Line line(text);
    if (line.words.size() < 2) fail("no type", text);
    Field field;
    field.name = line.words[0];
    field.declared = line.words[1];
    field.description = line.description;
    for (std::size_t i = 2; i < line.words.size(); ++i) read_flag(field, line.words[i]);
    return field;
}

auto key_of(const Type& type) { return std::tie(type.package, type.name); }

}  // namespace

const Field* Type::field(std::string_view field_name) const {
    const auto found = std::lower_bound(fields.begin(), fields.end(), field_name,
                                        [](const Field& a, std::string_view b) { return a.name < b; });
    return found == fields.end() || found->name != field_name ? nullptr : &*found;
}

std::string Type::definition() const { return std::string(definitions) + "." + std::string(name); }

std::string Field::go_type() const {
    std::string_view rest = declared;
    take_prefix(rest, "*");
    std::string result;
    if (take_prefix(rest, "map[string]")) result = "map[string]";
    if (rest != "[]byte" && take_prefix(rest, "[]")) result += "[]";
    const auto last = rest.substr(rest.find('.') + 1);
    if (type != nullptr) {
        const auto slash = type->api_version.find('/');
        return result + std::string(type->api_version.substr(slash + 1)) + "." + std::string(last);
    }
    switch (element) {
        case Element::string: return result + (rest == "string" ? "string" : "v1." + std::string(last));
        case Element::quantity: return result + "resource.Quantity";
        case Element::int_or_string: return result + "intstr.IntOrString";
        case Element::time: return result + "v1.Time";
        case Element::micro_time: return result + "v1.MicroTime";
        case Element::bytes: return result + "[]uint8";
        case Element::any: return result + "runtime.RawExtension";
        default: return result + std::string(rest);
    }
}

Schema::Schema(std::span<const std::string_view> tables) {
    for (const auto table : tables) read(table);
    std::sort(types_.begin(), types_.end(),
              [](const Type& a, const Type& b) { return key_of(a) < key_of(b); });
    for (Type& type : types_) {
        std::sort(type.fields.begin(), type.fields.end(),
                  [](const Field& a, const Field& b) { return a.name < b.name; });
        for (Field& field : type.fields) resolve(type, field);
    }
}

void Schema::read(std::string_view table) {
    Type package;
    while (!table.empty()) {
        const auto text = take_until(table, "\n");
        if (text.empty()) continue;
        if (text.starts_with(' ')) {
            if (types_.empty() || types_.back().package != package.package) fail("field of no type", text);
            types_.back().fields.push_back(read_field(text));
            continue;
        }
        const Line line(text);
        const auto& words = line.words;
        if (words[0] == "package" && words.size() == 4) {
            package.package = words[1];
            package.definitions = words[2];
            package.api_version = words[3];
        } else if (words[0] == "string" && words.size() > 1) {
            words_.push_back({package.package, words[1], {words.begin() + 2, words.end()}});
            for (auto& word : words_.back().words)
                if (word == R"("")") word = {};
        } else if ((words[0] == "kind" || words[0] == "type") && words.size() == 2) {
            Type type = package;
            type.name = words[1];
            type.description = line.description;
            type.is_kind = words[0] == "kind";
            types_.push_back(std::move(type));
        } else {
            fail("not understood", text);
        }
    }
}

void Schema::resolve(const Type& type, Field& field) const {
    std::string_view rest = field.declared;
    field.pointer = take_prefix(rest, "*");
    if (take_prefix(rest, "map[string]"))
        field.shape = Shape::map;
    else if (rest != "[]byte" && take_prefix(rest, "[]"))
        field.shape = Shape::list;
    if (const auto element = basic_element(rest)) {
        field.element = *element;
        return;
    }
    const auto dot = rest.find('.');
    const auto package = dot == std::string_view::npos ? type.package : rest.substr(0, dot);
    const auto name = dot == std::string_view::npos ? rest : rest.substr(dot + 1);
    field.type = find(package, name);
    if (field.type != nullptr) return;
    const Words* found = find_words(package, name);
    if (found == nullptr) fail("no such type", rest);
    field.element = Element::string;
    field.words = found->words;
}

const Schema::Words* Schema::find_words(std::string_view package, std::string_view name) const {
    const auto found = std::find_if(words_.begin(), words_.end(), [&](const Words& candidate) {
        return candidate.package == package && candidate.name == name;
    });
    return found == words_.end() ? nullptr : &*found;
}

const Type* Schema::find(std::string_view package, std::string_view name) const {
    const auto wanted = std::tie(package, name);
    const auto found = std::lower_bound(types_.begin(), types_.end(), wanted,
                                        [](const Type& a, const auto& b) { return key_of(a) < b; });
    return found == types_.end() || key_of(*found) != wanted ? nullptr : &*found;
}

const Type* Schema::type(std::string_view qualified) const {
    const auto dot = qualified.find('.');
    return dot == std::string_view::npos ? nullptr
                                         : find(qualified.substr(0, dot), qualified.substr(dot + 1));
}

std::span<const std::string_view> Schema::words(std::string_view qualified) const {
    const auto dot = std::min(qualified.find('.'), qualified.size());
    const Words* found =
        find_words(qualified.substr(0, dot), qualified.substr(std::min(dot + 1, qualified.size())));
    if (found == nullptr) fail("no such type", qualified);
    return found->words;
}

const Type* Schema::kind(std::string_view api_version, std::string_view name) const {
    const auto found = std::find_if(types_.begin(), types_.end(), [&](const Type& candidate) {
        return candidate.is_kind && candidate.name == name && candidate.api_version == api_version;
    });
    return found == types_.end() ? nullptr : &*found;
}

const Schema& schema() {
    static const Schema all(tables());
    return all;
}

}  // namespace kcheck::kubernetes
