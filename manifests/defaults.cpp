#include "manifests/defaults.hpp"

#include <string_view>

namespace kcheck::manifests {

std::string default_image_pull_policy(std::string_view image) {
    // registry:5000/name:tag@digest; without a tag but with a digest there is no "latest".
    const std::size_t digest = image.find('@');
    const std::string_view name = image.substr(0, digest);
    const std::size_t slash = name.rfind('/');
    const std::size_t colon = name.find(':', slash == std::string_view::npos ? 0 : slash);
    std::string_view tag = "latest";
    if (colon != std::string_view::npos)
        tag = name.substr(colon + 1);
    else if (digest != std::string_view::npos)
        tag = "";
    return tag == "latest" ? "Always" : "IfNotPresent";
}

void set_defaults(Deployment& deployment) {
    if (deployment.name_space.empty()) deployment.name_space = "default";
    Strategy& strategy = deployment.strategy;
    if (strategy.type.empty()) strategy.type = "RollingUpdate";
    if (strategy.type == "RollingUpdate") {
        if (!strategy.max_surge) strategy.max_surge = IntOrPercent{true, 25};
        if (!strategy.max_unavailable) strategy.max_unavailable = IntOrPercent{true, 25};
    }
    set_defaults(deployment.pod_template);
}

void set_defaults(PodTemplate& pod) {
    for (auto* containers : {&pod.containers, &pod.init_containers})
        for (Container& container : *containers) {
            if (container.image_pull_policy.empty())
                container.image_pull_policy = default_image_pull_policy(container.image);
            for (const auto& [resource, limit] : container.limits)
                container.requests.emplace(resource, limit);
        }
}

void set_defaults(NodeSpec& node) {
    node.allocatable.emplace("pods", Quantity::parse(std::to_string(default_max_pods)).value());
}

}  // namespace kcheck::manifests
