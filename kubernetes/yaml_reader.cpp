// YAML through yaml-cpp's event interface, not its node interface: the nodes keep neither
// duplicate keys apart nor say where a key stands, and expand nothing we could count.
#include "kubernetes/readers.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "kubernetes/scalar.hpp"
#include "kubernetes/text.hpp"
#include "kubernetes/tree_builder.hpp"

namespace kcheck::kubernetes {

namespace {

Place place_of(const YAML::Mark& mark) {
    return mark.is_null() ? Place{} : Place{mark.line + 1, mark.column + 1};
}

/// Whether the quoted scalar whose node begins at `at` (with its anchor and tag, if any)
/// ends before the text does: yaml-cpp takes the end of the text for the quote.
bool closes(std::string_view text, std::size_t at) {
    while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
        at = std::min(text.find_first_of(" \t\r\n", at), text.size());
        at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
    }
    if (at >= text.size() || (text[at] != '"' && text[at] != '\'')) return true;  // a block
    const char quote = text[at];
    for (++at; at < text.size(); ++at) {
        if (quote == '"' && text[at] == '\\')
            ++at;
        else if (text[at] == quote && quote == '\'' && text.substr(at + 1).starts_with('\''))
            ++at;
        else if (text[at] == quote)
            return true;
    }
    return false;
}

class Events final : public YAML::EventHandler {
public:
    Events(std::string_view source, TreeBuilder& builder) : source_(source), builder_(builder) {}

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Value null;
        null.place = place_of(mark);
        builder_.scalar(std::move(null), false, anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        builder_.alias(place_of(mark), anchor);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override {
        if (tag != "?" && !closes(source_, static_cast<std::size_t>(mark.pos)))
            builder_.fail(place_of(mark), "not valid YAML: a quote is not closed");
        Value value = scalar_value(mark, tag, text);
        value.place = place_of(mark);
        builder_.scalar(std::move(value), tag == "?", anchor);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        if (tag != "?" && tag != "!" && tag != core + "seq") refuse(mark, tag);
        builder_.start_list(place_of(mark), anchor);
    }
    void OnSequenceEnd() override { builder_.end(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        if (tag != "?" && tag != "!" && tag != core + "map") refuse(mark, tag);
        builder_.start_map(place_of(mark), anchor);
    }
    void OnMapEnd() override { builder_.end(); }

private:
    /// yaml-cpp tags a plain scalar "?" and a quoted or block one "!".
    Value scalar_value(const YAML::Mark& mark, const std::string& tag, const std::string& text) {
        if (tag == "?") return plain_scalar(text);
        if (tag == "!" || tag == core + "str") return string_scalar(text);
        Value value = plain_scalar(text);
        const bool fits =
            (tag == core + "int" && value.is(Value::Kind::integer)) ||
            (tag == core + "bool" && value.is(Value::Kind::boolean)) ||
            (tag == core + "null" && value.is(Value::Kind::null)) ||
            (tag == core + "float" && (value.is(Value::Kind::number) || value.is(Value::Kind::integer)));
        if (!fits) refuse(mark, tag);
        return value;
    }

    [[noreturn]] void refuse(const YAML::Mark& mark, const std::string& tag) const {
        builder_.fail(place_of(mark), "the YAML tag " + quote(tag) + " does not fit here");
    }

    inline static const std::string core = "tag:yaml.org,2002:";
    std::string_view source_;
    TreeBuilder& builder_;
};

}  // namespace

std::vector<Value> read_yaml(const std::string& file, const std::string& text) {
    std::istringstream stream(text);
    TreeBuilder builder(file);
    std::vector<Value> documents;
    try {
        YAML::Parser parser(stream);
        Events events(text, builder);
        while (parser.HandleNextDocument(events)) {
            Value document = builder.take();
            if (!document.is(Value::Kind::null)) documents.push_back(std::move(document));
        }
    } catch (const YAML::Exception& problem) {
        throw Failure{{file, place_of(problem.mark), "not valid YAML: " + problem.msg, ""}};
    }
    return documents;
}

}  // namespace kcheck::kubernetes
