#include "reference/apiserver/types_schema.hpp"

#include <algorithm>
#include <array>

#include "reference/apiserver/types_tables.hpp"

namespace kcheck::reference::apiserver {

namespace {

using Element = Field::Element;

Element element_of(std::string_view go_type) {
    struct Basic {
        std::string_view name;
        Element element;
    };
    static constexpr std::array<Basic, 13> basics = {{
        {"string", Element::string},
        {"types.UID", Element::string},
        {"v1.DeletionPropagation", Element::string},
        {"bool", Element::boolean},
        {"int32", Element::int32},
        {"int64", Element::int64},
        {"resource.Quantity", Element::quantity},
        {"intstr.IntOrString", Element::int_or_string},
        {"v1.Time", Element::time},
        {"v1.MicroTime", Element::micro_time},
        {"[]uint8", Element::bytes},
        {"v1.FieldsV1", Element::any},
        {"runtime.RawExtension", Element::any},
    }};
    const auto* const basic = std::find_if(basics.begin(), basics.end(),
                                           [&](const Basic& candidate) { return candidate.name == go_type; });
    return basic == basics.end() ? Element::structure : basic->element;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// "io.k8s.api.apps.v1" serves "apps/v1"; the core group and the types of all groups are "v1".
std::string api_version_of(std::string_view package) {
    if (package == core_package || package == meta_package) return "v1";
    if (package == "io.k8s.api.coordination.v1") return "coordination.k8s.io/v1";
    take_prefix(package, "io.k8s.api.");
    const auto dot = package.find('.');
    return std::string(package.substr(0, dot)) + "/" + std::string(package.substr(dot + 1));
}

}  // namespace

Field::Field(std::string_view field_name, std::string_view go_type, std::string_view field_description,
             FieldTraits with)
    : name(field_name), type(go_type), description(field_description), traits(with) {
    std::string_view rest = type;
    pointer = take_prefix(rest, "*");
    if (take_prefix(rest, "map[string]")) {
        shape = Shape::map;
    } else if (rest != "[]uint8" && take_prefix(rest, "[]")) {
        shape = Shape::list;
    }
    element = element_of(rest);
    if (element != Element::structure) return;
    take_prefix(rest, "v1.");
    reference = rest;
}

const Field* Type::field(std::string_view field_name) const {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field& candidate) { return candidate.name == field_name; });
    return found == fields.end() ? nullptr : &*found;
}

Schema::Schema(std::vector<Type> types) : types_(std::move(types)) {
    std::sort(types_.begin(), types_.end(), [](const Type& a, const Type& b) { return a.name < b.name; });
}

const Type* Schema::type(std::string_view name) const {
    const auto found = std::lower_bound(types_.begin(), types_.end(), name,
                                        [](const Type& a, std::string_view b) { return a.name < b; });
    return found == types_.end() || found->name != name ? nullptr : &*found;
}

const Type* Schema::kind(std::string_view api_version, std::string_view kind) const {
    const Type* found = type(kind);
    if (found == nullptr || found->field("apiVersion") == nullptr) return nullptr;
    if (api_version_of(found->package) == api_version) return found;
    // kubectl before 1.22 evicts in the old version, which has the same fields.
    return api_version == "policy/v1beta1" && kind == "Eviction" ? found : nullptr;
}

const Schema& schema() {
    static const Schema all([] {
        std::vector<Type> types;
        for (auto part : {meta_types(), pod_types(), container_types(), scheduling_types(), volume_types(),
                          cluster_types(), config_types(), apps_types()}) {
            for (auto& type : part) types.push_back(std::move(type));
        }
        return types;
    }());
    return all;
}

}  // namespace kcheck::reference::apiserver
