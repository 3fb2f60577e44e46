#include "reference/scheduler/node_info.hpp"

#include <algorithm>
#include <utility>

#include "reference/base/objects.hpp"
#include "reference/scheduler/quantity.hpp"

namespace kcheck::reference::scheduler {

namespace {

constexpr std::int64_t default_milli_cpu = 100;
constexpr std::int64_t default_memory = 200 * 1024 * 1024;

void raise_to(Resources& most, const Resources& other) {
    for (const auto& [name, amount] : other) most[name] = std::max(most[name], amount);
}

Resources requests_of_container(const Json& container, bool non_zero) {
    auto requests = read_resources(at(container, "/resources/requests"));
    if (non_zero) {
        requests.emplace("cpu", default_milli_cpu);
        requests.emplace("memory", default_memory);
    }
    return requests;
}

/// component-helpers/resource/helpers.go:PodRequests. Init containers run one after the other
/// before the others, beside the sidecars that were started before them.
Resources requests_of_pod(const Json& pod, bool non_zero) {
    Resources sum, sidecars, peak_of_init;
    for (const auto& container : at(pod, "/spec/containers"))
        add(sum, requests_of_container(container, non_zero));
    for (const auto& container : at(pod, "/spec/initContainers")) {
        auto requests = requests_of_container(container, non_zero);
        if (string_at(container, "/restartPolicy") == "Always") {
            add(sum, requests);
            add(sidecars, requests);
            raise_to(peak_of_init, sidecars);
        } else {
            add(requests, sidecars);
            raise_to(peak_of_init, requests);
        }
    }
    raise_to(sum, peak_of_init);
    add(sum, read_resources(at(pod, "/spec/overhead")));
    return sum;
}

void add_host_ports(std::vector<HostPort>& ports, const Json& container) {
    for (const auto& port : at(container, "/ports")) {
        const auto number = int_at(port, "/hostPort");
        if (number == 0) continue;
        ports.push_back({string_at(port, "/protocol", "TCP"), string_at(port, "/hostIP", "0.0.0.0"), number});
    }
}

/// Of whatever runs beside the containers, too.
std::vector<HostPort> host_ports_of(const Json& pod) {
    std::vector<HostPort> ports;
    for (const auto& container : at(pod, "/spec/containers")) add_host_ports(ports, container);
    for (const auto& container : at(pod, "/spec/initContainers"))
        if (string_at(container, "/restartPolicy") == "Always") add_host_ports(ports, container);
    return ports;
}

}  // namespace

void add(Resources& sum, const Resources& more) {
    for (const auto& [name, amount] : more) sum[name] += amount;
}

void subtract(Resources& sum, const Resources& less) {
    for (const auto& [name, amount] : less) sum[name] -= amount;
}

std::int64_t amount_of(const Resources& resources, const std::string& name) {
    const auto found = resources.find(name);
    return found == resources.end() ? 0 : found->second;
}

Resources read_resources(const Json& list) {
    Resources resources;
    if (!list.is_object()) return resources;
    for (const auto& [name, amount] : list.items())
        resources[name] = quantity_of(amount, name == "cpu" ? 3 : 0);
    return resources;
}

bool HostPort::conflicts_with(const HostPort& other) const {
    constexpr auto everywhere = "0.0.0.0";
    return port == other.port && protocol == other.protocol &&
           (ip == other.ip || ip == everywhere || other.ip == everywhere);
}

PodInfo::PodInfo(Object object)
    : pod(std::move(object)),
      key(key_of(*pod)),
      uid(uid_of(*pod)),
      requests(requests_of_pod(*pod, false)),
      non_zero_requests(requests_of_pod(*pod, true)),
      host_ports(host_ports_of(*pod)),
      has_pod_anti_affinity(
          !at(*pod, "/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution")
               .empty()) {}

void NodeInfo::set_node(Object object) {
    node = std::move(object);
    allocatable = node ? read_resources(at(*node, "/status/allocatable")) : Resources{};
}

void NodeInfo::add_pod(const PodInfo& pod) {
    remove_pod(pod.uid);
    add(requested, pod.requests);
    add(non_zero_requested, pod.non_zero_requests);
    pods.emplace(pod.uid, pod);
}

void NodeInfo::remove_pod(const std::string& uid) {
    const auto found = pods.find(uid);
    if (found == pods.end()) return;
    subtract(requested, found->second.requests);
    subtract(non_zero_requested, found->second.non_zero_requests);
    pods.erase(found);
}

}  // namespace kcheck::reference::scheduler
