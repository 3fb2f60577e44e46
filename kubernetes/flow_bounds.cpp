#include "kubernetes/flow_bounds.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace kcheck::kubernetes {

namespace {

constexpr std::string_view indicators = ",[]{}#&*!|>'\"%@`";
constexpr std::string_view flow_indicators = ",[]{}";

class Scanner {
public:
    Scanner(std::string_view text, std::size_t depth, std::size_t tokens)
        : text_(text), depth_most_(depth), tokens_most_(tokens) {}

    std::optional<FlowExcess> scan() {
        while (skip_to_token()) {
            const std::size_t begin = at_, depth = depth_;
            token();
            if (depth_ > depth && indents_.size() + depth_ > depth_most_) return FlowExcess{begin, true};
            if (depth_ > 0 && tokens_ > tokens_most_) return FlowExcess{begin, false};
        }
        return std::nullopt;
    }

private:
    bool at_end() const { return at_ >= text_.size(); }
    char here() const { return text_[at_]; }
    char next(std::size_t ahead = 1) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\n'; }
    static bool is_break(char c) { return c == '\n' || c == '\r'; }
    static bool is_blank(char c) { return c == ' ' || c == '\t'; }
    static bool is_space(char c) { return is_blank(c) || is_break(c); }
    static bool among(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }
    int column() const { return static_cast<int>(at_ - line_); }
    int indent() const { return indents_.empty() ? -1 : indents_.back(); }

    void advance(std::size_t count = 1) {
        for (; count > 0 && !at_end(); --count)
            if (text_[at_++] == '\n') line_ = at_;
    }
    void skip_line() {
        while (!at_end() && here() != '\n') advance();
    }

    bool at_document_mark() const {
        const std::string_view mark = text_.substr(at_, 3);
        return column() == 0 && (mark == "---" || mark == "...") && is_space(next(3));
    }

    /// To the next token; a new line of a block may begin with a key.
    bool skip_to_token() {
        while (!at_end()) {
            if (is_blank(here())) {
                advance();
            } else if (is_break(here())) {
                advance();
                key_allowed_ = key_allowed_ || depth_ == 0;
                key_column_ = -1;
            } else if (here() == '#') {
                skip_line();
            } else {
                break;
            }
        }
        return !at_end();
    }

    void may_be_key() {
        if (depth_ == 0 && key_allowed_ && key_column_ < 0) key_column_ = column();
    }
    void open_block(int column) {
        if (column > indent()) indents_.push_back(column);
    }

    void token() {
        if (depth_ == 0)
            while (!indents_.empty() && indents_.back() > column()) indents_.pop_back();
        const bool after_json = std::exchange(after_json_, false);
        ++tokens_;
        const char c = here();
        if (at_document_mark()) {
            indents_.clear();
            key_allowed_ = false;
            return advance(3);
        }
        if (c == '%' && column() == 0) return skip_line();
        if (c == '[' || c == '{') return open_flow();
        if (c == ']' || c == '}') return close_flow();
        if (c == ',') return advance();
        if (is_value(after_json)) return value();
        if ((c == '-' || c == '?') && is_space(next())) {
            if (depth_ == 0) open_block(column());
            key_allowed_ = true;
            key_column_ = -1;
            return advance();
        }
        if (c == '*' || c == '&' || c == '!') return property();
        if ((c == '|' || c == '>') && depth_ == 0) return block_scalar();
        if (c == '\'' || c == '"') return quoted(c);
        // What cannot begin a scalar should stop the parser. It is not relied on: what nests behind it
        // counts.
        if (among(c, indicators) || (depth_ > 0 && c == '?')) return advance();
        plain();
    }

    void open_flow() {
        may_be_key();
        if (depth_++ == 0) tokens_ = 0;
        key_allowed_ = true;
        advance();
    }
    void close_flow() {
        if (depth_ > 0) --depth_;
        after_json_ = depth_ > 0;
        advance();
    }

    bool is_value(bool after_json) const {
        if (here() != ':') return false;
        return is_space(next()) || (depth_ > 0 && (after_json || among(next(), ",]}")));
    }
    void value() {
        if (depth_ == 0) open_block(key_column_ >= 0 ? key_column_ : column());
        key_allowed_ = key_column_ < 0;
        key_column_ = -1;
        advance();
    }

    /// An anchor, an alias or a tag.
    void property() {
        may_be_key();
        const bool verbatim = here() == '!' && next() == '<';
        advance();
        while (!at_end() && !is_space(here()) && (verbatim || !among(here(), flow_indicators))) {
            const bool ends = verbatim && here() == '>';
            advance();
            if (ends) break;
        }
    }

    void block_scalar() {
        int least = std::max(indent(), 0) + 1;
        bool detects = true;
        for (advance(); !at_end() && !is_space(here()); advance())
            if (here() >= '1' && here() <= '9') {
                least = std::max(indent(), 0) + (here() - '0');
                detects = false;
            }
        skip_line();
        advance();
        while (!at_end()) {
            const std::size_t content = std::min(text_.find_first_not_of(' ', at_), text_.size());
            const bool blank = content == text_.size() || is_break(text_[content]);
            const int width = static_cast<int>(content - at_);
            if (!blank && detects) least = std::max(least, width);
            if (!blank) detects = false;
            if (!blank && width < least) break;
            skip_line();
            advance();
        }
        key_allowed_ = true;
        key_column_ = -1;
    }

    void quoted(char quote) {
        may_be_key();
        for (advance(); !at_end(); advance()) {
            if (quote == '"' && here() == '\\')
                advance();
            else if (here() == quote && quote == '\'' && next() == '\'')
                advance();
            else if (here() == quote)
                break;
        }
        advance();
        after_json_ = depth_ > 0;
    }

    /// A plain scalar goes on in the lines that are indented deeper than its block.
    void plain() {
        may_be_key();
        advance();
        while (!at_end()) {
            while (!at_end() && !is_break(here())) {
                if (here() == ':' && (is_space(next()) || (depth_ > 0 && among(next(), ",]}")))) return;
                if (depth_ > 0 && among(here(), ",?[]{}")) return;
                if (is_blank(here()) && next() == '#') return;
                advance();
            }
            key_column_ = -1;
            while (!at_end() && is_space(here())) advance();
            if (at_end() || at_document_mark() || here() == '#' || (depth_ == 0 && column() <= indent())) {
                key_allowed_ = true;
                return;
            }
        }
    }

    std::string_view text_;
    std::size_t depth_most_, tokens_most_;
    std::size_t at_ = 0;
    std::size_t line_ = 0;  // where the line begins
    std::size_t depth_ = 0;
    std::size_t tokens_ = 0;  // of the outermost flow collection
    std::vector<int> indents_;
    int key_column_ = -1;  // of what may turn out to be a key of a block
    bool key_allowed_ = true;
    bool after_json_ = false;
};

}  // namespace

std::optional<FlowExcess> exceeds_flow_bounds(std::string_view text, std::size_t depth, std::size_t tokens) {
    return Scanner(text, depth, tokens).scan();
}

}  // namespace kcheck::kubernetes
