// The fields of Deployment, pod template and Node (kubernetes/schema/), and what becomes of each
// (field_effects.hpp).
//
// A field that is not in these tables is an error, at any depth. Objects of which nothing can
// matter (a field without a schema: status, managedFields) are held to unique keys only.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "kubernetes/schema/schema.hpp"
#include "manifests/ground.hpp"

namespace kcheck::manifests {

enum class Effect : std::uint8_t {
    none,      // cannot change a verdict
    modelled,  // decoded (decode.cpp), or of no effect but through what stands below it
    assumed,   // names something that must exist (references.cpp)
    decides,   // may decide a verdict and is not modelled
};

struct Schema;

struct Field {
    const kubernetes::Field* of = nullptr;  // its name and type
    Effect effect = Effect::none;
    /// Of what is below it; null: a value, or what is not looked into.
    const Schema* schema = nullptr;
    /// Effect::decides: the name in effects.hpp.
    std::string_view left_out = {};
    /// Effect::decides: whether this value is as good as none (beside an empty one, which
    /// always is).
    bool (*harmless)(const Value&) = nullptr;
    /// When that is, in words.
    std::string_view unless = {};

    std::string_view name() const { return of->name; }
};

struct Schema {
    std::string_view name;  // Go's name of the struct, and of what it is, if that makes a difference
    std::vector<Field> fields;
};

const Schema& deployment_schema();
const Schema& node_schema();
const Schema& list_schema();
const Schema& pod_spec_schema();

}  // namespace kcheck::manifests
