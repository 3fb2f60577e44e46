// No hook of a resource throws or reads out of bounds, whatever JSON a client sends.
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "reference/apiserver/types_decode.hpp"
#include "tests/apitypes_support.hpp"

using namespace kcheck;
using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::testing;

namespace {

rc::Gen<std::string> words() {
    // Names that mean something somewhere, so that checks are reached, and some that do not.
    return rc::gen::oneOf(
        rc::gen::element<std::string>("", "a", "-", "..", "/", "100%", "25%", "9%%", "Exists", "In", "1Gi",
                                      "-1", "1e9999", "Recreate", "RollingUpdate", "2026-11-21T19:39:27Z",
                                      "T", "example.com/", "cpu", "\xff\xfe", "Pending", "Always"),
        rc::gen::arbitrary<std::string>());
}

rc::Gen<Json> values(int depth);

/// A value that is not a container of others.
rc::Gen<Json> leaves() {
    return rc::gen::oneOf(
        rc::gen::just(Json()),
        rc::gen::map(rc::gen::arbitrary<bool>(), [](bool value) { return Json(value); }),
        rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t value) { return Json(value); }),
        rc::gen::map(rc::gen::element<std::uint64_t>(0, 1, 1ULL << 31U, ~0ULL),
                     [](std::uint64_t value) { return Json(value); }),
        rc::gen::map(rc::gen::arbitrary<double>(), [](double value) { return Json(value); }),
        rc::gen::map(words(), [](std::string value) { return Json(std::move(value)); }));
}

rc::Gen<std::string> field_names() {
    std::vector<std::string> names;
    for (const auto& type : kubernetes::schema().types()) {
        for (const auto& field : type.fields) names.emplace_back(field.name);
    }
    return rc::gen::oneOf(rc::gen::elementOf(std::move(names)), words());
}

rc::Gen<Json> values(int depth) {
    if (depth == 0) return leaves();
    return rc::gen::oneOf(
        leaves(),
        rc::gen::map(rc::gen::resize(5, rc::gen::container<std::vector<Json>>(values(depth - 1))),
                     [](std::vector<Json> list) { return Json(std::move(list)); }),
        rc::gen::map(rc::gen::resize(5, rc::gen::container<std::map<std::string, Json>>(field_names(),
                                                                                        values(depth - 1))),
                     [](std::map<std::string, Json> map) { return Json(std::move(map)); }));
}

/// `object` with a few of its places overwritten, so that the rest of it leads deep into the checks.
Json mutated(Json object, const std::vector<std::pair<unsigned, Json>>& changes) {
    for (const auto& [choice, value] : changes) {
        Json* place = &object;
        for (unsigned rest = choice; place->is_structured() && !place->empty() && rest % 8 != 0; rest /= 2) {
            place = &*std::next(place->begin(), rest % place->size());
        }
        *place = value;
    }
    return object;
}

/// The hooks in the order in which the registry calls them, and out of order.
void call_everything(const Resource& resource, const Json& object, const Json& old) {
    Json changed = object;
    const kubernetes::Type& type = *kubernetes::schema().kind(resource.api_version(), resource.kind);
    const auto error = decoding_error(type, object);
    if (error) RC_ASSERT(error->reason == "Decode");
    unknown_fields(type, object);
    const auto check = [&] {
        if (resource.validate) resource.validate(changed);
        if (resource.validate_update) resource.validate_update(changed, old);
        if (resource.validate_status) resource.validate_status(changed, old);
        if (resource.fields) resource.fields(changed);
        if (resource.cells) RC_ASSERT(resource.cells(changed, "2026-11-21T20:00:00Z").is_array());
    };
    check();
    set_defaults(resource, changed);
    check();
    if (resource.prepare_for_update) resource.prepare_for_update(changed, old);
    if (resource.prepare_for_status) resource.prepare_for_status(changed, old);
    check();
    if (resource.prepare_for_create) resource.prepare_for_create(changed);
    check();
    normalize(type, changed);
    Json again = changed;
    normalize(type, again);
    RC_ASSERT(again == changed);
}

}  // namespace

TEST_CASE("any JSON at all is survived by every hook") {
    CHECK(rc::check([] {
        const auto object = *values(4);
        const auto old = *values(3);
        for (const auto& resource : resources()) call_everything(resource, object, old);
    }));
}

TEST_CASE("recorded objects with parts replaced are survived by every hook") {
    for (const auto* name : {"deployment-rolling", "replicaset-created", "pod-running", "node"}) {
        const auto original = recorded(name);
        CHECK(rc::check([&] {
            const auto changes =
                *rc::gen::resize(4, rc::gen::container<std::vector<std::pair<unsigned, Json>>>(
                                        rc::gen::pair(rc::gen::arbitrary<unsigned>(), values(2))));
            const auto object = mutated(original, changes);
            for (const auto& resource : resources()) {
                if (resource.kind != original["kind"]) continue;
                call_everything(resource, object, original);
                call_everything(resource, original, object);
            }
        }));
    }
}

TEST_CASE("what is decoded, defaulted and valid stays so when it is normalized again") {
    const auto original = recorded("pod-running");
    const kubernetes::Type& type = *kubernetes::schema().kind("v1", "Pod");
    CHECK(rc::check([&] {
        const auto changes =
            *rc::gen::resize(2, rc::gen::container<std::vector<std::pair<unsigned, Json>>>(
                                    rc::gen::pair(rc::gen::arbitrary<unsigned>(), values(1))));
        Json object = mutated(original, changes);
        if (decoding_error(type, object)) return;  // refused before any hook is called
        normalize(type, object);
        RC_ASSERT(!decoding_error(type, object));
        set_defaults(pods(), object);
        Json again = object;
        set_defaults(pods(), again);
        RC_ASSERT(again == object);
        const auto errors = texts(pods().validate(object));
        normalize(type, object);
        RC_ASSERT(texts(pods().validate(object)) == errors);
    }));
}
