// Patches: the standards' own examples and laws, and what kubectl and kubelets send.
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <algorithm>

#include "reference/apiserver/patch.hpp"
#include "reference/apiserver/status_error.hpp"
#include "reference/apiserver/strategy.hpp"
#include "tests/apiserver_support.hpp"

using namespace kcheck;
using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::testing;

namespace {

Json parse(const std::string& text) { return Json::parse(text); }

int refusal(const Json& document, const Json& patch) {
    try {
        apply_json_patch(document, patch);
    } catch (const StatusError& error) {
        return error.code();
    }
    return 200;
}

/// Small documents over few keys, so that patches meet them.
Json any_json(int depth, bool nulls) {
    const int kind = *rc::gen::inRange(0, depth > 0 ? 6 : 4);
    switch (kind) {
        case 0: return nulls ? Json() : Json(false);
        case 1: return *rc::gen::inRange(0, 3);
        case 2: return *rc::gen::element<std::string>("x", "y");
        case 3: return true;
        case 4: {
            Json list = Json::array();
            for (int i = *rc::gen::inRange(0, 3); i > 0; --i) list.push_back(any_json(depth - 1, nulls));
            return list;
        }
        default: {
            Json object = Json::object();
            for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
                object[*rc::gen::element<std::string>("a", "b", "c")] = any_json(depth - 1, nulls);
            return object;
        }
    }
}

Json any_object(int depth, bool nulls) {
    Json object = Json::object();
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
        object[*rc::gen::element<std::string>("a", "b", "c")] = any_json(depth, nulls);
    return object;
}

/// The merge patch that turns `from` into `to`, if neither has nulls.
Json merge_difference(const Json& from, const Json& to) {
    if (!from.is_object() || !to.is_object()) return to;
    Json patch = Json::object();
    for (const auto& [key, value] : from.items())
        if (!to.contains(key)) patch[key] = nullptr;
    for (const auto& [key, value] : to.items())
        if (!from.contains(key))
            patch[key] = value;
        else if (from.at(key) != value)
            patch[key] = merge_difference(from.at(key), value);
    return patch;
}

Json strategic(const Json& pod_before, const Json& patch) {
    return apply_strategic_merge_patch(pod_before, patch, kubernetes::schema().kind("v1", "Pod"));
}

/// A list of containers with distinct names out of a few, each with an image.
Json any_containers() {
    Json list = Json::array();
    for (const std::string name : {"a", "b", "c", "d", "e"})
        if (*rc::gen::arbitrary<bool>())
            list.push_back({{"name", name}, {"image", *rc::gen::element<std::string>("1", "2", "3")}});
    auto items = list.get<std::vector<Json>>();
    for (std::size_t i = items.size(); i > 1; --i)
        std::swap(items[i - 1], items[*rc::gen::inRange<std::size_t>(0, i)]);
    return items;
}

Json with_containers(const Json& containers) { return {{"spec", {{"containers", containers}}}}; }

const Json* named(const Json& list, const Json& name) {
    const auto found =
        std::find_if(list.begin(), list.end(), [&](const Json& item) { return item["name"] == name; });
    return found == list.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("JSON patch: the examples of RFC 6902", "[apiserver]") {
    const auto patched = [](const char* document, const char* patch) {
        return apply_json_patch(parse(document), parse(patch));
    };
    CHECK(patched(R"({"foo":"bar"})", R"([{"op":"add","path":"/baz","value":"qux"}])") ==
          parse(R"({"baz":"qux","foo":"bar"})"));
    CHECK(patched(R"({"foo":["bar","baz"]})", R"([{"op":"add","path":"/foo/1","value":"qux"}])") ==
          parse(R"({"foo":["bar","qux","baz"]})"));
    CHECK(patched(R"({"foo":["all","grass","cows","eat"]})",
                  R"([{"op":"move","from":"/foo/1","path":"/foo/3"}])") ==
          parse(R"({"foo":["all","cows","eat","grass"]})"));
    CHECK(patched(R"({"foo":{"bar":"baz","waldo":"fred"},"qux":{}})",
                  R"([{"op":"move","from":"/foo/waldo","path":"/qux/thud"}])") ==
          parse(R"({"foo":{"bar":"baz"},"qux":{"thud":"fred"}})"));
    CHECK(patched(R"({"/":9,"~1":10})", R"([{"op":"test","path":"/~01","value":10}])") ==
          parse(R"({"/":9,"~1":10})"));
    CHECK(patched(R"({"foo":["bar"]})", R"([{"op":"add","path":"/foo/-","value":["abc"]}])") ==
          parse(R"({"foo":["bar",["abc"]]})"));
    CHECK(patched(R"({"a":1})", R"([{"op":"replace","path":"","value":[2]}])") == parse("[2]"));
}

TEST_CASE("JSON patch: what does not apply, and what is none", "[apiserver]") {
    const Json document = parse(R"({"a":{"b":[1,2]},"s":"text"})");
    for (const char* patch :
         {R"([{"op":"remove","path":"/x"}])", R"([{"op":"replace","path":"/a/x","value":1}])",
          R"([{"op":"add","path":"/a/b/3","value":1}])", R"([{"op":"add","path":"/a/b/01","value":1}])",
          R"([{"op":"add","path":"/s/x","value":1}])", R"([{"op":"add","path":"/x/y","value":1}])",
          R"([{"op":"test","path":"/s","value":"other"}])", R"([{"op":"move","from":"/a","path":"/a/c"}])",
          R"([{"op":"copy","from":"/x","path":"/y"}])", R"([{"op":"remove","path":"/a/b/-"}])"})
        CHECK(refusal(document, parse(patch)) == 422);
    for (const char* patch :
         {"{}", "[1]", R"([{"op":"add","path":"a","value":1}])", R"([{"op":"add","path":"/a"}])",
          R"([{"op":"shuffle","path":"/a"}])", R"([{"path":"/a"}])",
          R"([{"op":"add","path":"/~2","value":1}])", R"([{"op":"copy","path":"/a"}])"})
        CHECK(refusal(document, parse(patch)) == 400);
    // Copies of copies double: forty of them would be a terabyte.
    Json bomb = Json::array({{{"op", "add"}, {"path", "/x"}, {"value", Json::array({1})}}});
    for (int i = 0; i < 40; ++i) bomb.push_back({{"op", "copy"}, {"from", "/x"}, {"path", "/x/0"}});
    CHECK(refusal(Json::object(), bomb) == 413);
}

TEST_CASE("merge patch: the laws of RFC 7386", "[apiserver]") {
    CHECK(apply_merge_patch(parse(R"({"a":[{"b":"c"}]})"), parse(R"({"a":[1]})")) == parse(R"({"a":[1]})"));
    CHECK(apply_merge_patch(parse(R"({"e":null})"), parse(R"({"a":1})")) == parse(R"({"e":null,"a":1})"));
    CHECK(apply_merge_patch(Json::object(), parse(R"({"a":{"bb":{"ccc":null}}})")) ==
          parse(R"({"a":{"bb":{}}})"));
    CHECK_THROWS_AS(apply_merge_patch(Json::object(), Json::array()), StatusError);
    CHECK(rc::check("the empty patch changes nothing", [] {
        const Json document = any_object(3, true);
        RC_ASSERT(apply_merge_patch(document, Json::object()) == document);
    }));
    CHECK(rc::check("twice is once", [] {
        const Json document = any_object(3, false);
        const Json patch = any_object(3, true);
        const Json once = apply_merge_patch(document, patch);
        RC_ASSERT(apply_merge_patch(once, patch) == once);
    }));
    CHECK(rc::check("the difference of two documents turns one into the other", [] {
        const Json from = any_object(3, false);
        const Json to = any_object(3, false);
        RC_ASSERT(apply_merge_patch(from, merge_difference(from, to)) == to);
    }));
}

TEST_CASE("strategic merge: lists by their keys", "[apiserver]") {
    const Json before = with_containers(parse(R"([{"name":"a","image":"1"},{"name":"b","image":"1"}])"));
    const auto containers = [&](const char* patch) {
        return at(strategic(before, {{"spec", parse(patch)}}), "/spec/containers").dump();
    };
    CHECK(containers(R"({"containers":[{"name":"b","image":"2"}]})") ==
          R"([{"image":"1","name":"a"},{"image":"2","name":"b"}])");
    // What is new comes first where nothing is said about the order: nothing relates it to the others.
    CHECK(containers(R"({"containers":[{"name":"c","image":"1"}]})") ==
          R"([{"image":"1","name":"c"},{"image":"1","name":"a"},{"image":"1","name":"b"}])");
    CHECK(containers(R"({"containers":[{"name":"a","$patch":"delete"}]})") ==
          R"([{"image":"1","name":"b"}])");
    CHECK(containers(R"({"containers":[{"name":"c","image":"3"},{"$patch":"replace"}]})") ==
          R"([{"image":"3","name":"c"}])");
    CHECK(containers(R"({"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]})") ==
          R"([{"image":"1","name":"b"},{"image":"1","name":"a"}])");
    CHECK(containers(R"({"$setElementOrder/containers":[{"name":"c"},{"name":"a"}],
                         "containers":[{"name":"c","image":"4"}]})") ==
          R"([{"image":"4","name":"c"},{"image":"1","name":"a"},{"image":"1","name":"b"}])");
    for (const char* bad :
         {R"({"containers":[{"image":"2"}]})", R"({"containers":["a"]})",
          R"({"$setElementOrder/containers":"a"})", R"({"containers":[{"$patch":"merge"}]})",
          R"({"$patch":"sideways"})", R"({"$deleteFromPrimitiveList/containers":1})"})
        CHECK_THROWS_AS(containers(bad), StatusError);
    // Tolerations have no key: the list is replaced.
    const Json tolerant = parse(R"({"spec":{"tolerations":[{"key":"a"},{"key":"b"}]}})");
    CHECK(strategic(tolerant, parse(R"({"spec":{"tolerations":[{"key":"c"}]}})")) ==
          parse(R"({"spec":{"tolerations":[{"key":"c"}]}})"));
}

