// labels.Parser, with its tokens and its words.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kubernetes/field_path.hpp"
#include "kubernetes/names.hpp"
#include "kubernetes/selectors.hpp"
#include "kubernetes/text.hpp"

namespace kcheck::kubernetes {

namespace {

using Operator = Requirement::Operator;

/// Why the text is no selector.
struct Refusal {
    std::string why;
};

struct Token {
    enum class Kind : std::uint8_t { end, word, symbol, wrong };
    Kind kind = Kind::end;
    std::string text;

    bool is(std::string_view symbol) const { return kind == Kind::symbol && text == symbol; }
    /// `in` and `notin` are words, too: where an operator may stand, they are operators.
    bool is_word() const { return kind == Kind::word; }
};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_special(char c) { return std::string_view("=!(),><").find(c) != std::string_view::npos; }

/// labels.Lexer
std::vector<Token> tokens_of(std::string_view text) {
    static constexpr std::array<std::string_view, 9> symbols = {")", ",", "!",  "==", "=",
                                                                ">", "<", "!=", "("};
    const auto is_symbol = [](std::string_view one) {
        return std::find(symbols.begin(), symbols.end(), one) != symbols.end();
    };
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < text.size();) {
        if (is_space(text[at])) {
            ++at;
        } else if (is_special(text[at])) {
            const std::size_t length = is_symbol(text.substr(at, 2)) && at + 1 < text.size() ? 2 : 1;
            tokens.push_back({Token::Kind::symbol, std::string(text.substr(at, length))});
            at += length;
        } else {
            const std::size_t begin = at;
            while (at < text.size() && !is_space(text[at]) && !is_special(text[at])) ++at;
            tokens.push_back({Token::Kind::word, std::string(text.substr(begin, at - begin))});
        }
    }
    tokens.push_back({});
    return tokens;
}

class Parser {
public:
    explicit Parser(std::string_view text) : tokens_(tokens_of(text)) {}

    std::vector<Requirement> parse() {
        std::vector<Requirement> requirements;
        while (!is_end(next())) {
            if (!next().is_word() && !next().is("!"))
                refuse("found '{}', expected: !, identifier, or 'end of string'", next().text);
            try {
                requirements.push_back(requirement());
            } catch (const Refusal& refusal) {
                throw Refusal{"unable to parse requirement: " + refusal.why};
            }
            if (is_end(next())) break;
            const Token after = take();
            if (!after.is(",")) refuse("found '{}', expected: ',' or 'end of string'", after.text);
            if (!next().is_word() && !next().is("!"))
                refuse("found '{}', expected: identifier after ','", next().text);
        }
        return requirements;
    }

private:
    template <typename... Parts>
    [[noreturn]] static void refuse(fmt::format_string<Parts...> words, Parts&&... parts) {
        throw Refusal{fmt::format(words, std::forward<Parts>(parts)...)};
    }

    static bool is_end(const Token& token) { return token.kind == Token::Kind::end; }
    const Token& next() const { return tokens_[std::min(at_, tokens_.size() - 1)]; }
    Token take() {
        Token token = next();
        ++at_;
        return token;
    }

    Requirement requirement() {
        const bool negated = next().is("!");
        if (negated) take();
        const Token key = take();
        if (!key.is_word()) refuse("found '{}', expected: identifier", key.text);
        if (const Problems problems = qualified_name_problems(key.text); !problems.empty())
            refuse("<nil>: Invalid value: {}: {}", quote(key.text), fmt::join(problems, "; "));
        if (negated && (is_end(next()) || next().is(","))) return {key.text, Operator::does_not_exist};
        if (is_end(next()) || next().is(",")) return {key.text, Operator::exists};
        Requirement result{key.text};
        const Token op = take();
        if (op.is_word() && (op.text == "in" || op.text == "notin")) {
            result.op = op.text == "in" ? Operator::in : Operator::not_in;
            result.values = values();
        } else {
            result.op = operator_for(op);
            result.exact = result.op == Operator::in || result.op == Operator::not_in;
            result.values = {exact_value()};
        }
        check_values(result);
        return result;
    }

    static Operator operator_for(const Token& token) {
        if (token.is("=") || token.is("==")) return Operator::in;
        if (token.is("!=")) return Operator::not_in;
        if (token.is(">")) return Operator::greater;
        if (token.is("<")) return Operator::less;
        refuse("found '{}', expected: in, notin, =, ==, !=, gt, lt", token.text);
    }

    std::string exact_value() {
        if (is_end(next()) || next().is(",")) return {};
        const Token value = take();
        if (!value.is_word()) refuse("found '{}', expected: identifier", value.text);
        return value.text;
    }

    /// "(a,,b)": what stands between commas, nothing being the empty value.
    std::vector<std::string> values() {
        if (const Token open = take(); !open.is("(")) refuse("found '{}' expected: '('", open.text);
        if (!next().is_word() && !next().is(",") && !next().is(")"))
            refuse("found '{}', expected: ',', ')' or identifier", next().text);
        std::set<std::string> values;
        while (true) {
            values.insert(next().is_word() ? take().text : std::string());
            const Token after = take();
            if (after.is(")")) return {values.begin(), values.end()};
            if (!after.is(",")) refuse("found '{}', expected: ',' or ')'", after.text);
        }
    }

    /// What labels.NewRequirement asks of the values.
    static void check_values(const Requirement& requirement) {
        std::vector<std::string> errors;
        const bool compares = requirement.op == Operator::greater || requirement.op == Operator::less;
        for (std::size_t i = 0; i < requirement.values.size(); ++i) {
            const std::string& value = requirement.values[i];
            if (compares && !parse_integer(value))
                errors.push_back(fmt::format(
                    "values[{}]: Invalid value: {}: for 'Gt', 'Lt' operators, the value must be an integer",
                    i, quote(value)));
        }
        for (std::size_t i = 0; i < requirement.values.size(); ++i)
            if (const Problems problems = label_value_problems(requirement.values[i]); !problems.empty())
                errors.push_back(fmt::format("{}: Invalid value: {}: {}",
                                             keyed(indexed("values", i), requirement.key),
                                             quote(requirement.values[i]), fmt::join(problems, "; ")));
        if (errors.size() == 1) throw Refusal{errors.front()};
        if (!errors.empty()) refuse("[{}]", fmt::join(errors, ", "));
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
};

}  // namespace

tl::expected<LabelSelector, std::string> LabelSelector::parse(std::string_view text) {
    try {
        return LabelSelector(Parser(text).parse());
    } catch (const Refusal& refusal) {
        return tl::make_unexpected(refusal.why);
    }
}

}  // namespace kcheck::kubernetes
