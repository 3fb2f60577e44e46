#include "reference/apiserver/defaults_pod.hpp"

#include <array>

#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

/// parsers.ParseImageName: an image without a tag and a digest is ":latest".
bool is_latest(const std::string& image) {
    if (image.find('@') != std::string::npos) return false;
    const auto colon = image.rfind(':');
    const auto slash = image.rfind('/');
    const bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
    return !tagged || image.substr(colon + 1) == "latest";
}

std::string pull_policy(const std::string& image) { return is_latest(image) ? "Always" : "IfNotPresent"; }

void set_container_defaults(Json& container) {
    default_to(container, "imagePullPolicy", pull_policy(text_of(container, "image")));
}

void set_image_volume_defaults(Json& source) {
    default_to(source, "pullPolicy", pull_policy(text_of(source, "reference")));
}

void set_volume_defaults(Json& volume) {
    const bool has_source = volume.size() > (volume.contains("name") ? 1U : 0U);
    if (!has_source) volume["emptyDir"] = Json::object();
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

void set_pod_spec_defaults(Json& spec) {
    // The deprecated name of the field follows the other (core/v1/conversion.go).
    if (const auto account = text_of(spec, "serviceAccount"); !account.empty()) {
        default_to(spec, "serviceAccountName", account);
    }
    if (const auto account = text_of(spec, "serviceAccountName"); !account.empty()) {
        spec["serviceAccount"] = account;
    }
    if (!flag_of(spec, "hostNetwork")) return;
    for (const auto* list : container_lists) {
        for (Json* container : elements_in(spec, list)) set_host_port_defaults(*container);
    }
}

void set_pod_defaults(Json& pod) {
    Json* spec = object_in(pod, "spec");
    if (spec == nullptr) return;
    for (const auto* list : container_lists) {
        for (Json* container : elements_in(*spec, list)) set_request_defaults(*container);
    }
    default_to(*spec, "enableServiceLinks", true);
}

}  // namespace

NamedDefaults pod_defaults() {
    return {{"core.Pod", set_pod_defaults},
            {"core.PodSpec", set_pod_spec_defaults},
            {"core.Container", set_container_defaults},
            {"core.EphemeralContainer", set_container_defaults},
            {"core.Volume", set_volume_defaults},
            {"core.ImageVolumeSource", set_image_volume_defaults}};
}

}  // namespace kcheck::reference::apiserver