TEST_CASE("strategic merge: maps, sets and retained keys", "[apiserver]") {
    const auto* type = kubernetes::schema().kind("apps/v1", "Deployment");
    const Json rolling =
        parse(R"({"spec":{"replicas":1,"strategy":{"type":"RollingUpdate","rollingUpdate":{}}}})");
    CHECK(apply_strategic_merge_patch(
              rolling, parse(R"({"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}})"), type) ==
          parse(R"({"spec":{"replicas":1,"strategy":{"type":"Recreate"}}})"));
    CHECK(apply_strategic_merge_patch(rolling,
                                      parse(R"({"spec":{"strategy":{"$patch":"replace","type":"x"}}})"),
                                      type) == parse(R"({"spec":{"replicas":1,"strategy":{"type":"x"}}})"));
    const Json kept = parse(R"({"metadata":{"finalizers":["a","b"],"labels":{"x":"1","y":"2"}}})");
    CHECK(apply_strategic_merge_patch(
              kept, parse(R"({"metadata":{"finalizers":["b","c"],"labels":{"x":null}}})"), type) ==
          parse(R"({"metadata":{"finalizers":["a","b","c"],"labels":{"y":"2"}}})"));
    CHECK(apply_strategic_merge_patch(
              kept, parse(R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}})"), type) ==
          parse(R"({"metadata":{"finalizers":["b"],"labels":{"x":"1","y":"2"}}})"));
}

