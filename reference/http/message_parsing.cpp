#include "reference/http/message_parsing.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace kcheck::reference::http {

namespace {

std::optional<int> hexadecimal(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return std::nullopt;
}

enum class Plus { is_itself, is_space };

tl::expected<std::string, ParseError> percent_decode(std::string_view text, Plus plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus == Plus::is_space) {
            decoded += ' ';
        } else if (text[i] != '%') {
            decoded += text[i];
        } else {
            const auto high = i + 2 < text.size() ? hexadecimal(text[i + 1]) : std::nullopt;
            const auto low = high ? hexadecimal(text[i + 2]) : std::nullopt;
            if (!low) return tl::unexpected(fmt::format("invalid URL escape {:?}", text.substr(i, 3)));
            decoded += static_cast<char>(*high * 16 + *low);
            i += 2;
        }
        if (static_cast<unsigned char>(decoded.back()) < ' ')
            return tl::unexpected<ParseError>("invalid control character in URL");
    }
    return decoded;
}

/// How deep brackets nest, those in strings aside. Says nothing of whether the text is JSON.
int nesting(std::string_view text) {
    int depth = 0, deepest = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            deepest = std::max(deepest, ++depth);
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return deepest;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// An unquoted scalar, by YAML 1.1's rules as far as manifests use them.
Json plain_scalar(const std::string& text) {
    static constexpr std::array nulls{"", "~", "null", "Null", "NULL"};
    static constexpr std::array trues{"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"};
    static constexpr std::array falses{"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"};
    const auto is_among = [&text](const auto& words) {
        return std::ranges::find(words, text) != words.end();
    };
    if (is_among(nulls)) return nullptr;
    if (is_among(trues)) return true;
    if (is_among(falses)) return false;
    if (const auto integer = number<std::int64_t>(text)) return *integer;
    const bool numeric = text.find_first_not_of("0123456789+-.eE") == std::string::npos;
    if (const auto real = numeric ? number<double>(text) : std::nullopt; real && std::isfinite(*real))
        return *real;
    return text;
}

/// Builds JSON from the events of the parser, which unlike nodes cannot be shared or cyclic.
class JsonFromYaml final : public YAML::EventHandler {
public:
    Json result;

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(mark, anchor, nullptr); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_anchor(mark); }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        // "!": quoted; "?": plain; anything else is an explicit tag, and then it is text.
        if (is_key_next()) return take_key(mark, anchor, value);
        add(mark, anchor, tag == "?" ? plain_scalar(value) : Json(value));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, anchor, Json::array());
    }
    void OnSequenceEnd() override { open_.pop_back(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, anchor, Json::object());
    }
    void OnMapEnd() override { open_.pop_back(); }

private:
    struct Open {
        Json* value;
        std::optional<std::string> key = {};
    };
    std::vector<Open> open_;  // from the outside in

    static void refuse_anchor(const YAML::Mark& mark) {
        throw YAML::ParserException(mark, "anchors and aliases are not accepted");
    }
    bool is_key_next() const {
        return !open_.empty() && open_.back().value->is_object() && !open_.back().key;
    }
    void take_key(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& key) {
        if (anchor != 0) refuse_anchor(mark);
        if (open_.back().value->contains(key))
            throw YAML::ParserException(mark, fmt::format("key {:?} is already set in the map", key));
        open_.back().key = key;
    }
    Json* add(const YAML::Mark& mark, YAML::anchor_t anchor, Json value) {
        if (anchor != 0) refuse_anchor(mark);
        if (open_.empty()) return &(result = std::move(value));
        auto& [into, key] = open_.back();
        if (into->is_array()) return &into->emplace_back(std::move(value));
        if (!key) throw YAML::ParserException(mark, "a key must be a scalar");
        Json* added = &((*into)[*key] = std::move(value));
        key.reset();
        return added;
    }
    void open(const YAML::Mark& mark, YAML::anchor_t anchor, Json empty) {
        if (open_.size() >= static_cast<std::size_t>(nesting_most))
            throw YAML::ParserException(mark, fmt::format("nested deeper than {}", nesting_most));
        open_.push_back({add(mark, anchor, std::move(empty))});
    }
};

}  // namespace

tl::expected<Target, ParseError> parse_target(std::string_view target) {
    if (!target.starts_with('/')) return tl::unexpected<ParseError>("invalid URI for request");
    const auto question = target.find('?');
    auto path = percent_decode(target.substr(0, question), Plus::is_itself);
    if (!path) return tl::unexpected(path.error());
    Target result{std::move(*path), {}};
    if (question == std::string_view::npos) return result;

    std::string_view rest = target.substr(question + 1);
    while (!rest.empty()) {
        const auto pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        if (pair.empty()) continue;
        const auto equals = std::min(pair.find('='), pair.size());
        const auto name = percent_decode(pair.substr(0, equals), Plus::is_space);
        if (!name) return tl::unexpected(name.error());
        const auto value = percent_decode(pair.substr(std::min(pair.size(), equals + 1)), Plus::is_space);
        if (!value) return tl::unexpected(value.error());
        result.query.emplace(*name, *value);
    }
    return result;
}

tl::expected<Json, ParseError> parse_json(std::string_view text) {
    if (nesting(text) > nesting_most)
        return tl::unexpected(fmt::format("the JSON is nested deeper than {}", nesting_most));
    try {
        return Json::parse(text);
    } catch (const Json::exception& error) {
        return tl::unexpected<ParseError>(error.what());
    }
}

tl::expected<Json, ParseError> parse_yaml(const std::string& text) {
    try {
        std::istringstream in(text);
        YAML::Parser parser(in);
        JsonFromYaml handler;
        parser.HandleNextDocument(handler);
        JsonFromYaml second;
        if (parser.HandleNextDocument(second))
            return tl::unexpected<ParseError>("the body holds more than one YAML document");
        return std::move(handler.result);
    } catch (const YAML::Exception& error) {
        return tl::unexpected<ParseError>(error.what());
    }
}

BodyFormat body_format(std::string_view content_type) {
    auto type = content_type.substr(0, content_type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    if (type.empty() || type == "application/json") return BodyFormat::json;
    if (type.starts_with("application/") && type.ends_with("+json")) return BodyFormat::json;
    if (type == "application/yaml" || type == "application/apply-patch+yaml") return BodyFormat::yaml;
    return BodyFormat::unsupported;
}

Json failure_status(int code, const std::string& reason, const std::string& message) {
    return {{"kind", "Status"},    {"apiVersion", "v1"}, {"metadata", Json::object()},
            {"status", "Failure"}, {"message", message}, {"reason", reason},
            {"code", code}};
}

}  // namespace kcheck::reference::http
