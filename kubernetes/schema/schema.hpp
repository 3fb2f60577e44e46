// The kinds of Kubernetes 1.36 and their fields, said once.
//
// tables/*.txt, one for each API group and version, are written by tools/make_schema.py from the Go
// types (staging/src/k8s.io/api, apimachinery/pkg/apis/meta/v1, apiextensions-apiserver). Descriptions,
// bounds, `immutable` and defaults that Go declares in code are added to them by hand, and kept.
//
// A table begins with `package NAME DEFINITIONS API_VERSION`. Then come
//
//     string NAME [WORD...]                 a string type; if it has words ("": none), no other is valid
//     kind NAME [| DESCRIPTION]             an object, `type` a part of one; each of its fields is
//      NAME TYPE [FLAG...] [| DESCRIPTION]  beside it, by name
//
// TYPE is Go's, with names of other tables as `core.PodSpec` and what has an encoding of its own as Time,
// MicroTime, Quantity, IntOrString and any (of any shape). FLAG: `required`; `immutable` (once set);
// `merge`, `merge=KEY`, `retainKeys` (patch strategies); `=JSON` (default); `>=NUMBER`, `<=NUMBER`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kcheck::kubernetes {

struct Type;

struct Field {
    enum class Shape : std::uint8_t { one, list, map };
    enum class Element : std::uint8_t {
        string,
        boolean,
        int32,
        int64,
        number,
        quantity,
        int_or_string,
        time,
        micro_time,
        bytes,  // base64
        any,    // not looked into
        structure,
    };

    std::string_view name;
    std::string_view declared;       // "*int32", "[]core.Container", "map[string]string"
    std::string_view description;    // empty: there is none
    std::string_view merge_key;      // patchMergeKey
    std::string_view default_value;  // JSON; empty: none
    std::optional<std::int64_t> minimum, maximum;
    bool required = false;      // Go neither omits it nor calls it optional
    bool immutable = false;     // once it is set
    bool merges = false;        // patchStrategy=merge: by `merge_key`, or as a set of primitives
    bool retains_keys = false;  // patchStrategy=retainKeys
    bool pointer = false;       // its zero value is written, too
    Shape shape = Shape::one;
    Element element = Element::structure;
    const Type* type = nullptr;               // of a structure, or of the elements of a list or map
    std::span<const std::string_view> words;  // of a string; empty: any

    /// As Go writes it: "[]v1.Container".
    std::string go_type() const;
};

struct Type {
    std::string_view package;      // "apps": the name of its table
    std::string_view name;         // "DeploymentSpec"
    std::string_view definitions;  // "io.k8s.api.apps.v1"
    std::string_view api_version;  // "apps/v1"
    std::string_view description;
    bool is_kind = false;
    std::vector<Field> fields;  // ordered by name

    const Field* field(std::string_view field_name) const;  // null: there is none
    /// The name in OpenAPI: "io.k8s.api.apps.v1.DeploymentSpec".
    std::string definition() const;
};

class Schema {
public:
    /// Throws std::invalid_argument where a table is not as above, or names a type that is in none.
    explicit Schema(std::span<const std::string_view> tables);
    Schema(const Schema&) = delete;
    Schema& operator=(const Schema&) = delete;

    /// "core.PodSpec"; null if there is none.
    const Type* type(std::string_view qualified) const;
    /// Of a string type, "core.PullPolicy", ordered; empty: any. Throws std::invalid_argument for what is
    /// none.
    std::span<const std::string_view> words(std::string_view qualified) const;
    /// "apps/v1", "Deployment"; null if there is none.
    const Type* kind(std::string_view api_version, std::string_view name) const;
    /// Ordered by package and name.
    std::span<const Type> types() const { return types_; }

private:
    struct Words {
        std::string_view package, name;
        std::vector<std::string_view> words;
    };
    const Type* find(std::string_view package, std::string_view name) const;
    const Words* find_words(std::string_view package, std::string_view name) const;
    void read(std::string_view table);
    void resolve(const Type& type, Field& field) const;

    std::vector<Type> types_;
    std::vector<Words> words_;
};

/// Of all tables; made when it is first asked for.
const Schema& schema();

}  // namespace kcheck::kubernetes
