#include "manifests/read.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "kubernetes/readers.hpp"
#include "manifests/acceptance.hpp"
#include "manifests/decode.hpp"
#include "manifests/defaults.hpp"
#include "manifests/kinds.hpp"
#include "manifests/schema_check.hpp"
#include "manifests/sources.hpp"
#include "manifests/validate.hpp"

namespace kcheck::manifests {

namespace {

/// As kubectl: what begins with a brace is JSON, whatever the file's name. A YAML flow map
/// begins so too; it is read as YAML unless the name says JSON.
std::vector<Value> documents_of(const Source& source) {
    const bool named_json = source.name.ends_with(".json");
    const bool named_yaml = source.name.ends_with(".yaml") || source.name.ends_with(".yml");
    const std::size_t first = source.text.find_first_not_of(" \t\r\n");
    const bool brace = first != std::string::npos && source.text[first] == '{';
    auto documents = named_json || (brace && !named_yaml) ? kubernetes::read_json(source.name, source.text)
                                                          : kubernetes::read_yaml(source.name, source.text);
    if (!documents) throw Failure{documents.error()};
    return std::move(*documents);
}

class Reader {
public:
    explicit Reader(Manifests& out) : out_(out) {}

    void source(const Source& source) {
        file_ = source.name;
        out_.files.push_back(source.name);
        accept_comments(source, out_.acceptances);
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

    /// `item_of`: the kind of the items of the list that it stands in, which may leave it out.
    void object(const Value& object, std::string_view item_of = "", std::string_view item_version = "") {
        if (!object.is(Value::Kind::map))
            fail(object.place, fmt::format("expected an object, got {}", describe(object)));
        const bool silent = object.find("kind") == nullptr && !item_of.empty();
        const std::string kind = silent ? std::string(item_of) : type_field(object, "kind");
        const std::string version = silent ? std::string(item_version) : type_field(object, "apiVersion");
        const std::string_view group = group_of(version);
        if (const std::string item = item_kind(object, kind, group); !item.empty())
            return list(object, kind, item, version);
        if (kind == "Deployment" && is_built_in(group)) return deployment(object, version);
        if (kind == "Node" && is_built_in(group)) return node(object, version);
        other(object, kind, group);
    }

    /// Of a list: "Deployment" for a DeploymentList, "any" for a List; empty: it is none.
    static std::string item_kind(const Value& object, std::string_view kind, std::string_view group) {
        if (!kind.ends_with("List")) return {};
        const std::string item(kind.substr(0, kind.size() - 4));
        if (group.empty() && item.empty()) return "any";
        const Value* items = object.find("items");
        const bool lists = items != nullptr && items->is(Value::Kind::list);
        return find_kind(group, item) != nullptr || (!is_built_in(group) && lists) ? item : std::string();
    }

    void require_version(const Value& object, std::string_view kind, std::string_view version,
                         std::string_view wanted) const {
        if (version == wanted) return;
        fail(place_of_field(object, "apiVersion"),
             fmt::format("no matches for kind \"{}\" in version {}", kind, quote(version)),
             fmt::format("use {}", wanted));
    }

    void list(const Value& object, const std::string& kind, const std::string& item,
              const std::string& version) {
        const bool any = item == "any";
        if (any) require_version(object, kind, version, "v1");
        check_schema(file_, object, list_schema());
        const Value* items = object.find("items");
        if (items == nullptr) return;
        for (const Value& one : items->items) this->object(one, any ? "" : item, version);
    }

    void other(const Value& object, const std::string& kind, std::string_view group) {
        const KindInfo* info = is_built_in(group) ? find_kind(group, kind) : nullptr;
        if (info == nullptr && is_built_in(group)) unknown_kind(object, kind);
        const Value* metadata = object.find("metadata");
        const auto text = [&](const char* key) {
            const Value* found = metadata == nullptr ? nullptr : metadata->find(key);
            return found == nullptr ? std::string() : found->text;
        };
        Object out{
            {file_, object.place}, std::string(group), kind, text("name"), text("namespace"), info, object};
        if (out.name_space.empty()) out.name_space = "default";
        accept_annotations(out.origin, object, out_.acceptances);
        out_.objects.push_back(std::move(out));
    }

    [[noreturn]] void unknown_kind(const Value& object, const std::string& kind) const {
        const Place place = place_of_field(object, "kind");
        std::vector<std::string_view> known;
        for (const KindInfo& info : kinds()) known.push_back(info.kind);
        const std::string_view near = nearest(kind, known);
        fail(place, fmt::format("unknown kind {}", quote(kind)),
             !near.empty() ? fmt::format("did you mean {}?", near)
                           : std::string("Kubernetes has no such kind"));
    }

    void deployment(const Value& object, std::string_view version) {
        require_version(object, "Deployment", version, "apps/v1");
        std::vector<LeftOut> found = check_schema(file_, object, deployment_schema());
        validate_deployment(file_, object);
        run_as_root(object, found);
        Deployment decoded = decode_deployment(file_, object);
        set_defaults(decoded);
        decoded.left_out = std::move(found);
        accept_annotations(decoded.origin, object, out_.acceptances);

        const auto same = [&](const Deployment& d) {
            return d.name == decoded.name && d.name_space == decoded.name_space;
        };
        const auto known = std::find_if(out_.deployments.begin(), out_.deployments.end(), same);
        const Value* spec = object.find("spec");
        if (known == out_.deployments.end()) {
            decoded.templates = {decoded.pod_template};
            out_.deployments.push_back(std::move(decoded));
            specs_.push_back({*spec});
            return;
        }
        again(object, decoded, *known, specs_[static_cast<std::size_t>(known - out_.deployments.begin())]);
    }

    /// Containers that the kubelet does not start: their user is root, and they may not run as root
    /// (pkg/kubelet/kuberuntime/security_context.go: verifyRunAsNonRoot). What a container does not say,
    /// its pod says.
    void run_as_root(const Value& deployment, std::vector<LeftOut>& found) const {
        const Value& pod = deployment.at("spec").at("template").at("spec");
        for (const char* list : {"containers", "initContainers"})
            for (const Value& container : pod.at(list).items) {
                const auto said = [&](const char* name) -> const Value& {
                    const Value* own = container.at("securityContext").find(name);
                    return own != nullptr ? *own : pod.at("securityContext").at(name);
                };
                const Value& user = said("runAsUser");
                const bool is_root = user.is(Value::Kind::integer) && user.integer == 0;
                if (is_root && said("runAsNonRoot").integer != 0)
                    found.push_back(
                        left_out("root-user", file_, user.place, "runAsUser: 0 with runAsNonRoot"));
            }
    }

    /// A later apply: of what it changes, spec.replicas is modelled, and what pods run. `specs`: by template,
    /// the spec that first had it.
    void again(const Value& object, Deployment& later, Deployment& first, std::vector<Value>& specs) {
        const Value& spec = *object.find("spec");
        const std::string changed =
            first_difference(without(specs.front(), {"replicas"}), without(spec, {"replicas"}));
        const bool only_template = first_difference(what_places(specs.front()), what_places(spec)).empty();
        if (changed == "selector" || changed.starts_with("selector."))
            fail(place_of_field(object, "spec." + changed),
                 fmt::format("The Deployment {} is invalid: spec.selector: field is immutable",
                             quote(later.name)));
        Apply apply{later.replicas, first.applies.back().pod_template, first.applies.back().changed};
        if (only_template) {
            const auto is_same = [&](const Value& other) {
                return first_difference(other.at("template"), spec.at("template")).empty();
            };
            const auto same = std::find_if(specs.begin(), specs.end(), is_same);
            apply.pod_template = static_cast<int>(same - specs.begin());
            if (!changed.empty()) apply.changed = place_of_field(object, "spec." + changed);
            if (same == specs.end()) {
                specs.push_back(spec);
                first.templates.push_back(later.pod_template);
            }
        }
        if (!changed.empty()) {
            for (LeftOut& one : later.left_out) first.left_out.push_back(std::move(one));
            if (!only_template)
                first.left_out.push_back(left_out("rolling-update", file_,
                                                  place_of_field(object, "spec." + changed),
                                                  fmt::format("spec.{} is applied anew", changed)));
            for (const Reference& reference : later.references)
                if (std::find(first.references.begin(), first.references.end(), reference) ==
                    first.references.end())
                    first.references.push_back(reference);
        }
        if (first.applies.back() != apply) first.applies.push_back(apply);
    }

    void node(const Value& object, std::string_view version) {
        require_version(object, "Node", version, "v1");
        std::vector<LeftOut> found = check_schema(file_, object, node_schema());
        validate_node(file_, object);
        NodeSpec decoded = decode_node(file_, object);
        set_defaults(decoded);
        decoded.left_out = std::move(found);
        accept_annotations(decoded.origin, object, out_.acceptances);
        for (const NodeSpec& earlier : out_.nodes)
            if (earlier.name == decoded.name)
                fail(
                    place_of_field(object, "metadata.name"),
                    fmt::format("Node \"{}\" is already described at {}:{}:{}", decoded.name,
                                earlier.origin.file, earlier.origin.place.line, earlier.origin.place.column));
        out_.nodes.push_back(std::move(decoded));
    }

    /// A spec without spec.replicas and without what of the pods no controller, scheduler or node tells
    /// apart. Two that are equal but for these are followed as rollouts.
    static Value what_places(Value spec) {
        spec = without(std::move(spec), {"replicas"});
        for (Member& member : spec.members) {
            if (member.key != "template") continue;
            for (Member& part : member.value.members) {
                if (part.key == "metadata") part.value = without(std::move(part.value), {"annotations"});
                if (part.key != "spec") continue;
                for (Member& list : part.value.members)
                    if (list.key == "containers")
                        for (Value& container : list.value.items)
                            container = without(std::move(container), {"image", "env", "envFrom", "command",
                                                                       "args", "workingDir", "tty"});
            }
        }
        return spec;
    }

    static Value without(Value spec, std::initializer_list<std::string_view> keys) {
        std::erase_if(spec.members, [&](const Member& member) {
            return std::find(keys.begin(), keys.end(), member.key) != keys.end();
        });
        return spec;
    }

    Manifests& out_;
    std::string file_;
    std::vector<std::vector<Value>> specs_;  // of out_.deployments, without spec.replicas
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
