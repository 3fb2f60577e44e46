#include "reference/base/environment.hpp"

#include <ctime>
#include <stdexcept>

#include <fmt/chrono.h>

namespace kcheck::reference {

const std::vector<std::pair<std::string, Switch>>& switch_names() {
    static const std::vector<std::pair<std::string, Switch>> names = {
        {"scheduler-writes-etcd", Switch::scheduler_writes_etcd},
        {"binding-without-precondition", Switch::binding_without_precondition},
        {"no-expectations", Switch::no_expectations},
        {"update-without-resource-version", Switch::update_without_resource_version},
        {"kubelet-ignores-node-name", Switch::kubelet_ignores_node_name},
        {"create-timeout-is-success", Switch::create_timeout_is_success},
        {"watch-drops-event", Switch::watch_drops_event},
        {"kubelet-admits-everything", Switch::kubelet_admits_everything},
        {"create-without-name-check", Switch::create_without_name_check},
        {"uids-repeat-after-restart", Switch::uids_repeat_after_restart},
        {"revisions-repeat-after-restart", Switch::revisions_repeat_after_restart},
        {"bind-failure-is-forgotten", Switch::bind_failure_is_forgotten},
        {"image-never-arrives", Switch::image_never_arrives},
        {"status-carries-time", Switch::status_carries_time},
        {"deletion-decides-early", Switch::deletion_decides_early},
    };
    return names;
}

std::string to_rfc3339(Time time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(Clock::to_time_t(time)));
}

Time from_rfc3339(const std::string& text) {
    std::tm parts{};
    const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest != nullptr && *rest == '.') {
        ++rest;
        while (*rest >= '0' && *rest <= '9') ++rest;
    }
    if (rest == nullptr || std::string(rest) != "Z")
        throw std::invalid_argument("\"" + text + "\" is no time (like 2006-01-02T15:04:05Z)");
    return Clock::from_time_t(timegm(&parts));
}

}  // namespace kcheck::reference
