#include "manifests/read.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "manifests/decode.hpp"
#include "manifests/defaults.hpp"
#include "manifests/readers.hpp"
#include "manifests/schema_check.hpp"
#include "manifests/sources.hpp"
#include "manifests/validate.hpp"

namespace kcheck::manifests {

namespace {

constexpr std::array<std::string_view, 3> known_kinds = {"Deployment", "Node", "List"};

/// As kubectl: what begins with a brace is JSON, whatever the file's name. A YAML flow map
/// begins so too; it is read as YAML unless the name says JSON.
std::vector<Value> documents_of(const Source& source) {
    const bool named_json = source.name.ends_with(".json");
    const bool named_yaml = source.name.ends_with(".yaml") || source.name.ends_with(".yml");
    const std::size_t first = source.text.find_first_not_of(" \t\r\n");
    const bool brace = first != std::string::npos && source.text[first] == '{';
    return named_json || (brace && !named_yaml) ? read_json(source.name, source.text)
                                                : read_yaml(source.name, source.text);
}

class Reader {
public:
    explicit Reader(Manifests& out) : out_(out) {}

    void source(const Source& source) {
        file_ = source.name;
        const std::vector<Value> documents = documents_of(source);
        if (documents.empty()) fail({}, file_ == "-" ? "standard input is empty" : "no objects in this file");
        for (const Value& document : documents) object(document);
    }

private:
    [[noreturn]] void fail(Place place, std::string message, std::string hint = "") const {
        throw Failure{{file_, place, std::move(message), std::move(hint)}};
    }

    /// apiVersion or kind: present, and a string.
    const std::string& type_field(const Value& object, std::string_view name) const {
        const Value* field = object.find(name);
        if (field == nullptr || (field->is(Value::Kind::string) && field->text.empty()))
            fail(object.place, fmt::format("{} not set", name),
                 name == "kind" ? "kind: Deployment or kind: Node"
                                : "apiVersion: apps/v1 for a Deployment, v1 for a Node");
        if (!field->is(Value::Kind::string))
            fail(field->place, fmt::format("{}: expected a string, got {}", name, describe(*field)));
        return field->text;
    }

    void object(const Value& object) {
        if (!object.is(Value::Kind::map))
            fail(object.place, fmt::format("expected an object, got {}", describe(object)));
        const std::string& kind = type_field(object, "kind");
        const std::string& version = type_field(object, "apiVersion");
        if (kind == "Deployment")
            deployment(object, version);
        else if (kind == "Node")
            node(object, version);
        else if (kind == "List")
            list(object, version);
        else
            other(object, kind);
    }

    void require_version(const Value& object, std::string_view kind, std::string_view version,
                         std::string_view wanted) const {
        if (version == wanted) return;
        fail(place_of_field(object, "apiVersion"),
             fmt::format("no matches for kind \"{}\" in version {}", kind, quote(version)),
             fmt::format("use {}", wanted));
    }

    void list(const Value& object, std::string_view version) {
        require_version(object, "List", version, "v1");
        check_schema(file_, object, list_schema, out_.warnings);
        const Value* items = object.find("items");
        if (items == nullptr) return;
        for (const Value& item : items->items) this->object(item);
    }

    void other(const Value& object, const std::string& kind) {
        const std::string_view near = nearest(kind, known_kinds);
        const Place place = place_of_field(object, "kind");
        if (!near.empty() && edit_distance(kind, near) <= 2)
            fail(place, fmt::format("unknown kind {}", quote(kind)), fmt::format("did you mean {}?", near));
        out_.warnings.push_back(
            {file_, place, fmt::format("kind {} is not modelled: left out", quote(kind))});
    }

    void deployment(const Value& object, std::string_view version) {
        require_version(object, "Deployment", version, "apps/v1");
        check_schema(file_, object, deployment_schema, out_.warnings);
        Deployment decoded = decode_deployment(file_, object);
        set_defaults(decoded);
        validate(decoded, object);

        const auto same = [&](const Deployment& d) {
            return d.name == decoded.name && d.name_space == decoded.name_space;
        };
        const auto known = std::find_if(out_.deployments.begin(), out_.deployments.end(), same);
        const Value* spec = object.find("spec");
        if (known == out_.deployments.end()) {
            out_.deployments.push_back(std::move(decoded));
            specs_.push_back(without_replicas(*spec));
            return;
        }
        const auto index = static_cast<std::size_t>(known - out_.deployments.begin());
        const std::string changed = first_difference(specs_[index], without_replicas(*spec));
        if (!changed.empty())
            fail(place_of_field(object, "spec." + changed),
                 fmt::format("applying Deployment \"{}\" again changes spec.{}: rollouts of a "
                             "change are not modelled yet",
                             decoded.name, changed),
                 "a second apply may change spec.replicas only");
        if (known->applied_replicas.back() != decoded.replicas)
            known->applied_replicas.push_back(decoded.replicas);
    }

    void node(const Value& object, std::string_view version) {
        require_version(object, "Node", version, "v1");
        check_schema(file_, object, node_schema, out_.warnings);
        NodeSpec decoded = decode_node(file_, object);
        set_defaults(decoded);
        validate(decoded, object);
        for (const NodeSpec& earlier : out_.nodes)
            if (earlier.name == decoded.name)
                fail(
                    place_of_field(object, "metadata.name"),
                    fmt::format("Node \"{}\" is already described at {}:{}:{}", decoded.name,
                                earlier.origin.file, earlier.origin.place.line, earlier.origin.place.column));
        out_.nodes.push_back(std::move(decoded));
    }

    static Value without_replicas(Value spec) {
        std::erase_if(spec.members, [](const Member& member) { return member.key == "replicas"; });
        return spec;
    }

    Manifests& out_;
    std::string file_;
    std::vector<Value> specs_;  // of out_.deployments, without spec.replicas
};

}  // namespace

tl::expected<Manifests, Error> read(const std::vector<std::string>& paths, std::istream& standard_input) {
    try {
        Manifests manifests;
        Reader reader(manifests);
        for (const Source& source : read_sources(paths, standard_input)) reader.source(source);
        return manifests;
    } catch (const Failure& failure) {
        return tl::make_unexpected(failure.error);
    }
}

}  // namespace kcheck::manifests
