#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "reference/http/client.hpp"
#include "reference/http/message_parsing.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::http;

namespace {

rc::Gen<std::string> text_of(rc::Gen<char> characters) {
    return rc::gen::container<std::string>(std::move(characters));
}

}  // namespace

TEST_CASE("targets are decoded") {
    const auto target =
        parse_target("/api/v1/namespaces/a%2Db/pods?labelSelector=app%3Dx%2Ca+b&watch&limit=5");
    REQUIRE(target);
    CHECK(target->path == "/api/v1/namespaces/a-b/pods");
    CHECK(target->query == Query{{"labelSelector", "app=x,a b"}, {"watch", ""}, {"limit", "5"}});

    CHECK(parse_target("/a+b")->path == "/a+b");
    CHECK(parse_target("/?a=1&a=2&&")->query == Query{{"a", "1"}});
    CHECK(parse_target("/?a=b=c")->query == Query{{"a", "b=c"}});
}

TEST_CASE("targets that are none are refused") {
    const auto* text = GENERATE("", "api", "*", "http://host/", "/%", "/%4", "/%zz", "/a?b=%f", "/a?%=1",
                                "/%00", "/a%0Ab", "/?a=%0D");
    INFO(text);
    CHECK_FALSE(parse_target(text));
}

TEST_CASE("what the client encodes, the server decodes") {
    const auto text =
        text_of(rc::gen::suchThat<char>([](char c) { return static_cast<unsigned char>(c) >= ' '; }));
    CHECK(rc::check([&] {
        const auto name = *text;
        const auto query = *rc::gen::container<Query>(text, text);
        const auto target = parse_target(to_target("/" + name, query));
        RC_ASSERT(bool(target));
        RC_ASSERT(target->path == "/" + name);
        RC_ASSERT(target->query == query);
    }));
}

TEST_CASE("JSON has a limit to its depth, and none to what strings hold") {
    const auto nested = [](int depth) {
        return std::string(static_cast<std::size_t>(depth), '[') +
               std::string(static_cast<std::size_t>(depth), ']');
    };
    CHECK(parse_json(nested(nesting_most)));
    CHECK_FALSE(parse_json(nested(nesting_most + 1)));
    CHECK_FALSE(parse_json(std::string(3 << 20, '{')));
    CHECK(parse_json("[\"" + std::string(1000, '[') + "\\\"" + std::string(1000, '{') + "\"]"));
    const auto* text =
        GENERATE("", "{", "{]", "{\"a\":}", "nul", "\"\xff\"", "{} {}", "{a: 1}", "01", "[1,]");
    INFO(text);
    CHECK_FALSE(parse_json(text));
}

TEST_CASE("YAML is read as kubectl reads it") {
    const auto value = parse_yaml(
        "apiVersion: v1\n"
        "kind: Pod\n"
        "metadata: {name: a, labels: {\"on\": \"yes\", count: '3'}}\n"
        "spec:\n"
        "  list: [1, -2, 1.5, true, no, ~, text, 0x, 1e3]\n"
        "  block: |\n"
        "    two\n"
        "    lines\n"
        "  empty:\n");
    REQUIRE(value);
    CHECK(*value == Json::parse(R"({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "a", "labels": {"on": "yes", "count": "3"}},
        "spec": {"list": [1, -2, 1.5, true, false, null, "text", "0x", 1000.0], "block": "two\nlines\n",
                 "empty": null}})"));
    CHECK(*parse_yaml("{\"kind\": \"Pod\"}") == Json{{"kind", "Pod"}});
    CHECK(parse_yaml("")->is_null());
    CHECK(*parse_yaml("a: &x {b: 010}\nc: *x") == Json{{"a", {{"b", 8}}}, {"c", {{"b", 8}}}});
}

TEST_CASE("fields that are set twice are told, and the last value counts") {
    using Texts = std::vector<std::string>;
    Texts twice;
    CHECK(*parse_json(R"({"a": [{"b": {"x": 1}, "b": 2}], "c": {"d": 1, "d": {}}, "a": 3})", &twice) ==
          Json::parse(R"({"a": 3, "c": {"d": {}}})"));
    CHECK(twice == Texts{"duplicate field \"a[0].b\"", "duplicate field \"c.d\"", "duplicate field \"a\""});
    twice.clear();
    CHECK(*parse_yaml("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n", &twice) ==
          Json::parse(R"({"a": 3, "b": {"c": 2}})"));
    CHECK(twice == Texts{"yaml: unmarshal errors:\n  line 4: key \"c\" already set in map\n"
                         "  line 5: key \"a\" already set in map"});
}

TEST_CASE("YAML that is wrong, ambiguous or a bomb is refused") {
    const auto* text = GENERATE("a: [1", "a: 1\na: 2", "a: *x", "? {a: 1}\n: b", "? [a]\n: b",
                                "a: 1\n---\nb: 2", "\t- a", "a: b: c", "- a\nb: c");
    INFO(text);
    CHECK_FALSE(parse_yaml(text));
    CHECK_FALSE(parse_yaml(std::string(nesting_most + 1, '[')));
    std::string dashes;
    for (int i = 0; i <= nesting_most; ++i) dashes += "- ";
    CHECK_FALSE(parse_yaml(dashes + "a"));
    CHECK_FALSE(parse_yaml(std::string(1 << 20, '{')));
}

TEST_CASE("no text makes the parsers do anything but refuse it") {
    const auto hostile = rc::gen::container<std::string>(
        rc::gen::oneOf(rc::gen::elementOf(std::string("{}[]:,-\"'\\&*?|>#%@`! \n\t~0123456789.eEabnull")),
                       rc::gen::arbitrary<char>()));
    CHECK(rc::check("YAML and JSON", [&] {
        const auto text = *hostile;
        for (const auto& value : {parse_yaml(text), parse_json(text)})
            if (value) RC_ASSERT(!value->dump(-1, ' ', false, Json::error_handler_t::replace).empty());
    }));
    CHECK(rc::check("targets", [&] {
        if (const auto target = parse_target("/" + *hostile)) RC_ASSERT(target->path.starts_with('/'));
    }));
}

TEST_CASE("every JSON value is YAML, and the same") {
    const auto text = text_of(rc::gen::inRange<char>(' ', 127));
    CHECK(rc::check([&] {
        const Json json = *rc::gen::container<std::map<std::string, std::vector<std::int64_t>>>(
            text, rc::gen::arbitrary<std::vector<std::int64_t>>());
        const auto read = parse_yaml(json.dump());
        RC_ASSERT(bool(read));
        RC_ASSERT(*read == json);
    }));
}

TEST_CASE("media types") {
    CHECK(body_format("") == BodyFormat::json);
    CHECK(body_format("application/json; charset=utf-8") == BodyFormat::json);
    CHECK(body_format("application/strategic-merge-patch+json") == BodyFormat::json);
    CHECK(body_format("application/apply-patch+yaml") == BodyFormat::yaml);
    CHECK(body_format("application/yaml") == BodyFormat::yaml);
    CHECK(body_format("application/vnd.kubernetes.protobuf") == BodyFormat::protobuf);
    CHECK(body_format("text/html") == BodyFormat::unsupported);
}
