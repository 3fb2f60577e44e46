#include "reference/kubelet/pod_worker.hpp"

#include <algorithm>

#include "reference/base/objects.hpp"

namespace kcheck::reference::kubelet {

namespace {

constexpr std::chrono::seconds retry_delay{10};    // kubelet.go:backOffPeriod
constexpr std::chrono::seconds resync_period{60};  // --sync-frequency

/// pod_workers.go:calculateEffectiveGracePeriod
std::int64_t grace_of(const Json& pod) {
    const auto in_spec = int_at(pod, "/spec/terminationGracePeriodSeconds", 30);
    return int_at(pod, "/metadata/deletionGracePeriodSeconds", in_spec);
}

}  // namespace

PodWorkers::PodWorkers(Environment& environment, runtime::ContainerRuntime& runtime, PodSyncer& syncer,
                       std::string component)
    : environment_(environment), runtime_(runtime), syncer_(syncer), component_(std::move(component)) {}

void PodWorkers::update(const Object& pod) {
    PodWorker& worker = worker_of(uid_of(*pod));
    worker.pod = pod;
    if (is_deleting(*pod) || is_pod_terminal(*pod)) terminate(worker, grace_of(*pod));
    poke(worker);
}

void PodWorkers::refresh(const Object& pod) {
    const auto known = workers_.find(uid_of(*pod));
    if (known == workers_.end()) return;
    PodWorker& worker = *known->second;
    worker.pod = pod;
    if (!is_pod_terminal(*pod) || worker.is_terminating) return;
    terminate(worker, grace_of(*pod));
    poke(worker);
}

void PodWorkers::look_at(const std::string& uid) {
    if (const auto known = workers_.find(uid); known != workers_.end()) poke(*known->second);
}

void PodWorkers::remove(const std::string& uid) {
    const auto known = workers_.find(uid);
    if (known == workers_.end()) return;
    PodWorker& worker = *known->second;
    worker.is_in_configuration = false;
    terminate(worker, grace_of(*worker.pod));
    poke(worker);
}

void PodWorkers::kill_orphan(const std::string& uid) {
    if (workers_.contains(uid)) return;
    PodWorker& worker = worker_of(uid);
    worker.is_in_configuration = false;
    terminate(worker, 1);
    poke(worker);
}

const PodWorker* PodWorkers::find(const std::string& uid) const {
    const auto found = workers_.find(uid);
    return found == workers_.end() ? nullptr : found->second.get();
}

bool PodWorkers::could_have_running_containers(const std::string& uid) const {
    const PodWorker* worker = find(uid);
    return worker != nullptr && !worker->is_stopped;
}

PodWorkers::Pass PodWorkers::next_pass(const PodWorker& worker) {
    if (!worker.is_terminating) return Pass::sync;
    if (!worker.is_stopped) return Pass::terminating;
    if (!worker.is_finished) return Pass::terminated;
    return worker.is_in_configuration ? Pass::none : Pass::clean_up;
}

PodWorker& PodWorkers::worker_of(const std::string& uid) {
    auto& worker = workers_[uid];
    if (!worker) worker = std::make_unique<PodWorker>(uid, runtime_);
    return *worker;
}

void PodWorkers::terminate(PodWorker& worker, std::int64_t grace_seconds) {
    const auto grace = std::max<std::int64_t>(grace_seconds, 1);
    if (worker.is_terminating && grace >= worker.grace_seconds) return;
    worker.is_terminating = true;
    worker.grace_seconds = grace;
    // The pass under way is for a pod that shall run, or waits longer than it should.
    worker.must_cancel = worker.is_working && !worker.is_stopped;
}

void PodWorkers::poke(PodWorker& worker) {
    worker.has_update = true;
    if (!worker.is_working || worker.must_cancel) post(worker);
}

void PodWorkers::post(PodWorker& worker) {
    if (std::exchange(worker.is_posted, true)) return;
    environment_.post({component_, "sync", worker.uid}, [this, uid = worker.uid] { take_turn(uid); });
}

void PodWorkers::take_turn(const std::string& uid) {
    const auto known = workers_.find(uid);
    if (known == workers_.end()) return;
    PodWorker& worker = *known->second;
    worker.is_posted = false;
    if (!worker.is_working)
        spawn(run(uid));
    else if (std::exchange(worker.must_cancel, false))
        worker.calls.cancel();
}

Task<> PodWorkers::run(std::string uid) {
    PodWorker* const worker = workers_.at(uid).get();
    if (worker->pod && is_pod_terminal(*worker->pod)) terminate(*worker, grace_of(*worker->pod));
    worker->is_working = true;
    worker->has_update = worker->must_cancel = false;
    worker->calls.reset();
    environment_.cancel(std::exchange(worker->retry, 0));
    const Pass pass = next_pass(*worker);
    bool succeeded = true;
    if (pass == Pass::sync) {
        const PodSyncer::Result result = co_await syncer_.sync_pod(worker);
        succeeded = result.succeeded;
        if (result.is_terminal) terminate(*worker, grace_of(*worker->pod));
    } else if (pass == Pass::terminating) {
        succeeded = co_await syncer_.sync_terminating_pod(worker);
        worker->is_stopped = succeeded;
    } else if (pass == Pass::terminated) {
        syncer_.sync_terminated_pod(*worker);
        worker->is_finished = true;
    } else if (pass == Pass::clean_up) {
        succeeded = co_await syncer_.clean_up_pod(worker);
        if (succeeded) {
            workers_.erase(uid);
            co_return;
        }
    }
    complete(*worker, pass, succeeded);
}

/// pod_workers.go:completeWork
void PodWorkers::complete(PodWorker& worker, Pass pass, bool succeeded) {
    worker.is_working = worker.must_cancel = false;
    const Pass next = next_pass(worker);
    if (next == Pass::none) return;
    if (next != pass || worker.has_update) return post(worker);
    worker.retry = environment_.after(succeeded ? resync_period : retry_delay,
                                      {component_, succeeded ? "resync" : "requeue", worker.uid},
                                      [this, uid = worker.uid] { look_at(uid); });
}

}  // namespace kcheck::reference::kubelet
