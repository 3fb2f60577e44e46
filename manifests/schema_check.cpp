#include "manifests/schema_check.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include <fmt/format.h>

#include "manifests/ground.hpp"

namespace kcheck::manifests {

namespace {

class Checker {
public:
    explicit Checker(const std::string& file) : file_(file) {}

    void object(const Value& value, const Schema& schema, const std::string& path) {
        for (const Member& member : value.members) {
            const std::string at = path.empty() ? member.key : path + "." + member.key;
            const auto field = std::find_if(schema.fields.begin(), schema.fields.end(),
                                            [&](const Field& f) { return f.name() == member.key; });
            if (field == schema.fields.end()) unknown(member, schema, at);
            // Kubernetes reads an explicit null as an absent field.
            if (member.value.is(Value::Kind::null)) continue;
            const std::size_t before = found_.size();
            check(member.value, *field, at);
            if (field->effect != Effect::decides || !says_something(member.value, *field)) continue;
            found_.resize(before);
            found_.push_back(left_out(field->left_out, file_, member.key_place, at));
        }
    }

    std::vector<LeftOut> take() { return std::move(found_); }

private:
    [[noreturn]] void fail(Place place, std::string message, std::string hint = "") const {
        throw Failure{{file_, place, std::move(message), std::move(hint)}};
    }

    [[noreturn]] void unknown(const Member& member, const Schema& schema, const std::string& at) const {
        std::vector<std::string_view> names;
        for (const Field& field : schema.fields) names.push_back(field.name());
        const std::string_view near = nearest(member.key, names);
        // Keys may be of any length and of any bytes.
        const bool plain = at.size() < 300 && std::all_of(at.begin(), at.end(), [](char c) {
                               return c > ' ' && c < 0x7F && c != '"' && c != '\\';
                           });
        fail(member.key_place, "unknown field " + (plain ? at : quote(at)),
             near.empty() ? "" : fmt::format("did you mean {}?", near));
    }

    [[noreturn]] void wrong_type(const Value& value, const std::string& at, std::string_view expected) const {
        const bool scalar =
            value.is(Value::Kind::boolean) || value.is(Value::Kind::integer) || value.is(Value::Kind::number);
        const bool quotes_help = expected == "a string" && scalar;
        fail(value.place, fmt::format("{}: expected {}, got {}", at, expected, describe(value)),
             quotes_help ? "quote it" : "");
    }

    void require(bool fits, const Value& value, const std::string& at, std::string_view expected) const {
        if (!fits) wrong_type(value, at, expected);
    }

    void integer(const Value& value, const std::string& at, std::int64_t least, std::int64_t most) const {
        // Digits that exceed 64 bits are still an integer to the reader of the message.
        const bool huge =
            value.is(Value::Kind::number) && value.text.find_first_not_of("-0123456789") == std::string::npos;
        if (!huge) require(value.is(Value::Kind::integer), value, at, "an integer");
        if (huge || value.integer < least || value.integer > most)
            fail(value.place,
                 fmt::format("{}: expected an integer from {} to {}, got {}", at, least, most, value.text));
    }

    void quantity(const Value& value, const std::string& at) const {
        require(
            value.is(Value::Kind::string) || value.is(Value::Kind::integer) || value.is(Value::Kind::number),
            value, at, "a quantity");
        if (const auto parsed = Quantity::parse(value.text); !parsed)
            fail(value.place, fmt::format("{}: {}, got {}", at, parsed.error(), describe(value)),
                 "like 100m, 0.5 or 128Mi");
    }

    void check(const Value& value, const Field& field, const std::string& at) {
        using Kind = Value::Kind;
        using Shape = kubernetes::Field::Shape;
        switch (field.of->shape) {
            case Shape::one: return element(value, field, at);
            case Shape::list:
                require(value.is(Kind::list), value, at, "a list");
                if (is_opaque(field)) return;
                for (std::size_t i = 0; i < value.items.size(); ++i)
                    element(value.items[i], field, fmt::format("{}[{}]", at, i));
                return;
            case Shape::map:
                require(value.is(Kind::map), value, at, "a map");
                if (is_opaque(field)) return;
                for (const Member& member : value.members)
                    if (!member.value.is(Kind::null))
                        element(member.value, field, fmt::format("{}[{}]", at, member.key));
                return;
        }
    }

    static bool is_opaque(const Field& field) {
        using Element = kubernetes::Field::Element;
        return field.of->element == Element::any ||
               (field.of->element == Element::structure && field.schema == nullptr);
    }

    void element(const Value& value, const Field& field, const std::string& at) {
        using Kind = Value::Kind;
        using Element = kubernetes::Field::Element;
        constexpr std::int64_t least = std::numeric_limits<std::int32_t>::min();
        constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
        switch (field.of->element) {
            case Element::string:
            case Element::time:
            case Element::micro_time:
            case Element::bytes: return require(value.is(Kind::string), value, at, "a string");
            case Element::boolean: return require(value.is(Kind::boolean), value, at, "a boolean");
            case Element::int32: return integer(value, at, least, most);
            case Element::int64:
                return integer(value, at, std::numeric_limits<std::int64_t>::min(),
                               std::numeric_limits<std::int64_t>::max());
            case Element::number:
                return require(value.is(Kind::integer) || value.is(Kind::number), value, at, "a number");
            case Element::int_or_string:
                if (value.is(Kind::string)) return;
                require(value.is(Kind::integer), value, at, "an integer or a percentage");
                return integer(value, at, least, most);
            case Element::quantity: return quantity(value, at);
            case Element::any:
            case Element::structure:
                require(value.is(Kind::map), value, at, "a map");
                if (field.schema != nullptr) object(value, *field.schema, at);
                return;
        }
    }

    /// Neither empty nor as good as absent.
    static bool says_something(const Value& value, const Field& field) {
        const bool empty = value.is(Value::Kind::list)  ? value.items.empty()
                           : value.is(Value::Kind::map) ? value.members.empty()
                                                        : value.text.empty();
        return !empty && (field.harmless == nullptr || !field.harmless(value));
    }

    const std::string& file_;
    std::vector<LeftOut> found_;
};

}  // namespace

std::vector<LeftOut> check_schema(const std::string& file, const Value& object, const Schema& schema) {
    Checker checker(file);
    checker.object(object, schema, "");
    return checker.take();
}

}  // namespace kcheck::manifests
