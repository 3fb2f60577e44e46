#include "reference/replay/node_runtime.hpp"

#include <fmt/core.h>

namespace kcheck::reference::replay {

runtime::RuntimeResult NodeRuntime::carry_out(const std::string& method, const Json& parameters,
                                              const std::string& now) {
    if (method == "PullImage") {
        if (!images_arrive_) return tl::unexpected(std::string("the registry does not answer"));
        images_.insert(parameters.at("image"));
        return Json::object();
    }
    if (method == "ImageStatus")
        return Json{{"present", images_.contains(parameters.at("image").get<std::string>())}};
    if (method == "ListContainers") {
        Json list = Json::array();
        for (const auto& [id, container] : containers_) list.push_back(container);
        return Json{{"containers", std::move(list)}};
    }
    if (method == "CreateContainer") {
        Json container = parameters;
        const auto id = fmt::format("c{}", ++created_);
        container["id"] = id;
        container["state"] = "created";
        container["exitCode"] = 0;
        containers_[id] = std::move(container);
        return Json{{"id", id}};
    }
    const auto found = containers_.find(parameters.value("id", ""));
    if (found == containers_.end()) return tl::unexpected("there is no container " + parameters.dump());
    Json& container = found->second;
    if (method == "StartContainer") {
        container["state"] = "running";
        container["startedAt"] = now;
    } else if (method == "StopContainer") {
        container["state"] = "exited";
        container["finishedAt"] = now;
    } else if (method == "RemoveContainer") {
        containers_.erase(found);
    } else {
        return tl::unexpected("there is no method " + method);
    }
    return Json::object();
}

std::string NodeRuntime::pod_of(const std::string& method, const Json& parameters) const {
    if (method == "CreateContainer") return parameters.value("podUid", "");
    const auto found = containers_.find(parameters.value("id", ""));
    return found == containers_.end() ? std::string() : found->second.value("podUid", "");
}

std::map<std::string, std::string> NodeRuntime::containers() const {
    std::map<std::string, std::string> states;
    for (const auto& [id, container] : containers_)
        if (container.at("state") != "exited") states[container.at("podUid")] = container.at("state");
    return states;
}

}  // namespace kcheck::reference::replay