TEST_CASE("strategic merge of random lists by key", "[apiserver]") {
    CHECK(rc::check("names are the union; the patch decides its own images, the rest stays", [] {
        const Json before = any_containers();
        const Json patch = any_containers();
        const Json after = at(strategic(with_containers(before), with_containers(patch)), "/spec/containers");
        std::set<std::string> expected;
        for (const auto& list : {before, patch})
            for (const auto& item : list) expected.insert(string_at(item, "/name"));
        RC_ASSERT(after.size() == expected.size());
        for (const auto& item : after) {
            const Json* patched = named(patch, item["name"]);
            RC_ASSERT(item == *(patched ? patched : named(before, item["name"])));
        }
        RC_ASSERT(at(strategic(with_containers(after), with_containers(patch)), "/spec/containers") == after);
    }));
    CHECK(rc::check("with deletions and the whole order, the result is what kubectl wants", [] {
        const Json before = any_containers();
        const Json wanted = any_containers();
        Json patch = wanted;
        Json order = Json::array();
        for (const auto& item : wanted) order.push_back({{"name", item["name"]}});
        for (const auto& item : before)
            if (!named(wanted, item["name"])) patch.push_back({{"name", item["name"]}, {"$patch", "delete"}});
        const Json whole{{"spec", {{"$setElementOrder/containers", order}, {"containers", patch}}}};
        RC_ASSERT(at(strategic(with_containers(before), whole), "/spec/containers") == wanted);
    }));
}

TEST_CASE("patches that kubelets sent to a real cluster give what it stored", "[apiserver]") {
    for (const auto& recorded : fixture("patches.json")) {
        const auto& resource = *find_resource("", "v1", string_at(recorded, "/resource"));
        const Json patched = strategic(at(recorded, "/before"), at(recorded, "/patch"));
        Json stored = at(recorded, "/after");
        CHECK(at(decode_object(resource, patched), "/status") ==
              at(decode_object(resource, stored), "/status"));
    }
}
