#include "reference/apiserver/defaults_pod.hpp"

#include <array>

#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr int file_mode = 0644;
constexpr int token_seconds = 60 * 60;

/// parsers.ParseImageName: an image without a tag and a digest is ":latest".
bool is_latest(const std::string& image) {
    if (image.find('@') != std::string::npos) return false;
    const auto colon = image.rfind(':');
    const auto slash = image.rfind('/');
    const bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
    return !tagged || image.substr(colon + 1) == "latest";
}

void set_http_get_defaults(Json& handler) {
    Json* http_get = find_member(handler, "httpGet");
    if (http_get == nullptr) return;
    default_to(*http_get, "path", "/");
    default_to(*http_get, "scheme", "HTTP");
}

void set_probe_defaults(Json& probe) {
    default_to(probe, "timeoutSeconds", 1);
    default_to(probe, "periodSeconds", 10);
    default_to(probe, "successThreshold", 1);
    default_to(probe, "failureThreshold", 3);
    set_http_get_defaults(probe);
    if (Json* grpc = find_member(probe, "grpc")) default_to(*grpc, "service", "");
}

void set_field_reference_defaults(Json& source) {
    if (Json* field = find_member(source, "fieldRef")) default_to(*field, "apiVersion", "v1");
}

void set_container_defaults(Json& container) {
    default_to(container, "imagePullPolicy",
               is_latest(text_of(container, "image")) ? "Always" : "IfNotPresent");
    default_to(container, "terminationMessagePath", "/dev/termination-log");
    default_to(container, "terminationMessagePolicy", "File");
    object_in(container, "resources");  // a struct in Go: always there
    for (Json* port : elements_in(container, "ports")) default_to(*port, "protocol", "TCP");
    for (Json* variable : elements_in(container, "env")) {
        if (Json* source = find_member(*variable, "valueFrom")) set_field_reference_defaults(*source);
    }
    for (const auto* name : {"livenessProbe", "readinessProbe", "startupProbe"}) {
        if (Json* probe = find_member(container, name)) set_probe_defaults(*probe);
    }
    Json* lifecycle = find_member(container, "lifecycle");
    if (lifecycle == nullptr) return;
    for (const auto* name : {"postStart", "preStop"}) {
        if (Json* handler = find_member(*lifecycle, name)) set_http_get_defaults(*handler);
    }
}

void set_downward_defaults(Json& source) {
    for (Json* item : elements_in(source, "items")) set_field_reference_defaults(*item);
}

void set_projection_defaults(Json& projected) {
    for (Json* source : elements_in(projected, "sources")) {
        if (Json* token = find_member(*source, "serviceAccountToken")) {
            default_to(*token, "expirationSeconds", token_seconds);
        }
        if (Json* downward = find_member(*source, "downwardAPI")) set_downward_defaults(*downward);
    }
}

void set_volume_defaults(Json& volume) {
    if (!volume.is_object()) return;
    const bool has_source = volume.size() > (volume.contains("name") ? 1U : 0U);
    if (!has_source) volume["emptyDir"] = Json::object();
    for (const auto* name : {"secret", "configMap", "downwardAPI", "projected"}) {
        if (Json* source = find_member(volume, name)) default_to(*source, "defaultMode", file_mode);
    }
    if (Json* downward = find_member(volume, "downwardAPI")) set_downward_defaults(*downward);
    if (Json* projected = find_member(volume, "projected")) set_projection_defaults(*projected);
    if (Json* host_path = find_member(volume, "hostPath")) default_to(*host_path, "type", "");
}

/// On the host's network a container's ports are the host's.
void set_host_port_defaults(Json& container) {
    for (Json* port : elements_in(container, "ports")) {
        const Json number = member(*port, "containerPort");
        if (number.is_number_integer()) default_to(*port, "hostPort", number);
    }
}

/// SetDefaults_Pod: what is limited and not requested is requested up to the limit.
void set_request_defaults(Json& container) {
    Json* resources = find_member(container, "resources");
    if (resources == nullptr) return;
    const Json limits = member(*resources, "limits");
    if (!limits.is_object() || limits.empty()) return;
    Json* requests = object_in(*resources, "requests");
    if (requests == nullptr) return;
    for (const auto& [name, amount] : limits.items()) default_to(*requests, name, amount);
}

constexpr std::array container_lists = {"initContainers", "containers"};

}  // namespace

void set_pod_spec_defaults(Json& spec) {
    default_to(spec, "dnsPolicy", "ClusterFirst");
    default_to(spec, "restartPolicy", "Always");
    default_to(spec, "securityContext", Json::object());
    default_to(spec, "terminationGracePeriodSeconds", 30);
    default_to(spec, "schedulerName", "default-scheduler");
    // The deprecated name of the field follows the other (core/v1/conversion.go).
    if (const auto account = text_of(spec, "serviceAccount"); !account.empty()) {
        default_to(spec, "serviceAccountName", account);
    }
    if (const auto account = text_of(spec, "serviceAccountName"); !account.empty()) {
        spec["serviceAccount"] = account;
    }
    for (Json* volume : elements_in(spec, "volumes")) set_volume_defaults(*volume);
    for (const auto* list : container_lists) {
        for (Json* container : elements_in(spec, list)) {
            set_container_defaults(*container);
            if (flag_of(spec, "hostNetwork")) set_host_port_defaults(*container);
        }
    }
    for (Json* container : elements_in(spec, "ephemeralContainers")) set_container_defaults(*container);
    for (Json* constraint : elements_in(spec, "topologySpreadConstraints")) {
        default_to(*constraint, "whenUnsatisfiable", "DoNotSchedule");
    }
}

void set_pod_defaults(Json& pod) {
    Json* spec = object_in(pod, "spec");
    if (spec == nullptr) return;
    for (const auto* list : container_lists) {
        for (Json* container : elements_in(*spec, list)) set_request_defaults(*container);
    }
    default_to(*spec, "enableServiceLinks", true);
    set_pod_spec_defaults(*spec);
}

}  // namespace kcheck::reference::apiserver
