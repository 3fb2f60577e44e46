#include "reference/apiserver/pod_references.hpp"

#include <array>

namespace kcheck::reference::apiserver {

namespace {

void add(std::set<std::string>& names, const Json& object, const char* pointer) {
    if (auto name = string_at(object, pointer); !name.empty()) names.insert(std::move(name));
}

void add_environment(PodReferences& found, const Json& container) {
    for (const auto& source : at(container, "/envFrom")) {
        add(found.secrets, source, "/secretRef/name");
        add(found.config_maps, source, "/configMapRef/name");
    }
    for (const auto& variable : at(container, "/env")) {
        add(found.secrets, variable, "/valueFrom/secretKeyRef/name");
        add(found.config_maps, variable, "/valueFrom/configMapKeyRef/name");
    }
}

void add_volume(PodReferences& found, const Json& volume) {
    constexpr std::array drivers = {"azureFile", "cephfs",  "cinder",    "flexVolume", "iscsi",
                                    "rbd",       "scaleIO", "storageos", "csi"};
    add(found.secrets, volume, "/secret/secretName");
    add(found.secrets, volume, "/azureFile/secretName");
    for (const auto* driver : drivers) {
        add(found.secrets, volume, (std::string("/") + driver + "/secretRef/name").c_str());
        add(found.secrets, volume, (std::string("/") + driver + "/nodePublishSecretRef/name").c_str());
    }
    add(found.config_maps, volume, "/configMap/name");
    add(found.claims, volume, "/persistentVolumeClaim/claimName");
    for (const auto& source : at(volume, "/projected/sources")) {
        add(found.secrets, source, "/secret/name");
        add(found.config_maps, source, "/configMap/name");
    }
}

}  // namespace

PodReferences references_of(const Json& pod) {
    PodReferences found;
    for (const auto& secret : at(pod, "/spec/imagePullSecrets")) add(found.secrets, secret, "/name");
    for (const auto* list : {"/spec/initContainers", "/spec/containers", "/spec/ephemeralContainers"})
        for (const auto& container : at(pod, list)) add_environment(found, container);
    for (const auto& volume : at(pod, "/spec/volumes")) add_volume(found, volume);
    return found;
}

}  // namespace kcheck::reference::apiserver
