#include "reference/apiserver/not_served.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace kcheck::reference::apiserver {

namespace {

struct NotServed {
    const char* resource;  // as rules of authorization name it
    const char* why;
};

constexpr std::array table = {
    NotServed{"pods/exec", "a container here is a process that does nothing: there is nothing to run in it"},
    NotServed{"pods/attach", "a container here is a process that does nothing, and has no input and output"},
    NotServed{"pods/log", "a container here is a process that does nothing, and writes nothing"},
    NotServed{"pods/portforward", "a container here is a process that does nothing, and listens nowhere"},
    NotServed{"pods/proxy", "a container here is a process that does nothing, and listens nowhere"},
    NotServed{"services/proxy", "a container here is a process that does nothing, and listens nowhere"},
    NotServed{"nodes/proxy", "a kubelet here listens nowhere"},
    NotServed{"pods/ephemeralcontainers", "ephemeral containers are not implemented"},
    NotServed{"pods/resize", "the resize of a pod is not implemented"},
    NotServed{"serviceaccounts/token", "tokens of service accounts are not implemented"},
};

}  // namespace

std::optional<std::string> why_not_served(const RequestInfo& info) {
    if (!info.is_resource || !info.group.empty()) return std::nullopt;
    const auto name = info.full_resource();
    const auto found =
        std::ranges::find(table, name, [](const NotServed& one) { return std::string(one.resource); });
    if (found == table.end()) return std::nullopt;
    return fmt::format("{} is not served: {}", name, found->why);
}

}  // namespace kcheck::reference::apiserver
