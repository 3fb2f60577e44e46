#include "manifests/schema.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>

#include "manifests/field_effects.hpp"

namespace kcheck::manifests {

namespace {

bool is_among(std::string_view words, std::string_view wanted) {
    while (!words.empty()) {
        const auto end = std::min(words.find(' '), words.size());
        if (words.substr(0, end) == wanted) return true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

/// Both tables in one, from the kinds that are read downwards.
class Graph {
public:
    Graph()
        : deployment(root("apps.Deployment")),
          node(root("core.Node")),
          list(root("meta.List")),
          pod_spec(root("core.PodSpec")) {}

private:
    std::vector<std::unique_ptr<Schema>> schemas_;

public:
    const Schema &deployment, &node, &list, &pod_spec;

private:
    [[noreturn]] static void fail(std::string_view what, std::string_view where) {
        throw std::logic_error("field effects: " + std::string(where) + ": " + std::string(what));
    }

    const Schema& root(std::string_view qualified) {
        const kubernetes::Type* type = kubernetes::schema().type(qualified);
        if (type == nullptr) fail("there is no such type", qualified);
        return of(*type, {});
    }

    const Schema& of(const kubernetes::Type& type, std::string_view view) {
        const auto name = view.empty() ? type.name : view;
        for (const auto& known : schemas_)
            if (known->name == name) return *known;
        const TypeEffects* effects = effects_of(type, view);
        // Before its fields, which may lead back to it.
        Schema& schema = *schemas_.emplace_back(std::make_unique<Schema>());
        schema.name = name;
        schema.fields.reserve(type.fields.size());
        for (const auto& field : type.fields) schema.fields.push_back(made(field, effects, name));
        if (effects == nullptr) return schema;
        for (const auto& other : effects->others)
            if (type.field(other.name) == nullptr) fail("there is no field " + std::string(other.name), name);
        return schema;
    }

    /// Null: no field has an effect.
    static const TypeEffects* effects_of(const kubernetes::Type& type, std::string_view view) {
        const auto qualified = std::string(type.package) + "." + std::string(type.name);
        for (const auto& effects : type_effects())
            if (effects.type == qualified && effects.name == view) return &effects;
        if (!is_among(types_of_no_effect(), qualified)) fail("nothing is said of it", qualified);
        return nullptr;
    }

    Field made(const kubernetes::Field& field, const TypeEffects* effects, std::string_view where) {
        Field made;
        made.of = &field;
        FieldEffect effect;
        if (effects != nullptr) {
            const auto& others = effects->others;
            const auto found = std::find_if(others.begin(), others.end(), [&](const FieldEffect& other) {
                return other.name == field.name;
            });
            const bool is_none = is_among(effects->none, field.name);
            if ((found != others.end()) == is_none) fail("not once: " + std::string(field.name), where);
            if (!is_none) effect = *found;
        }
        made.effect = effect.effect;
        made.left_out = effect.left_out;
        made.harmless = effect.harmless;
        made.unless = effect.unless;
        if (field.type != nullptr && !effect.opaque) made.schema = &of(*field.type, effect.as);
        return made;
    }
};

const Graph& graph() {
    static const Graph all;
    return all;
}

}  // namespace

const Schema& deployment_schema() { return graph().deployment; }
const Schema& node_schema() { return graph().node; }
const Schema& list_schema() { return graph().list; }
const Schema& pod_spec_schema() { return graph().pod_spec; }

}  // namespace kcheck::manifests
