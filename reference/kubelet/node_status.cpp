#include "reference/kubelet/node_status.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"

namespace kcheck::reference::kubelet {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds register_delay_min = 200ms, register_delay_max = 7s;
constexpr std::chrono::seconds update_period = 10s, lease_period = 10s;
constexpr std::chrono::minutes report_period = 5min;
constexpr int lease_seconds = 40;

std::string node_path(const std::string& name) { return client::collection_path("v1", "nodes") + "/" + name; }

std::string lease_collection() {
    return client::collection_path("coordination.k8s.io/v1", "leases", "kube-node-lease");
}

/// metav1.MicroTime
std::string to_micro_time(Time time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto fraction = std::chrono::duration_cast<std::chrono::microseconds>(time - seconds);
    auto text = to_rfc3339(seconds);
    text.pop_back();
    return fmt::format("{}.{:06}Z", text, fraction.count());
}

struct Condition {
    const char *type, *status, *reason, *message;
};
constexpr Condition conditions[] = {
    {"MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"},
    {"DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"},
    {"PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"},
    {"Ready", "True", "KubeletReady", "kubelet is posting ready status"},
};

/// All but the times, which alone are no reason to write.
bool is_same_status(const Json& one, const Json& other) {
    for (const auto* field : {"capacity", "allocatable", "addresses", "nodeInfo"})
        if (member(one, field) != member(other, field)) return false;
    const Json before = {{"status", one}}, after = {{"status", other}};
    return std::all_of(std::begin(conditions), std::end(conditions), [&](const Condition& condition) {
        const Json *a = find_condition(before, condition.type), *b = find_condition(after, condition.type);
        return a != nullptr && b != nullptr && string_at(*a, "/status") == string_at(*b, "/status") &&
               string_at(*a, "/reason") == string_at(*b, "/reason");
    });
}

}  // namespace

NodeStatus::NodeStatus(Environment& environment, client::Api& api, std::string component, NodeOptions options)
    : environment_(environment),
      api_(api),
      component_(std::move(component)),
      options_(std::move(options)),
      register_delay_(register_delay_min) {}

void NodeStatus::register_node() { spawn(try_register()); }

void NodeStatus::start_heartbeats() {
    spawn(sync_status());
    spawn(renew_lease());
}

Json NodeStatus::default_labels() const {
    return {{"kubernetes.io/hostname", options_.name},
            {"kubernetes.io/os", "linux"},
            {"kubernetes.io/arch", "amd64"},
            {"beta.kubernetes.io/os", "linux"},
            {"beta.kubernetes.io/arch", "amd64"}};
}

Json NodeStatus::initial_node() const {
    Json labels = default_labels();
    for (const auto& [key, value] : options_.labels) labels[key] = value;
    Json node = {{"apiVersion", "v1"},
                 {"kind", "Node"},
                 {"metadata", {{"name", options_.name}, {"labels", std::move(labels)}}},
                 {"spec", Json::object()}};
    node["status"] = wanted_status(node);
    return node;
}

Json NodeStatus::wanted_status(const Json& node) const {
    const auto now = to_rfc3339(environment_.now());
    const Json room = {
        {"cpu", options_.cpu}, {"memory", options_.memory}, {"pods", std::to_string(options_.pods)}};
    Json list = Json::array();
    for (const auto& [type, status, reason, message] : conditions) {
        const Json* old = find_condition(node, type);
        const bool is_old = old != nullptr && string_at(*old, "/status") == status;
        list.push_back({{"type", type},
                        {"status", status},
                        {"reason", reason},
                        {"message", message},
                        {"lastHeartbeatTime", now},
                        {"lastTransitionTime", is_old ? string_at(*old, "/lastTransitionTime", now) : now}});
    }
    return {{"capacity", room},
            {"allocatable", room},
            {"conditions", std::move(list)},
            {"addresses",
             {{{"type", "InternalIP"}, {"address", options_.host_ip}},
              {{"type", "Hostname"}, {"address", options_.name}}}},
            {"nodeInfo",
             {{"kubeletVersion", "v1.36.2-kcheck"},
              {"containerRuntimeVersion", "kcheck://1"},
              {"osImage", "Linux"},
              {"operatingSystem", "linux"},
              {"architecture", "amd64"},
              {"kernelVersion", ""},
              {"kubeProxyVersion", ""},
              {"machineID", ""},
              {"systemUUID", ""},
              {"bootID", ""}}}};
}

