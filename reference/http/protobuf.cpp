#include "reference/http/protobuf.hpp"

#include <cstdint>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "reference/base/base64.hpp"
#include "reference/base/environment.hpp"
#include "reference/http/protobuf_fields.hpp"

namespace kcheck::reference::http {

namespace {

struct Malformed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct UnknownKind : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Field {
    std::string name;
    char container = 0;  // '*', '%', '^' or none
    char type = 0;       // '@': a message
    std::string message = {};
    bool keeps_zero = false;
};
using Message = std::unordered_map<std::uint64_t, Field>;
using Messages = std::unordered_map<std::string, Message>;

/// "name=3*@v1.Container" or "=1^v1.VolumeSource".
void add_field(Message& message, std::string_view text) {
    const auto equals = text.find('=');
    auto rest = text.substr(equals + 1);
    Field field{.name = std::string(text.substr(0, equals))};
    std::uint64_t number = 0;
    for (; rest.front() >= '0' && rest.front() <= '9'; rest.remove_prefix(1))
        number = number * 10 + static_cast<std::uint64_t>(rest.front() - '0');
    if (rest.ends_with('!')) {
        field.keeps_zero = true;
        rest.remove_suffix(1);
    }
    if (rest.front() == '*' || rest.front() == '%' || rest.front() == '^') {
        field.container = rest.front();
        if (field.container == '^') field.type = '@';
        rest.remove_prefix(1);
    }
    if (field.type == 0) {
        field.type = rest.front();
        rest.remove_prefix(1);
    }
    field.message = rest;
    message.emplace(number, std::move(field));
}

void read_table(Messages& into, std::string_view table) {
    Message* message = nullptr;
    std::size_t begin = 0;
    for (; begin < table.size(); ++begin) {
        const auto end = std::min(table.find_first_of(" \n", begin), table.size());
        const auto word = table.substr(begin, end - begin);
        begin = end;
        if (word.empty()) continue;
        if (word.ends_with(':'))
            message = &into[std::string(word.substr(0, word.size() - 1))];
        else
            add_field(*message, word);
    }
}

const Messages& messages() {
    static const Messages all = [] {
        Messages result;
        read_table(result, protobuf_fields_of_core());
        read_table(result, protobuf_fields_of_groups());
        return result;
    }();
    return all;
}

/// The wire format: keys, varints, and lengths with bytes.
class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    struct Value {
        std::uint64_t number = 0;
        std::uint64_t integer = 0;  // of types 0, 1 and 5
        std::string_view bytes = {};
        bool has_bytes = false;
    };

    bool at_end() const { return bytes_.empty(); }

    Value next() {
        const auto key = varint();
        Value value{.number = key >> 3};
        switch (key & 7) {
            case 0: value.integer = varint(); break;
            case 1: value.integer = fixed(8); break;
            case 2:
                value.bytes = take(varint());
                value.has_bytes = true;
                break;
            case 5: value.integer = fixed(4); break;
            default: throw Malformed("a wire type that is none");
        }
        return value;
    }

    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<std::uint8_t>(take(1).front());
            value |= std::uint64_t{byte & 0x7FU} << shift;
            if (byte < 0x80) return value;
        }
        throw Malformed("an integer that is too long");
    }

private:
    std::string_view take(std::uint64_t size) {
        if (size > bytes_.size()) throw Malformed("it ends too early");
        const auto taken = bytes_.substr(0, static_cast<std::size_t>(size));
        bytes_.remove_prefix(taken.size());
        return taken;
    }
    std::uint64_t fixed(std::size_t size) {
        std::uint64_t value = 0;
        const auto taken = take(size);
        for (std::size_t i = 0; i < size; ++i)
            value |= std::uint64_t{static_cast<std::uint8_t>(taken[i])} << (8 * i);
        return value;
    }

    std::string_view bytes_;
};

using Value = Reader::Value;

/// Of a message with scalars: the last value of each number.
std::map<std::uint64_t, Value> read_scalars(std::string_view bytes) {
    std::map<std::uint64_t, Value> values;
    for (Reader reader(bytes); !reader.at_end();) {
        const auto value = reader.next();
        values[value.number] = value;
    }
    return values;
}

/// {1: seconds, 2: nanoseconds}; null: the zero time. Year 1 to 9999, as RFC 3339 has it.
Json time_of(std::string_view bytes, bool with_micros) {
    constexpr std::int64_t zero_time = -62'135'596'800, last_time = 253'402'300'799;
    auto values = read_scalars(bytes);
    if (values.empty()) return nullptr;
    const auto seconds = static_cast<std::int64_t>(values[1].integer);
    if (seconds == zero_time) return nullptr;
    if (seconds < zero_time || seconds > last_time) throw Malformed("a time that is none");
    const auto text = fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(seconds)));
    if (!with_micros) return text + "Z";
    return fmt::format("{}.{:06}Z", text, values[2].integer / 1000 % 1'000'000);
}

