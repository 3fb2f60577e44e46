// JSON through nlohmann's SAX interface, which tells no positions except of errors. They
// come from the iterator that feeds it: when an event arrives, the parser has consumed
// exactly the token of that event (and one delimiter more after a number), so the token
// began at the first byte after the previous one that is no space, comma or colon.
#include "kubernetes/readers.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kubernetes/scalar.hpp"
#include "kubernetes/tree_builder.hpp"

namespace kcheck::kubernetes {

namespace {

/// Copies share one position, so that it is known outside of the parser.
class SharedCursor {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    SharedCursor(std::string_view text, std::size_t* position) : text_(text), position_(position) {}
    reference operator*() const { return text_[*position_]; }
    SharedCursor& operator++() {
        ++*position_;
        return *this;
    }
    /// Only ever compared with the end of the text.
    bool operator==(const SharedCursor&) const { return *position_ >= text_.size(); }

private:
    std::string_view text_;
    std::size_t* position_;
};

class Events final : public nlohmann::json_sax<nlohmann::json> {
public:
    Events(std::string_view text, const std::size_t& position, TreeBuilder& builder)
        : text_(text), position_(position), builder_(builder) {}

    bool null() override { return scalar(Value{}); }
    bool boolean(bool truth) override { return scalar(plain_scalar(truth ? "true" : "false")); }
    bool number_integer(number_integer_t number) override {
        return scalar(plain_scalar(std::to_string(number)));
    }
    bool number_unsigned(number_unsigned_t number) override {
        return scalar(plain_scalar(std::to_string(number)));
    }
    bool number_float(number_float_t, const string_t& written) override {
        return scalar(plain_scalar(written));
    }
    bool string(string_t& content) override { return scalar(string_scalar(content)); }
    bool key(string_t& name) override { return scalar(string_scalar(name)); }
    bool binary(binary_t&) override { return false; }  // not in JSON text

    bool start_object(std::size_t) override {
        builder_.start_map(token_place());
        return true;
    }
    bool start_array(std::size_t) override {
        builder_.start_list(token_place());
        return true;
    }
    bool end_object() override { return end(); }
    bool end_array() override { return end(); }

    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::json::exception& problem) override {
        // "[json.exception.parse_error.101] parse error at line 1, column 5: what is wrong"
        std::string message = problem.what();
        message.erase(0, message.find("] ") + 2);
        if (message.starts_with("parse error at")) message.erase(0, message.find(": ") + 2);
        const std::size_t offset = position_before_ + (position > 0 ? position - 1 : 0);
        builder_.fail(place_of_offset(text_, std::min(offset, text_.size())), "not valid JSON: " + message);
    }

    /// The next document begins at the current position.
    void next_document() { position_before_ = position_; }

private:
    bool scalar(Value value) {
        value.place = token_place();
        builder_.scalar(std::move(value));
        return true;
    }
    bool end() {
        while (token_end_ < position_) advance();
        builder_.end();
        return true;
    }
    Place token_place() {
        while (token_end_ < text_.size() &&
               std::string_view(" \t\r\n,:").find(text_[token_end_]) != std::string_view::npos)
            advance();
        const Place place = here_;
        while (token_end_ < position_) advance();
        return place;
    }
    void advance() {
        if (text_[token_end_++] == '\n')
            here_ = {here_.line + 1, 1};
        else
            ++here_.column;
    }

    std::string_view text_;
    const std::size_t& position_;
    TreeBuilder& builder_;
    std::size_t position_before_ = 0;
    std::size_t token_end_ = 0;
    Place here_{1, 1};
};

}  // namespace

std::vector<Value> read_json(const std::string& file, std::string_view text) {
    std::size_t position = 0;
    TreeBuilder builder(file);
    Events events(text, position, builder);
    std::vector<Value> documents;
    const auto more = [&] {
        position = std::min(text.find_first_not_of(" \t\r\n", position), text.size());
        return position < text.size();
    };
    while (more()) {
        events.next_document();
        nlohmann::json::sax_parse(SharedCursor(text, &position), SharedCursor(text, &position), &events,
                                  nlohmann::json::input_format_t::json,
                                  /*strict=*/false);
        Value document = builder.take();
        if (!document.is(Value::Kind::null)) documents.push_back(std::move(document));
    }
    return documents;
}

}  // namespace kcheck::kubernetes
