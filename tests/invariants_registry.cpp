// The registry is complete: nothing is listed twice, nothing is left without a variant
// that violates it.
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "invariants/property.hpp"

using namespace kcheck;
using invariants::Form;
using invariants::Kind;
using invariants::Property;

TEST_CASE("ids and names of properties are unique and found") {
    std::set<std::string_view> seen;
    for (const auto& property : invariants::properties()) {
        INFO(property.name);
        CHECK(seen.insert(property.id).second);
        CHECK(seen.insert(property.name).second);
        CHECK(invariants::find_property(property.id) == &property);
        CHECK(invariants::find_property(property.name) == &property);
        CHECK(property.id.substr(0, 5) == (property.kind == Kind::safety ? "KC-S-" : "KC-L-"));
    }
    CHECK(invariants::find_property("no-such-property") == nullptr);
}

TEST_CASE("every property is stated, sourced, and has what its kind needs") {
    for (const auto& property : invariants::properties()) {
        INFO(property.name);
        for (const auto text : {property.statement, property.formula, property.rationale, property.source,
                                property.witness_text})
            CHECK_FALSE(text.empty());
        CHECK(property.statement.back() == '.');
        CHECK(property.witness);
        if (property.kind == Kind::safety) {
            CHECK((property.holds && property.term));
            CHECK_FALSE((property.goal || property.premise || property.counted));
        } else {
            CHECK_FALSE((property.holds || property.term || property.lemma));
            CHECK(bool(property.counted) == (property.form == Form::finitely_often));
            CHECK(bool(property.goal) == (property.form != Form::finitely_often));
            CHECK(bool(property.premise) == (property.form == Form::leads_to));
        }
    }
}

TEST_CASE("every property names variants that exist, and every variant is named") {
    std::set<std::string_view> named;
    for (const auto& property : invariants::properties()) {
        INFO(property.name);
        CHECK_FALSE(property.violated_by.empty());
        for (const auto variant : property.violated_by) {
            INFO(variant);
            CHECK(model::find_variant(variant) != nullptr);
            named.insert(variant);
        }
    }
    for (const auto& variant : model::variants()) {
        INFO(variant.name);
        CHECK(named.contains(variant.name));
    }
}
