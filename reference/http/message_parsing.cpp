#include "reference/http/message_parsing.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "kubernetes/field_path.hpp"
#include "kubernetes/readers.hpp"
#include "kubernetes/text.hpp"
#include "reference/base/json_tree.hpp"

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

/// Builds JSON from the events of the parser, which tell of keys that are set twice. Of those the last
/// counts, as for Go.
class JsonBuilder final : public nlohmann::json_sax<Json> {
public:
    explicit JsonBuilder(std::vector<std::string>* duplicates) : duplicates_(duplicates) {}

    Json result;
    std::string problem;

    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override { return add(value); }
    bool number_unsigned(number_unsigned_t value) override { return add(value); }
    bool number_float(number_float_t value, const string_t&) override { return add(value); }
    bool string(string_t& value) override { return add(std::move(value)); }
    bool binary(binary_t&) override { return false; }  // not in JSON text

    bool start_object(std::size_t) override { return open(Json::object()); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        Json& object = *open_.back();
        pending_.back() = name;
        const auto [value, is_new] = object.get_ref<Json::object_t&>().emplace(name, nullptr);
        if (!is_new && duplicates_ != nullptr && duplicates_->size() < duplicates_most)
            duplicates_->push_back("duplicate field " + kubernetes::quote(path()));
        into_ = &value->second;
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) override {
        problem = error.what();
        return false;
    }

private:
    static constexpr std::size_t duplicates_most = 100;

    Json* place(Json value) {
        if (open_.empty()) return &(result = std::move(value));
        Json& parent = *open_.back();
        if (parent.is_array()) return &parent.emplace_back(std::move(value));
        return &(*into_ = std::move(value));
    }
    bool add(Json value) { return place(std::move(value)) != nullptr; }
    bool open(Json empty) {
        if (open_.size() >= static_cast<std::size_t>(nesting_most)) {
            problem = fmt::format("the JSON is nested deeper than {}", nesting_most);
            return false;
        }
        open_.push_back(place(std::move(empty)));
        pending_.emplace_back();
        return true;
    }
    bool close() {
        open_.pop_back();
        pending_.pop_back();
        return true;
    }
    std::string path() const {
        std::string path;
        for (std::size_t i = 0; i < open_.size(); ++i)
            path = open_[i]->is_array() ? kubernetes::indexed(path, open_[i]->size() - 1)
                                        : kubernetes::join(path, pending_[i]);
        return path;
    }

    std::vector<std::string>* duplicates_;
    std::vector<Json*> open_;           // from the outside in; what is open is the last of its parent
    std::vector<std::string> pending_;  // of each of them, the key that is being set
    Json* into_ = nullptr;              // the value of the last key
};

/// Far more than an object of a megabyte has, aliases expanded.
constexpr std::size_t yaml_values_most = 150'000;

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

tl::expected<Json, ParseError> parse_json(std::string_view text, std::vector<std::string>* duplicates) {
    JsonBuilder builder(duplicates);
    if (!Json::sax_parse(text, &builder)) return tl::unexpected(std::move(builder.problem));
    return std::move(builder.result);
}

tl::expected<Json, ParseError> parse_yaml(const std::string& text, std::vector<std::string>* duplicates) {
    std::vector<kubernetes::DuplicateKey> twice;
    const kubernetes::ReadLimits limits{.depth = nesting_most, .values = yaml_values_most};
    const auto documents = kubernetes::read_yaml({}, text, limits, duplicates == nullptr ? nullptr : &twice);
    if (!documents) {
        const auto& [file, place, message, hint] = documents.error();
        return tl::unexpected(fmt::format("yaml: line {}: {}", place.line, message));
    }
    if (documents->size() > 1)
        return tl::unexpected<ParseError>("the body holds more than one YAML document");
    if (!twice.empty()) {
        std::string all = "yaml: unmarshal errors:";
        for (const auto& one : twice)
            all += fmt::format("\n  line {}: key {} already set in map", one.place.line,
                               kubernetes::quote(one.key));
        duplicates->push_back(std::move(all));
    }
    return documents->empty() ? Json() : json_of(documents->front());
}

BodyFormat body_format(std::string_view content_type) {
    auto type = content_type.substr(0, content_type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    if (type.empty() || type == "application/json") return BodyFormat::json;
    if (type.starts_with("application/") && type.ends_with("+json")) return BodyFormat::json;
    if (type == "application/yaml" || type == "application/apply-patch+yaml") return BodyFormat::yaml;
    if (type == "application/vnd.kubernetes.protobuf") return BodyFormat::protobuf;
    return BodyFormat::unsupported;
}

Json failure_status(int code, const std::string& reason, const std::string& message) {
    return {{"kind", "Status"},    {"apiVersion", "v1"}, {"metadata", Json::object()},
            {"status", "Failure"}, {"message", message}, {"reason", reason},
            {"code", code}};
}

}  // namespace kcheck::reference::http
