#include "reference/kubelet/pod_syncer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reference/base/objects.hpp"

namespace kcheck::reference::kubelet {

namespace {

constexpr std::chrono::seconds back_off_min{10}, back_off_max{300};

std::string back_off_key(const PodWorker& worker, const std::string& of) { return worker.uid + "/" + of; }

/// The declared ones with a value of their own.
Json environment_of(const Json& spec) {
    Json environment = Json::array();
    for (const auto& variable : member(spec, "env"))
        if (variable.contains("value")) environment.push_back(variable);
    return environment;
}

Json by_id(const Json& container) { return {{"id", container["id"]}}; }
Json by_image(const std::string& image) { return {{"image", image}}; }

/// images/helpers.go: what kube-apiserver defaults, for pods that it has not.
std::string pull_policy_of(const Json& spec) {
    const auto image = string_at(spec, "/image");
    const auto name = image.substr(image.rfind('/') + 1);
    const bool is_latest = name.find(':') == std::string::npos || name.ends_with(":latest");
    return string_at(spec, "/imagePullPolicy", is_latest ? "Always" : "IfNotPresent");
}

}  // namespace

RuntimePodSyncer::RuntimePodSyncer(Environment& environment, StatusManager& statuses,
                                   client::EventRecorder& events, runtime::PodNetwork& network,
                                   std::string host_ip)
    : environment_(environment),
      statuses_(statuses),
      events_(events),
      network_(network),
      host_ip_(std::move(host_ip)),
      crashes_(back_off_min, back_off_max),
      pulls_(back_off_min, back_off_max) {}

Task<PodSyncer::Result> RuntimePodSyncer::sync_pod(PodWorker* worker) {
    const std::optional<Containers> before = co_await list(worker);
    if (!before) co_return Result{.succeeded = false};
    const Json status = status_of(*worker, *before, false);
    statuses_.set(*worker->pod, status);
    if (is_terminal_phase(status)) co_return Result{.is_terminal = true};

    bool succeeded = true;
    const bool is_over = has_ended(*worker->pod, *before);
    if (is_over) {
        succeeded = co_await stop_all(worker, *before);
    } else {
        const bool begun = has_begun(*worker->pod, *before);
        const bool have_sidecars = co_await start_sidecars(worker, *before);
        succeeded = have_sidecars;
        if (have_sidecars || begun) {
            const bool have_regular = co_await start_regular(worker, *before);
            succeeded = have_sidecars && have_regular;
        }
    }
    if (worker->is_terminating) co_return Result{.succeeded = false};
    const std::optional<Containers> after = co_await list(worker);
    if (!after || worker->is_terminating) co_return Result{.succeeded = false};
    const Json now = status_of(*worker, *after, false);
    statuses_.set(*worker->pod, now);
    co_return Result{.succeeded = succeeded, .is_terminal = is_over && is_terminal_phase(now)};
}

Task<bool> RuntimePodSyncer::start_sidecars(PodWorker* worker, Containers containers) {
    const Object pod = worker->pod;
    const bool begun = has_begun(*pod, containers);
    bool succeeded = true;
    for (const auto& spec : at(*pod, "/spec/initContainers")) {
        if (!is_sidecar(spec)) continue;
        const bool runs = co_await sync_container(worker, spec, containers);
        succeeded = succeeded && runs;
        // At first each waits for those before it.
        if (worker->is_terminating || (!runs && !begun)) co_return false;
    }
    co_return succeeded;
}

Task<bool> RuntimePodSyncer::start_regular(PodWorker* worker, Containers containers) {
    const Object pod = worker->pod;
    bool succeeded = true;
    for (const auto& spec : at(*pod, "/spec/containers")) {
        const bool runs = co_await sync_container(worker, spec, containers);
        succeeded = succeeded && runs;
        if (worker->is_terminating) co_return false;
    }
    co_return succeeded;
}

Task<bool> RuntimePodSyncer::stop_all(PodWorker* worker, Containers containers) {
    std::vector<std::string> sidecars;
    if (worker->pod)
        for (const auto& spec : at(*worker->pod, "/spec/initContainers"))
            if (is_sidecar(spec)) sidecars.push_back(string_at(spec, "/name"));
    const auto named = [&](const Json& container) {
        return std::find(sidecars.begin(), sidecars.end(), string_at(container, "/name"));
    };
    Containers regular;
    std::copy_if(containers.begin(), containers.end(), std::back_inserter(regular),
                 [&](const Json& container) { return named(container) == sidecars.end(); });
    bool succeeded = co_await stop_at_once(worker, std::move(regular));
    for (auto sidecar = sidecars.rbegin(); succeeded && sidecar != sidecars.rend(); ++sidecar) {
        Containers attempts;
        for (const Json* attempt : attempts_of(containers, *sidecar)) attempts.push_back(*attempt);
        const bool stopped = co_await stop_at_once(worker, std::move(attempts));
        succeeded = stopped;
    }
    co_return succeeded;
}

Task<bool> RuntimePodSyncer::stop_at_once(PodWorker* worker, Containers containers) {
    bool succeeded = true;
    std::vector<Task<void>> stops;
    for (const auto& container : containers)
        if (container["state"] != "exited") stops.push_back(stop_container(worker, container, &succeeded));
    if (!stops.empty()) co_await WhenAll(std::move(stops));
    co_return succeeded;
}

Task<bool> RuntimePodSyncer::sync_terminating_pod(PodWorker* worker) {
    std::optional<Containers> containers = co_await list(worker);
    if (!containers) co_return false;
    if (worker->is_in_configuration) statuses_.set(*worker->pod, status_of(*worker, *containers, false));

    const bool runs = std::any_of(containers->begin(), containers->end(),
                                  [](const Json& container) { return container["state"] != "exited"; });
    if (runs) {
        const bool stopped = co_await stop_all(worker, *containers);
        if (!stopped) co_return false;
        containers = co_await list(worker);
        if (!containers) co_return false;
    }
    // Only what the runtime says counts: a call that was cancelled may have been carried out since.
    for (const auto& container : *containers)
        if (container["state"] != "exited") co_return false;
    if (worker->is_in_configuration) statuses_.set(*worker->pod, status_of(*worker, *containers, true));
    co_return true;
}

void RuntimePodSyncer::sync_terminated_pod(PodWorker& worker) {
    crashes_.forget(worker.uid);
    pulls_.forget(worker.uid);
    if (worker.is_in_configuration) statuses_.terminate(*worker.pod);
}

Task<bool> RuntimePodSyncer::clean_up_pod(PodWorker* worker) {
    const std::optional<Containers> containers = co_await list(worker);
    if (!containers) co_return false;
    for (const auto& container : *containers) {
        const runtime::RuntimeResult removed =
            co_await worker->calls.call("RemoveContainer", by_id(container));
        if (!removed) co_return false;
    }
    network_.release(worker->uid);
    co_return true;
}

Task<std::optional<RuntimePodSyncer::Containers>> RuntimePodSyncer::list(PodWorker* worker) {
    const runtime::RuntimeResult listed = co_await worker->calls.call("ListContainers", Json::object());
    if (!listed) co_return std::nullopt;
    Containers containers;
    for (const auto& container : member(*listed, "containers"))
        if (string_at(container, "/podUid") == worker->uid) containers.push_back(container);
    std::stable_sort(containers.begin(), containers.end(), [](const Json& a, const Json& b) {
        return int_at(a, "/attempt") < int_at(b, "/attempt");
    });
    co_return std::optional<Containers>(std::move(containers));
}

Json RuntimePodSyncer::status_of(const PodWorker& worker, const Containers& containers,
                                 bool is_terminal) const {
    const Json* known = statuses_.find(worker.uid);
    return generate_pod_status({.pod = *worker.pod,
                                .old_status = known != nullptr ? *known : member(*worker.pod, "status"),
                                .containers = containers,
                                .waiting = worker.waiting,
                                .is_terminal = is_terminal,
                                .host_ip = host_ip_,
                                .pod_ip = address_of(worker, !containers.empty())});
}

/// Empty: it has none (yet). Pods of the host network have the node's, from the beginning on.
std::string RuntimePodSyncer::address_of(const PodWorker& worker, bool has_sandbox) const {
    if (bool_at(*worker.pod, "/spec/hostNetwork")) return host_ip_;
    return has_sandbox ? network_.address_of(worker.uid).value_or("") : "";
}

/// computePodActions and startContainer, of one container.
Task<bool> RuntimePodSyncer::sync_container(PodWorker* worker, Json spec, Containers containers) {
    const auto name = string_at(spec, "/name");
    const auto attempts = attempts_of(containers, name);
    const Json* current = attempts.empty() ? nullptr : attempts.back();
    if (!should_be_restarted(*worker->pod, spec, current)) co_return true;
    if (current != nullptr && (*current)["state"] == "created") {
        const bool started = co_await start_container(worker, name, *current);
        co_return started;
    }
    if (current != nullptr && is_crash_looping(*worker, name, *current)) co_return false;
    const bool has_image = co_await ensure_image(worker, spec);
    if (!has_image) co_return false;
    if (address_of(*worker, true).empty())
        co_return fail(*worker, name, "CreatePodSandboxError", "no IP address is left on this node");

    const Json parameters = {{"podUid", worker->uid},
                             {"podName", name_of(*worker->pod)},
                             {"namespace", namespace_of(*worker->pod)},
                             {"name", name},
                             {"attempt", current == nullptr ? 0 : int_at(*current, "/attempt") + 1},
                             {"image", string_at(spec, "/image")},
                             {"env", environment_of(spec)}};
    const runtime::RuntimeResult created = co_await worker->calls.call("CreateContainer", parameters);
    if (!created) co_return fail(*worker, name, "CreateContainerError", created.error());
    record(*worker, "Normal", "Created", fmt::format("Created container: {}", name));
    const bool started = co_await start_container(worker, name, *created);
    if (!started) co_return false;
    // One dead container is kept for lastState (MaxPerPodContainer).
    for (std::size_t i = 0; i + 1 < attempts.size(); ++i) {
        const runtime::RuntimeResult removed =
            co_await worker->calls.call("RemoveContainer", by_id(*attempts[i]));
        if (!removed) co_return false;
    }
    co_return true;
}

Task<bool> RuntimePodSyncer::start_container(PodWorker* worker, std::string name, Json container) {
    const runtime::RuntimeResult started = co_await worker->calls.call("StartContainer", by_id(container));
    if (!started) co_return fail(*worker, name, "RunContainerError", started.error());
    worker->waiting.erase(name);
    record(*worker, "Normal", "Started", fmt::format("Started container {}", name));
    co_return true;
}

/// image_manager.go:EnsureImageExists
Task<bool> RuntimePodSyncer::ensure_image(PodWorker* worker, Json spec) {
    const auto name = string_at(spec, "/name"), image = string_at(spec, "/image");
    const auto policy = pull_policy_of(spec);
    const runtime::RuntimeResult status = co_await worker->calls.call("ImageStatus", by_image(image));
    if (!status) co_return fail(*worker, name, "ImageInspectError", status.error());
    if (bool_at(*status, "/present") && policy != "Always") {
        const auto message = fmt::format("Container image \"{}\" already present on machine", image);
        record(*worker, "Normal", "Pulled", message);
        co_return true;
    }
    if (policy == "Never") {
        const auto message =
            fmt::format("Container image \"{}\" is not present with pull policy of Never", image);
        co_return fail(*worker, name, "ErrImageNeverPull", message);
    }
    const auto key = back_off_key(*worker, image);
    if (pulls_.is_in_back_off(key, environment_.now())) {
        const auto message = fmt::format("Back-off pulling image \"{}\"", image);
        record(*worker, "Normal", "BackOff", message);
        co_return fail(*worker, name, "ImagePullBackOff", message);
    }
    record(*worker, "Normal", "Pulling", fmt::format("Pulling image \"{}\"", image));
    const runtime::RuntimeResult pulled = co_await worker->calls.call("PullImage", by_image(image));
    if (worker->is_terminating) co_return false;
    if (!pulled) {
        pulls_.next(key, environment_.now(), environment_.now());
        const auto message = fmt::format("Failed to pull image \"{}\": {}", image, pulled.error());
        record(*worker, "Warning", "Failed", message);
        co_return fail(*worker, name, "ErrImagePull", pulled.error());
    }
    record(*worker, "Normal", "Pulled", fmt::format("Successfully pulled image \"{}\"", image));
    co_return true;
}

/// kuberuntime_manager.go:doBackOff
bool RuntimePodSyncer::is_crash_looping(PodWorker& worker, const std::string& name, const Json& container) {
    const auto now = environment_.now(), ended = time_at(container, "/finishedAt").value_or(now);
    const auto key = back_off_key(worker, name);
    if (!crashes_.is_in_back_off_since(key, ended, now)) {
        crashes_.next(key, ended, now);
        return false;
    }
    const auto pod = fmt::format("{}_{}({})", name_of(*worker.pod), namespace_of(*worker.pod), worker.uid);
    record(worker, "Warning", "BackOff",
           fmt::format("Back-off restarting failed container {} in pod {}", name, pod));
    fail(worker, name, "CrashLoopBackOff",
         fmt::format("back-off {}s restarting failed container={} pod={}", crashes_.delay(key).count(), name,
                     pod));
    return true;
}

Task<void> RuntimePodSyncer::stop_container(PodWorker* worker, Json container, bool* succeeded) {
    if (worker->pod)
        record(*worker, "Normal", "Killing",
               fmt::format("Stopping container {}", string_at(container, "/name")));
    const Json parameters = {{"id", container["id"]}, {"graceSeconds", worker->grace_seconds}};
    const runtime::RuntimeResult stopped = co_await worker->calls.call("StopContainer", parameters);
    if (!stopped) *succeeded = false;
}

bool RuntimePodSyncer::fail(PodWorker& worker, const std::string& container, const std::string& reason,
                            const std::string& message) {
    worker.waiting[container] = {reason, message};
    return false;
}

void RuntimePodSyncer::record(const PodWorker& worker, const std::string& type, const std::string& reason,
                              const std::string& message) {
    events_.record(*worker.pod, "v1", "Pod", type, reason, message);
}

}  // namespace kcheck::reference::kubelet