/// registerWithAPIServer: again and again until there is a Node of the name, with the labels that all have.
Task<> NodeStatus::try_register() {
    const Response created =
        co_await api_.call(client::post_request(client::collection_path("v1", "nodes"), initial_node()));
    if (created.is_success()) {
        last_report_ = environment_.now();
        co_return;
    }
    if (client::is_reason(created, "AlreadyExists")) {
        const bool labelled = co_await label_existing();
        if (labelled) co_return;
    }
    environment_.after(register_delay_, {component_, "register", options_.name}, [this] { register_node(); });
    register_delay_ = std::min(2 * register_delay_, register_delay_max);
}

/// updateDefaultLabels
Task<bool> NodeStatus::label_existing() {
    const Response existing = co_await api_.call(client::get_request(node_path(options_.name)));
    if (!existing.is_success()) co_return false;
    const Json wanted = default_labels();
    Json missing = wanted;
    for (const auto& [key, value] : wanted.items())
        if (label(existing.body, key) == value) missing.erase(key);
    if (missing.empty()) co_return true;
    const Json patch = {{"metadata", {{"labels", missing}}}};
    const Response patched = co_await api_.call(client::patch_request(node_path(options_.name), patch));
    co_return patched.is_success();
}

/// tryUpdateNodeStatus
Task<> NodeStatus::sync_status() {
    Request request = client::get_request(node_path(options_.name));
    request.query["resourceVersion"] = "0";
    const Response got = co_await api_.call(std::move(request));
    if (got.is_success()) {
        node_uid_ = uid_of(got.body);
        const Json status = wanted_status(got.body);
        const bool is_due = !last_report_ || environment_.now() - *last_report_ >= report_period;
        if (is_due || !is_same_status(member(got.body, "status"), status)) {
            const Json patch = {{"status", status}};
            const Response patched =
                co_await api_.call(client::patch_request(node_path(options_.name) + "/status", patch));
            if (patched.is_success()) last_report_ = environment_.now();
        }
    }
    environment_.after(update_period, {component_, "node-status", options_.name},
                       [this] { spawn(sync_status()); });
}

Task<> NodeStatus::renew_lease() {
    if (lease_) lease_ = co_await put_lease(*lease_);
    if (!lease_) lease_ = co_await ensure_lease();
    environment_.after(lease_period, {component_, "lease", options_.name}, [this] { spawn(renew_lease()); });
}

Task<std::optional<Json>> NodeStatus::ensure_lease() {
    const auto path = lease_collection() + "/" + options_.name;
    const Response got = co_await api_.call(client::get_request(path));
    if (got.is_success()) {
        std::optional<Json> renewed_lease = co_await put_lease(got.body);
        co_return renewed_lease;
    }
    if (got.status != 404) co_return std::nullopt;
    const Json metadata = {{"name", options_.name}, {"namespace", "kube-node-lease"}};
    const Json fresh = {{"apiVersion", "coordination.k8s.io/v1"}, {"kind", "Lease"}, {"metadata", metadata}};
    const Response created = co_await api_.call(client::post_request(lease_collection(), renewed(fresh)));
    if (!created.is_success()) co_return std::nullopt;
    co_return std::optional<Json>(created.body);
}

Task<std::optional<Json>> NodeStatus::put_lease(Json lease) {
    const auto path = lease_collection() + "/" + options_.name;
    const Response written = co_await api_.call(client::put_request(path, renewed(std::move(lease))));
    if (!written.is_success()) co_return std::nullopt;
    co_return std::optional<Json>(written.body);
}

Json NodeStatus::renewed(Json lease) const {
    lease["spec"]["holderIdentity"] = options_.name;
    lease["spec"]["leaseDurationSeconds"] = lease_seconds;
    lease["spec"]["renewTime"] = to_micro_time(environment_.now());
    // Gone with its Node (nodelease: SetNodeOwnerFunc).
    if (!node_uid_.empty() && at(lease, "/metadata/ownerReferences").is_null())
        lease["metadata"]["ownerReferences"] = {
            {{"apiVersion", "v1"}, {"kind", "Node"}, {"name", options_.name}, {"uid", node_uid_}}};
    return lease;
}

}  // namespace kcheck::reference::kubelet
