// One document as a tree of values, each with the place where it stands.
// Anchors, aliases and merge keys are already resolved; keys are unique.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kubernetes/error.hpp"

namespace kcheck::kubernetes {

struct Member;

struct Value {
    enum class Kind : std::uint8_t { null, boolean, integer, number, string, list, map };

    Kind kind = Kind::null;
    Place place;
    /// Scalars: the text as Kubernetes would have it in JSON ("true", "8" for 010), a
    /// string's content, or for a number that fits no 64 bits the digits as written.
    std::string text;
    std::int64_t integer = 0;     // Kind::integer; and 0 or 1 for Kind::boolean
    std::vector<Value> items;     // Kind::list
    std::vector<Member> members;  // Kind::map, in the order of the document

    bool is(Kind wanted) const { return kind == wanted; }
    /// The member called `key`, unless it is absent or null (Kubernetes reads both alike).
    const Value* find(std::string_view key) const;
    /// The same, or a null value.
    const Value& at(std::string_view key) const;
    /// How many values the tree holds, itself included.
    std::size_t size() const;
};

struct Member {
    std::string key;
    Place key_place;
    Value value;
};

/// As JSON in one line, the members ordered by their keys.
std::string json_text(const Value& value);

/// "integer 3", "string \"x\"", "a list": for messages.
std::string describe(const Value& value);

/// Where to point when the field `path` of `root` is at fault, as in
/// `spec.template.spec.containers[0].resources.requests[cpu]`: at its value, or where the
/// field is absent at the key of the nearest ancestor that is there.
Place place_of_field(const Value& root, std::string_view path);

/// The first field (depth first) in which the trees differ, as a path; empty when they are
/// equal. A null and an absent member are equal, and members may come in any order.
std::string first_difference(const Value& a, const Value& b);

}  // namespace kcheck::kubernetes
