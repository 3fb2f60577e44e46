// The readers of YAML and JSON: what they cost is bounded, and what they find is told.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>
#include <catch2/catch.hpp>

#include "kubernetes/flow_bounds.hpp"
#include "kubernetes/readers.hpp"

using namespace kcheck::kubernetes;

namespace {

std::string refusal(const std::string& text, const ReadLimits& limits = {}) {
    const auto documents = read_yaml("", text, limits);
    return documents ? "" : documents.error().message;
}

std::string repeated(std::string_view part, std::size_t times) {
    std::string text;
    text.reserve(part.size() * times);
    for (std::size_t i = 0; i < times; ++i) text += part;
    return text;
}

/// How deep yaml-cpp itself finds flow collections nested.
class Depth final : public YAML::EventHandler {
public:
    std::size_t most = 0;  // flow collections alone
    std::size_t with_blocks = 0;

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (mark.pos == last_start_) throw YAML::ParserException(mark, "no progress");
        last_start_ = mark.pos;
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value style) override {
        start(style);
    }
    void OnSequenceEnd() override { open_.pop_back(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value style) override {
        // `[a: b]` has a map without a bracket of its own, told by the place of its key.
        start(style, mark);
    }
    void OnMapEnd() override { open_.pop_back(); }

    std::string_view text;

private:
    void start(YAML::EmitterStyle::value style, const YAML::Mark& mark = YAML::Mark::null_mark()) {
        const bool bare = !mark.is_null() && static_cast<std::size_t>(mark.pos) < text.size() &&
                          text[static_cast<std::size_t>(mark.pos)] != '{';
        open_.push_back(style == YAML::EmitterStyle::Flow && !bare);
        with_blocks = std::max(with_blocks, open_.size());
        most = std::max(most, static_cast<std::size_t>(std::count(open_.begin(), open_.end(), true)));
    }
    std::vector<bool> open_;
    int last_start_ = -1;
};

/// None: yaml-cpp refuses the text.
std::optional<Depth> depth_of(const std::string& text) {
    try {
        std::istringstream in(text);
        YAML::Parser parser(in);
        Depth depth;
        depth.text = text;
        while (parser.HandleNextDocument(depth)) {
        }
        return depth;
    } catch (const YAML::Exception&) {
        return std::nullopt;
    }
}

std::vector<std::string> corpus() {
    const std::filesystem::path root = KCHECK_SOURCE_DIR;
    std::vector<std::string> texts;
    for (const char* folder : {"examples", "tests/manifests/good", "tests/manifests/bad"})
        for (const auto& entry : std::filesystem::directory_iterator(root / folder)) {
            if (entry.path().extension() != ".yaml" || entry.path().stem() == "alias-bomb") continue;
            std::ifstream in(entry.path());
            std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
            if (text.size() < 4096) texts.push_back(std::move(text));
        }
    return texts;
}

}  // namespace

TEST_CASE("megabytes of brackets are refused where they exceed the depth", "[kubernetes]") {
    // Each of them costs yaml-cpp seconds and hundreds of megabytes.
    constexpr std::size_t many = 3 << 20;
    for (const char* part : {"{", "[", "{a: ", "[[],", "? [", "[a, {b: "})
        CHECK(refusal(repeated(part, many / std::string_view(part).size())) ==
              "nested more than 100 levels deep");
    // Nor behind what yaml-cpp may or may not stop at.
    for (const char* first : {"[\n---\n%x\n", "[ @ ", "[ ` ", "[ % "})
        CHECK(refusal(first + repeated("[", many)) == "nested more than 100 levels deep");
    CHECK(refusal("a: " + repeated("[", 101)) == "nested more than 100 levels deep");
    CHECK(refusal("a:\n  - b\n  - c: {" + repeated("d: {", 200)) == "nested more than 100 levels deep");
    CHECK(refusal("- - " + repeated("[", 90) + repeated("]", 90)).empty());
    // What only looks like brackets is text.
    CHECK(refusal("a: x" + repeated("{", 1000)).empty());
    CHECK(refusal("a: '" + repeated("{", 1000) + "'").empty());
    CHECK(refusal("a: |\n  " + repeated("{ [\n  ", 1000)).empty());
    CHECK(refusal("a: b # " + repeated("{", 1000)).empty());
    CHECK(refusal("a: b\n  " + repeated("{", 1000)).empty());
}

