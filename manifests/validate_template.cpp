// kube-apiserver's validation of those parts of a pod template that the model does not read:
// on the tree, since they are not decoded.
// Source: pkg/apis/core/validation/validation.go (ValidatePodTemplateSpec and below),
// pkg/apis/apps/validation/validation.go (ValidatePodTemplateSpecForReplicaSet).
#include <array>
#include <cctype>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "manifests/decode.hpp"
#include "manifests/ground.hpp"
#include "manifests/validate.hpp"

namespace kcheck::manifests {

namespace {

const Value nothing;

const Value& member(const Value& from, std::string_view key) {
    const Value* found = from.find(key);
    return found == nullptr ? nothing : *found;
}
bool has(const Value& from, std::string_view key) { return from.find(key) != nullptr; }
const std::string& text(const Value& from, std::string_view key) { return member(from, key).text; }

std::string join(const std::string& path, std::string_view name) { return fmt::format("{}.{}", path, name); }

/// IsValidPortName.
std::string port_name_problem(std::string_view name) {
    const auto some = [&](auto test) { return std::any_of(name.begin(), name.end(), test); };
    if (name.size() > 15) return "must be no more than 15 characters";
    if (some([](char c) { return !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-'; }))
        return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
    if (!some([](char c) { return c >= 'a' && c <= 'z'; })) return "must contain at least one letter (a-z)";
    if (name.find("--") != std::string_view::npos) return "must not contain consecutive hyphens";
    if (name.front() == '-' || name.back() == '-') return "must not begin or end with a hyphen";
    return {};
}

class TemplateValidator {
public:
    explicit TemplateValidator(const Subject& subject) : subject_(subject) {}

    void pod(const Value& spec, const std::string& path) {
        words(spec, pod_spec_schema, path);
        volumes(spec, path);
        containers(spec, path);
        scheduling(spec, path);
        if (const std::string& policy = text(spec, "restartPolicy"); !policy.empty() && policy != "Always")
            subject_.unsupported(join(path, "restartPolicy"), policy, {"Always"});
        if (has(spec, "activeDeadlineSeconds"))
            subject_.forbidden(join(path, "activeDeadlineSeconds"),
                               "activeDeadlineSeconds in ReplicaSet is not Supported");
        if (!member(spec, "ephemeralContainers").items.empty())
            subject_.forbidden(join(path, "ephemeralContainers"),
                               "ephemeral containers not allowed in pod template");
        for (const char* name : {"serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"})
            valid_name(spec, name, path, dns_subdomain_problem);
        for (const char* name : {"hostname", "subdomain"}) valid_name(spec, name, path, dns_label_problem);
        if (text(spec, "dnsPolicy") == "None" &&
            member(member(spec, "dnsConfig"), "nameservers").items.empty())
            subject_.required(join(path, "dnsConfig.nameservers"),
                              "must provide at least one DNS nameserver when `dnsPolicy` is None");
    }

private:
    void valid_name(const Value& from, const char* key, const std::string& path,
                    std::string (*problem_of)(std::string_view)) const {
        const std::string& name = text(from, key);
        if (name.empty()) return;
        if (const std::string problem = problem_of(name); !problem.empty())
            subject_.invalid(join(path, key), quote(name), problem);
    }

    void required(const Value& from, std::string_view key, const std::string& path) const {
        if (text(from, key).empty()) subject_.required(join(path, key));
    }

    void each(const Value& from, std::string_view key, const std::string& path,
              const std::function<void(const Value&, const std::string&)>& what) const {
        const Value& list = member(from, key);
        for (std::size_t i = 0; i < list.items.size(); ++i)
            what(list.items[i], fmt::format("{}.{}[{}]", path, key, i));
    }

    /// Every field that takes certain words only, at any depth.
    void words(const Value& value, const Schema& schema, const std::string& path) const {
        for (const Field& field : schema.fields) {
            const Value* found = value.find(field.name);
            if (found == nullptr) continue;
            const std::string at = join(path, field.name);
            if (!field.words.empty() && !found->text.empty() &&
                std::find(field.words.begin(), field.words.end(), found->text) == field.words.end())
                subject_.unsupported(at, found->text, field.words);
            if (field.schema == nullptr) continue;
            if (field.type == Type::object) words(*found, *field.schema, at);
            for (std::size_t i = 0; i < found->items.size(); ++i)
                words(found->items[i], *field.schema, fmt::format("{}[{}]", at, i));
        }
    }

    // --- volumes ---------------------------------------------------------------------------

    void volumes(const Value& spec, const std::string& path) {
        each(spec, "volumes", path, [&](const Value& volume, const std::string& at) {
            required(volume, "name", at);
            valid_name(volume, "name", at, dns_label_problem);
            if (!volumes_.insert(text(volume, "name")).second)
                subject_.duplicate(join(at, "name"), quote(text(volume, "name")));
            int sources = 0;
            for (const Member& source : volume.members) {
                if (source.key == "name" || source.value.is(Value::Kind::null)) continue;
                const std::string at_source = join(at, source.key);
                if (++sources > 1) subject_.forbidden(at_source, "may not specify more than 1 volume type");
                volume_source(source.key, source.value, at_source);
            }
        });
    }

    void volume_source(const std::string& kind, const Value& source, const std::string& at) const {
        if (kind == "secret") required(source, "secretName", at);
        if (kind == "configMap") required(source, "name", at);
        if (kind == "persistentVolumeClaim") required(source, "claimName", at);
        if (kind == "hostPath") required(source, "path", at);
        if (kind == "csi") required(source, "driver", at);
        if (kind == "nfs")
            for (const char* field : {"server", "path"}) required(source, field, at);
        if (kind == "ephemeral" && !has(source, "volumeClaimTemplate"))
            subject_.required(join(at, "volumeClaimTemplate"));
        if (kind == "secret" || kind == "configMap" || kind == "downwardAPI") items(source, kind, at);
        if (kind == "projected")
            each(source, "sources", at, [&](const Value& projection, const std::string& at_projection) {
                int count = 0;
                for (const Member& one : projection.members) {
                    if (one.value.is(Value::Kind::null)) continue;
                    const std::string at_one = join(at_projection, one.key);
                    if (++count > 1)
                        subject_.forbidden(at_one, "may not specify more than 1 volume type per source");
                    if (one.key == "secret" || one.key == "configMap") required(one.value, "name", at_one);
                    items(one.value, one.key, at_one);
                }
                if (count == 0) subject_.required(at_projection, "must specify at least one projection");
            });
        if (const Value& limit = member(source, "sizeLimit");
            kind == "emptyDir" && limit.text.starts_with('-'))
            subject_.forbidden(join(at, "sizeLimit"), "SizeLimit field must be a valid resource quantity");
    }

    void mode(const Value& from, const char* key, const std::string& path) const {
        const Value& found = member(from, key);
        if (found.integer < 0 || found.integer > 0777)
            subject_.invalid(join(path, key), found.text,
                             "must be a number between 0 and 0777 (octal), both inclusive");
    }

    void items(const Value& source, std::string_view kind, const std::string& path) const {
        mode(source, "defaultMode", path);
        each(source, "items", path, [&](const Value& item, const std::string& at) {
            if (kind == "secret" || kind == "configMap") required(item, "key", at);
            required(item, "path", at);
            const std::string& to = text(item, "path");
            if (to.starts_with('/')) subject_.invalid(join(at, "path"), quote(to), "must be a relative path");
            if (fmt::format("/{}/", to).find("/../") != std::string::npos)
                subject_.invalid(join(at, "path"), quote(to), "must not contain '..'");
            mode(item, "mode", at);
        });
    }

    // --- containers ------------------------------------------------------------------------

    void containers(const Value& spec, const std::string& path) {
        const bool host_network = member(spec, "hostNetwork").integer != 0;
        std::set<std::string> names;
        for (const char* list : {"containers", "initContainers"})
            each(spec, list, path, [&](const Value& container, const std::string& at) {
                if (!names.insert(text(container, "name")).second)
                    subject_.duplicate(join(at, "name"), quote(text(container, "name")));
                if (list == std::string_view("initContainers")) init_container(container, at);
                ports(container, at, host_network);
                environment(container, at);
                mounts(container, at);
                for (const char* name : {"livenessProbe", "readinessProbe", "startupProbe"})
                    if (const Value* probe = container.find(name)) this->probe(*probe, name, join(at, name));
                for (const char* name : {"postStart", "preStop"})
                    if (const Value* hook = member(container, "lifecycle").find(name))
                        handler(*hook, join(join(at, "lifecycle"), name));
                security(member(container, "securityContext"), join(at, "securityContext"));
            });
        security(member(spec, "securityContext"), join(path, "securityContext"));
    }

    void init_container(const Value& container, const std::string& at) const {
        if (text(container, "restartPolicy") == "Always") return;
        for (const char* name : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"})
            if (has(container, name))
                subject_.forbidden(join(at, name),
                                   "may not be set for init containers without restartPolicy=Always");
    }

    void port_number(const Value& port, const std::string& at) const {
        if (port.is(Value::Kind::string)) {
            if (const std::string problem = port_name_problem(port.text); !problem.empty())
                subject_.invalid(at, quote(port.text), problem);
        } else if (port.integer < 1 || port.integer > 65535) {
            subject_.invalid(at, std::to_string(port.integer), "must be between 1 and 65535, inclusive");
        }
    }

    void ports(const Value& container, const std::string& path, bool host_network) {
        std::set<std::string> names;
        each(container, "ports", path, [&](const Value& port, const std::string& at) {
            if (const std::string& name = text(port, "name"); !name.empty()) {
                if (const std::string problem = port_name_problem(name); !problem.empty())
                    subject_.invalid(join(at, "name"), quote(name), problem);
                if (!names.insert(name).second) subject_.duplicate(join(at, "name"), quote(name));
            }
            const Value& number = member(port, "containerPort");
            if (number.integer == 0) subject_.required(join(at, "containerPort"));
            port_number(number, join(at, "containerPort"));
            const Value& host = member(port, "hostPort");
            if (host.integer == 0) return;
            port_number(host, join(at, "hostPort"));
            if (host_network && host.integer != number.integer)
                subject_.invalid(join(at, "hostPort"), host.text, "must match `containerPort`");
            const std::string protocol = text(port, "protocol").empty() ? "TCP" : text(port, "protocol");
            const auto key = fmt::format("{}/{}/{}", protocol, text(port, "hostIP"), host.integer);
            if (!host_ports_.insert(key).second) subject_.duplicate(join(at, "hostPort"), quote(key));
        });
    }

    void environment(const Value& container, const std::string& path) const {
        each(container, "env", path, [&](const Value& variable, const std::string& at) {
            required(variable, "name", at);
            if (text(variable, "name").find('=') != std::string::npos)
                subject_.invalid(join(at, "name"), quote(text(variable, "name")),
                                 "environment variable names must be printable ASCII characters other than "
                                 "'='");
            const Value* from = variable.find("valueFrom");
            if (from == nullptr) return;
            const std::string at_source = join(at, "valueFrom");
            int sources = 0;
            for (const Member& source : from->members) {
                if (source.value.is(Value::Kind::null)) continue;
                ++sources;
                if (source.key.ends_with("KeyRef"))
                    required(source.value, "key", join(at_source, source.key));
            }
            if (sources == 0)
                subject_.invalid(at_source, "\"\"",
                                 "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, "
                                 "`secretKeyRef` or `fileKeyRef`");
            if (!text(variable, "value").empty())
                subject_.invalid(at_source, "\"\"", "may not be specified when `value` is not empty");
            if (sources > 1)
                subject_.invalid(at_source, "\"\"", "may not have more than one field specified at a time");
        });
        each(container, "envFrom", path, [&](const Value& from, const std::string& at) {
            const bool map = has(from, "configMapRef"), secret = has(from, "secretRef");
            if (!map && !secret)
                subject_.invalid(at, "\"\"", "must specify one of: `configMapRef` or `secretRef`");
            if (map && secret)
                subject_.invalid(at, "\"\"", "may not have more than one field specified at a time");
            const char* name = map ? "configMapRef" : "secretRef";
            required(member(from, name), "name", join(at, name));
        });
    }

    void mounts(const Value& container, const std::string& path) const {
        std::set<std::string> places;
        each(container, "volumeMounts", path, [&](const Value& mount, const std::string& at) {
            required(mount, "name", at);
            if (!volumes_.contains(text(mount, "name")))
                subject_.not_found(join(at, "name"), text(mount, "name"));
            required(mount, "mountPath", at);
            if (!places.insert(text(mount, "mountPath")).second)
                subject_.invalid(join(at, "mountPath"), quote(text(mount, "mountPath")), "must be unique");
            if (has(mount, "subPath") && has(mount, "subPathExpr"))
                subject_.invalid(join(at, "subPathExpr"), quote(text(mount, "subPathExpr")),
                                 "subPathExpr and subPath are mutually exclusive");
        });
        each(container, "volumeDevices", path, [&](const Value& device, const std::string& at) {
            required(device, "name", at);
            if (!volumes_.contains(text(device, "name")))
                subject_.not_found(join(at, "name"), text(device, "name"));
            required(device, "devicePath", at);
        });
    }

    void handler(const Value& value, const std::string& path) const {
        int count = 0;
        for (const char* kind : {"exec", "httpGet", "tcpSocket", "grpc", "sleep"}) {
            const Value* action = value.find(kind);
            if (action == nullptr) continue;
            const std::string at = join(path, kind);
            if (++count > 1) subject_.forbidden(at, "may not specify more than 1 handler type");
            if (kind == std::string_view("exec")) {
                if (member(*action, "command").items.empty()) subject_.required(join(at, "command"));
            } else if (kind != std::string_view("sleep")) {
                port_number(member(*action, "port"), join(at, "port"));
            }
        }
        if (count == 0) subject_.required(path, "must specify a handler type");
    }

    void probe(const Value& value, std::string_view name, const std::string& at) const {
        handler(value, at);
        for (const char* field : {"initialDelaySeconds", "timeoutSeconds", "periodSeconds",
                                  "successThreshold", "failureThreshold"})
            subject_.not_negative(join(at, field), member(value, field).integer);
        const std::string at_grace = join(at, "terminationGracePeriodSeconds");
        if (const Value* grace = value.find("terminationGracePeriodSeconds")) {
            if (name == "readinessProbe")
                subject_.invalid(at_grace, grace->text, "must not be set for readinessProbes");
            if (grace->integer <= 0) subject_.invalid(at_grace, grace->text, "must be greater than 0");
        }
        const Value* successes = value.find("successThreshold");
        if (name != "readinessProbe" && successes != nullptr && successes->integer > 1)
            subject_.invalid(join(at, "successThreshold"), successes->text, "must be 1");
    }

    void security(const Value& context, const std::string& at) const {
        for (const char* field : {"runAsUser", "runAsGroup", "fsGroup"})
            if (const Value& id = member(context, field); id.integer < 0 || id.integer > 2147483647)
                subject_.invalid(join(at, field), id.text, "must be between 0 and 2147483647, inclusive");
        for (const char* field : {"seccompProfile", "appArmorProfile"}) {
            const Value* profile = context.find(field);
            if (profile == nullptr) continue;
            required(*profile, "type", join(at, field));
            const bool local = text(*profile, "type") == "Localhost";
            const std::string at_local = join(join(at, field), "localhostProfile");
            if (local && text(*profile, "localhostProfile").empty())
                subject_.required(at_local, "must be set when type is Localhost");
            if (!local && has(*profile, "localhostProfile"))
                subject_.invalid(at_local, quote(text(*profile, "localhostProfile")),
                                 "can only be set when type is Localhost");
        }
        const Value* escalates = context.find("allowPrivilegeEscalation");
        if (escalates != nullptr && escalates->integer == 0 && member(context, "privileged").integer != 0)
            subject_.invalid(at, "{}",
                             "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
    }

    // --- scheduling ------------------------------------------------------------------------

    void scheduling(const Value& spec, const std::string& path) const {
        const Value& affinity = member(spec, "affinity");
        const std::string at = join(path, "affinity");
        node_affinity(member(affinity, "nodeAffinity"), join(at, "nodeAffinity"));
        for (const char* kind : {"podAffinity", "podAntiAffinity"})
            pod_affinity(member(affinity, kind), join(at, kind));
        spread(spec, path);
        std::set<std::string> gates;
        each(spec, "schedulingGates", path, [&](const Value& gate, const std::string& at_gate) {
            const std::string& name = text(gate, "name");
            if (const std::string problem = qualified_name_problem(name); !problem.empty())
                subject_.invalid(at_gate, quote(name), problem);
            if (!gates.insert(name).second) subject_.duplicate(at_gate, quote(name));
        });
    }

    void weight(const Value& term, const std::string& at) const {
        const Value& found = member(term, "weight");
        if (found.integer < 1 || found.integer > 100)
            subject_.invalid(join(at, "weight"), std::to_string(found.integer), "must be in the range 1-100");
    }

    void node_term(const Value& term, const std::string& path) const {
        each(term, "matchExpressions", path, [&](const Value& requirement, const std::string& at) {
            const std::string& op = text(requirement, "operator");
            const std::size_t count = member(requirement, "values").items.size();
            if ((op == "In" || op == "NotIn") && count == 0)
                subject_.required(join(at, "values"), "must be specified when `operator` is 'In' or 'NotIn'");
            if ((op == "Exists" || op == "DoesNotExist") && count > 0)
                subject_.forbidden(join(at, "values"),
                                   "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
            if ((op == "Gt" || op == "Lt") && count != 1)
                subject_.required(join(at, "values"),
                                  "must be specified single value when `operator` is 'Lt' or 'Gt'");
            static const std::set<std::string> known = {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"};
            if (!known.contains(op))
                subject_.invalid(join(at, "operator"), quote(op), "not a valid selector operator");
            if (const std::string problem = qualified_name_problem(text(requirement, "key"));
                !problem.empty())
                subject_.invalid(join(at, "key"), quote(text(requirement, "key")), problem);
        });
        each(term, "matchFields", path, [&](const Value& requirement, const std::string& at) {
            const std::string& op = text(requirement, "operator");
            if (op != "In" && op != "NotIn")
                subject_.invalid(join(at, "operator"), quote(op), "not a valid selector operator");
            if (member(requirement, "values").items.size() != 1)
                subject_.required(
                    join(at, "values"),
                    "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
            if (text(requirement, "key") != "metadata.name")
                subject_.invalid(join(at, "key"), quote(text(requirement, "key")),
                                 "not a valid field selector key");
        });
    }

    static constexpr std::string_view required_terms = "requiredDuringSchedulingIgnoredDuringExecution";
    static constexpr std::string_view preferred_terms = "preferredDuringSchedulingIgnoredDuringExecution";

    void node_affinity(const Value& affinity, const std::string& path) const {
        if (const Value* needed = affinity.find(required_terms)) {
            const std::string at = join(path, required_terms);
            if (member(*needed, "nodeSelectorTerms").items.empty())
                subject_.required(join(at, "nodeSelectorTerms"), "must have at least one node selector term");
            each(*needed, "nodeSelectorTerms", at,
                 [&](const Value& term, const std::string& at_term) { node_term(term, at_term); });
        }
        each(affinity, preferred_terms, path, [&](const Value& term, const std::string& at) {
            weight(term, at);
            node_term(member(term, "preference"), join(at, "preference"));
        });
    }

    void selector(const Value& from, const char* name, const std::string& path) const {
        if (const Value* found = from.find(name))
            validate_label_selector(subject_, decode_label_selector(*found), join(path, name));
    }

    void pod_term(const Value& term, const std::string& at) const {
        selector(term, "labelSelector", at);
        selector(term, "namespaceSelector", at);
        topology_key(term, at);
    }

    void topology_key(const Value& from, const std::string& at) const {
        const std::string& key = text(from, "topologyKey");
        if (key.empty()) subject_.required(join(at, "topologyKey"), "can not be empty");
        if (const std::string problem = qualified_name_problem(key); !problem.empty())
            subject_.invalid(join(at, "topologyKey"), quote(key), problem);
    }

    void pod_affinity(const Value& affinity, const std::string& path) const {
        each(affinity, required_terms, path,
             [&](const Value& term, const std::string& at) { pod_term(term, at); });
        each(affinity, preferred_terms, path, [&](const Value& term, const std::string& at) {
            weight(term, at);
            pod_term(member(term, "podAffinityTerm"), join(at, "podAffinityTerm"));
        });
    }

    void spread(const Value& spec, const std::string& path) const {
        std::set<std::pair<std::string, std::string>> seen;
        each(spec, "topologySpreadConstraints", path, [&](const Value& constraint, const std::string& at) {
            const Value& skew = member(constraint, "maxSkew");
            if (skew.integer <= 0)
                subject_.invalid(join(at, "maxSkew"), std::to_string(skew.integer),
                                 "must be greater than zero");
            topology_key(constraint, at);
            const std::string& when = text(constraint, "whenUnsatisfiable");
            if (when.empty())
                subject_.unsupported(join(at, "whenUnsatisfiable"), when,
                                     {"DoNotSchedule", "ScheduleAnyway"});
            if (const Value* domains = constraint.find("minDomains")) {
                if (domains->integer <= 0)
                    subject_.invalid(join(at, "minDomains"), domains->text, "must be greater than 0");
                if (when != "DoNotSchedule")
                    subject_.invalid(
                        join(at, "minDomains"), domains->text,
                        fmt::format("can only use minDomains if whenUnsatisfiable=DoNotSchedule, "
                                    "not {}",
                                    when));
            }
            if (!seen.insert({text(constraint, "topologyKey"), when}).second)
                subject_.duplicate(at + ".{topologyKey, whenUnsatisfiable}",
                                   quote(fmt::format("{{{}, {}}}", text(constraint, "topologyKey"), when)));
            selector(constraint, "labelSelector", at);
        });
    }

    const Subject& subject_;
    std::set<std::string> volumes_;
    std::set<std::string> host_ports_;
};

}  // namespace

void validate_template_tree(const Subject& subject, const Value& pod_spec, const std::string& field) {
    TemplateValidator(subject).pod(pod_spec, field);
}

}  // namespace kcheck::manifests
