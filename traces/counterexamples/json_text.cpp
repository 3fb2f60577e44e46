#include "traces/counterexamples/json_text.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace kcheck::traces {

namespace {

/// Reads to the first byte that does not belong there.
class Locator final : public nlohmann::json_sax<nlohmann::json> {
public:
    std::size_t position = 0;  // bytes read, that one included
    bool too_large = false;    // it ends a number that nobody can hold

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return true; }
    bool key(string_t&) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t at, const std::string&, const nlohmann::json::exception& error) override {
        position = at;
        too_large = dynamic_cast<const nlohmann::json::out_of_range*>(&error) != nullptr;
        return false;
    }
};

}  // namespace

JsonFault find_fault(std::string_view text) {
    Locator locator;
    nlohmann::json::sax_parse(text, &locator);
    const auto read = std::min(locator.position == 0 ? 0 : locator.position - 1, text.size());
    const auto before = text.substr(0, read);
    const auto line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
    JsonFault fault;
    fault.line = 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
    fault.column = 1 + read - line_begin;
    fault.message = locator.too_large                ? "a number is too large"
                    : text.empty()                   ? "there is nothing where JSON should be"
                    : locator.position > text.size() ? "not JSON: it ends in the middle"
                                                     : "not JSON from here on";
    return fault;
}

const nlohmann::json* find_member(const nlohmann::json& value, const char* pointer) {
    const nlohmann::json::json_pointer at(pointer);
    return value.contains(at) ? &value.at(at) : nullptr;
}

std::string text_at(const nlohmann::json& value, const char* pointer) {
    const auto* found = find_member(value, pointer);
    return found != nullptr && found->is_string() ? found->get<std::string>() : "";
}

std::optional<int> number_at(const nlohmann::json& value, const char* pointer) {
    const auto* found = find_member(value, pointer);
    if (found == nullptr || !found->is_number_integer()) return std::nullopt;
    if (found->is_number_unsigned() && found->get<std::uint64_t>() > std::numeric_limits<int>::max())
        return std::nullopt;
    const auto number = found->get<std::int64_t>();
    if (number < std::numeric_limits<int>::min() || number > std::numeric_limits<int>::max())
        return std::nullopt;
    return static_cast<int>(number);
}

}  // namespace kcheck::traces