Json int_or_string(std::string_view bytes) {
    auto values = read_scalars(bytes);
    if (values[1].integer == 1) return std::string(values[3].bytes);
    return static_cast<std::int32_t>(values[2].integer);
}

class Decoder {
public:
    Json message(const std::string& name, std::string_view bytes) {
        Json object = Json::object();
        read_into(object, name, bytes);
        return object;
    }

private:
    void read_into(Json& object, const std::string& name, std::string_view bytes) {
        if (++depth_ > nesting_most) throw Malformed(fmt::format("nested deeper than {}", nesting_most));
        const auto& known = messages().at(name);
        for (Reader reader(bytes); !reader.at_end();) {
            const auto value = reader.next();
            const auto found = known.find(value.number);
            if (found != known.end()) add(object, found->second, value);
        }
        --depth_;
    }

    void add(Json& object, const Field& field, const Value& value) {
        const bool is_number = is_integer(field.type) && field.container != '%';
        const bool is_packed = field.container == '*' && value.has_bytes;
        if (value.has_bytes == is_number && !is_packed)
            throw Malformed(fmt::format("{} is of another type", field.name));
        switch (field.container) {
            case '^': return read_into(object, field.message, value.bytes);
            case '*': return add_items(object[field.name], field, value);
            case '%': return add_entry(object[field.name], field, value.bytes);
            default: break;
        }
        if (field.type == '@' && object.contains(field.name))  // in parts: they are one
            return read_into(object[field.name], field.message, value.bytes);
        auto json = value_of(field, value);
        if (field.keeps_zero || !is_zero(json)) object[field.name] = std::move(json);
    }

    void add_items(Json& list, const Field& field, const Value& value) {
        if (list.is_null()) list = Json::array();
        if (!value.has_bytes || !is_integer(field.type)) return list.push_back(value_of(field, value));
        for (Reader packed(value.bytes); !packed.at_end();)
            list.push_back(value_of(field, {.integer = packed.varint()}));
    }

    void add_entry(Json& map, const Field& field, std::string_view bytes) {
        if (map.is_null()) map = Json::object();
        auto entry = read_scalars(bytes);
        auto value = entry[2];
        value.has_bytes = !is_integer(field.type);
        map[std::string(entry[1].bytes)] = value_of(field, value);
    }

    static bool is_integer(char type) { return type == 'i' || type == 'b'; }
    static bool is_zero(const Json& value) {
        return value.is_null() || value == Json("") || value == Json(0) || value == Json(false);
    }

    Json value_of(const Field& field, const Value& value) {
        switch (field.type) {
            case 's': return std::string(value.bytes);
            case 'i': return static_cast<std::int64_t>(value.integer);
            case 'b': return value.integer != 0;
            case 'y': return base64_encode(value.bytes);
            case 't': return time_of(value.bytes, false);
            case 'u': return time_of(value.bytes, true);
            case 'q': return std::string(read_scalars(value.bytes)[1].bytes);
            case 'x': return int_or_string(value.bytes);
            case 'j': return json_of(read_scalars(value.bytes)[1].bytes);
            case 'L': return strings_of(value.bytes);
            default: return message(field.message, value.bytes);
        }
    }

    static Json json_of(std::string_view text) {
        if (text.empty()) return nullptr;
        auto json = parse_json(text);
        if (!json) throw Malformed(json.error());
        return std::move(*json);
    }

    static Json strings_of(std::string_view bytes) {
        auto list = Json::array();
        for (Reader reader(bytes); !reader.at_end();) list.push_back(std::string(reader.next().bytes));
        return list;
    }

    int depth_ = 0;
};

/// Strings of Go may be anything; those of JSON are UTF-8.
void check_utf8(const Json& value) {
    try {
        static_cast<void>(value.dump());
    } catch (const Json::exception&) {
        throw Malformed("a string that is no UTF-8");
    }
}

Json decode(std::string_view text) {
    constexpr std::string_view magic("k8s\0", 4);
    if (!text.starts_with(magic)) throw Malformed("it does not begin with k8s and a zero");
    auto unknown = read_scalars(text.substr(magic.size()));
    auto type = read_scalars(unknown[1].bytes);
    const std::string version(type[1].bytes), kind(type[2].bytes);
    if (!unknown[3].bytes.empty()) throw Malformed("it has an encoding of its own");
    auto name = version + "." + kind;
    if (kind == "DeleteOptions") name = "meta.DeleteOptions";  // of every group
    if (!messages().contains(name)) throw UnknownKind(fmt::format("{} {} in protobuf", version, kind));
    auto object = Decoder().message(name, unknown[2].bytes);
    object["apiVersion"] = version;
    object["kind"] = kind;
    check_utf8(object);
    return object;
}

}  // namespace

tl::expected<Json, ProtobufError> parse_protobuf(std::string_view text) {
    try {
        return decode(text);
    } catch (const UnknownKind& error) {
        return tl::unexpected(ProtobufError{true, error.what()});
    } catch (const Malformed& error) {
        return tl::unexpected(ProtobufError{false, fmt::format("protobuf: {}", error.what())});
    }
}

}  // namespace kcheck::reference::http