TEST_CASE("a token that begins no document is refused, and not read for ever", "[kubernetes]") {
    for (const char* text : {"}", "a: b\n]", ","})
        CHECK_THAT(refusal(text), Catch::Matchers::StartsWith("not valid YAML: "));
}

TEST_CASE("flat megabytes are refused by their number of values", "[kubernetes]") {
    const std::string expected = "more than 1000 values, aliases expanded";
    const ReadLimits limits{.depth = 100, .values = 1000};
    for (const char* part : {"1,", "{},", "a: 1,", "\"a\": 1,"})
        CHECK(refusal("[" + repeated(part, 10'000), limits) == expected);
    CHECK(refusal(repeated("- a\n", 2000), limits) == expected);
    CHECK(refusal("a: &a [1, 2, 3]\nb:\n" + repeated("- *a\n", 1000), limits) == expected);
}

TEST_CASE("flow collections are as deep before parsing as after", "[kubernetes]") {
    const auto texts = corpus();
    REQUIRE(texts.size() > 100);
    std::mt19937 random(7);
    const auto below = [&](std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(0, most - 1)(random);
    };
    constexpr std::string_view bytes = "{}[],:'\"#|>-? \n\t&*!%@ab";
    int deep = 0, compared = 0;
    for (int round = 0; round < 6; ++round)
        for (std::string text : texts) {
            for (std::size_t changes = round == 0 ? 0 : 1 + below(4); changes > 0 && !text.empty();
                 --changes) {
                const std::size_t at = below(text.size());
                if (below(2) == 0)
                    text.insert(at, 1, bytes[below(bytes.size())]);
                else
                    text[at] = bytes[below(bytes.size())];
            }
            const auto depth = depth_of(text);
            if (!depth) continue;
            ++compared;
            deep += depth->most > 1 ? 1 : 0;
            CAPTURE(text, depth->most, depth->with_blocks);
            if (depth->most > 0) CHECK(exceeds_flow_bounds(text, depth->most - 1, text.size() + 1));
            CHECK_FALSE(exceeds_flow_bounds(text, depth->with_blocks, text.size() + 1));
        }
    CHECK(compared > 300);
    CHECK(deep > 50);
}

TEST_CASE("of a key that is set twice the last value counts, if it is not refused", "[kubernetes]") {
    const std::string yaml = "spec:\n  replicas: 1\n  list:\n  - a: 1\n    a: 2\n  replicas: 3\nkind: A\n";
    CHECK(refusal(yaml) == "duplicate key \"a\", first on line 4");
    const std::string json =
        R"({"spec": {"replicas": 1, "list": [{"a": 1, "a": 2}], "replicas": 3}, "kind": "A"})";
    for (const bool is_json : {false, true}) {
        CAPTURE(is_json);
        std::vector<DuplicateKey> twice;
        const auto documents = is_json ? read_json("", json, {}, &twice) : read_yaml("", yaml, {}, &twice);
        REQUIRE(documents);
        REQUIRE(twice.size() == 2);
        CHECK(twice[0].path == "spec.list[0].a");
        CHECK(twice[1].path == "spec.replicas");
        CHECK(twice[1].key == "replicas");
        CHECK(twice[1].place == (is_json ? Place{1, 54} : Place{6, 3}));
        CHECK(json_text(documents->front()) == R"({"kind":"A","spec":{"list":[{"a":2}],"replicas":3}})");
    }
    // The list of them is bounded as well.
    std::vector<DuplicateKey> twice;
    REQUIRE(read_yaml("", repeated("a: 1\n", 1000), {}, &twice));
    CHECK(twice.size() == 100);
}
