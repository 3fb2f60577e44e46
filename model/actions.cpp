// Every action of every component, instantiated for each pod slot, node and outcome of
// its reply, and every receipt of a watch event.
#include <fmt/core.h>

#include "model/deployment_controller.hpp"
#include "model/environment.hpp"
#include "model/kube_scheduler.hpp"
#include "model/kubectl.hpp"
#include "model/kubelet.hpp"
#include "model/pipeline.hpp"
#include "model/pod_garbage_collector.hpp"
#include "model/replicaset_controller.hpp"

namespace kcheck::model {

template <class F>
ActionInfo& Pipeline::add(std::string component, std::string verb, std::string what, Reader reader, F body) {
    ActionInfo info;
    info.component = std::move(component);
    info.verb = std::move(verb);
    info.what = std::move(what);
    info.reader = reader;
    info.native = [body](NativeStep& step) { body(step); };
    info.symbolic = [body](SymbolicStep& step) { body(step); };
    actions_.push_back(std::move(info));
    return actions_.back();
}

/// A request to kube-apiserver with every way that its reply may go. Where the caller keeps
/// nothing that depends on the reply (`reply_matters` is false), a lost reply is what it is without
/// the loss: an idle fault.
template <class F>
void Pipeline::add_request(std::string component, std::string verb, std::string what, Reader reader,
                           const ir::ClassMask& progress, bool reply_matters, bool breakable, int node,
                           F body) {
    const auto& k = *encoding_;
    const auto known = static_cast<int>(actions_.size());
    const auto instance = [&](Reply reply, const char* suffix) -> ActionInfo& {
        auto& info =
            add(component, verb, what + suffix, reader, [body, reply](auto& step) { body(step, reply); });
        info.node = node;
        info.writes = reply.commits();
        info.request = true;
        info.reply = reply;
        return info;
    };
    instance({}, "").progress = progress;
    const auto lost = [&](Outcome outcome, Cause cause, const char* suffix) {
        auto& info = instance({outcome, cause}, suffix);
        info.fault = cause != Cause::broken_connection;
        info.known = known;
        info.idle = !reply_matters;
        if (outcome == Outcome::lost_committed) info.twin = known;
    };
    if (k.configuration.lost_replies > 0) {
        lost(Outcome::lost_committed, Cause::lost_reply, "; it is committed, but the reply is lost");
        lost(Outcome::lost_uncommitted, Cause::lost_reply, "; it times out and is not committed");
    }
    if (k.configuration.crashes > 0) {
        lost(Outcome::lost_committed, Cause::restart,
             "; it is committed, then kube-apiserver restarts before it replies");
        lost(Outcome::lost_uncommitted, Cause::restart, "; kube-apiserver restarts before it is committed");
        if (breakable) {
            lost(Outcome::lost_committed, Cause::broken_connection,
                 "; it was committed, but its connection broke in the restart");
            lost(Outcome::lost_uncommitted, Cause::broken_connection,
                 "; its connection broke in the restart and it was not committed");
        }
    }
}

void Pipeline::add_actions() {
    const Encoding& k = *encoding_;
    const auto& configuration = k.configuration;
    // Calls `add_for(p)` for every pod, and notes which actions are about it.
    const auto for_each_pod = [&](auto add_for) {
        for (int p = 0; p < k.pods(); ++p) {
            const auto first = actions_.size();
            add_for(p);
            for (auto a = first; a < actions_.size(); ++a) actions_[a].pod = p;
        }
    };

    for (int i = 0; i < static_cast<int>(configuration.operations.size()); ++i) {
        const auto& operation = configuration.operations[static_cast<std::size_t>(i)];
        const bool scales = operation.kind == UserOperation::Kind::scale;
        add_request("kubectl", scales ? "scale" : "apply",
                    fmt::format("{} deployment/{} with {} replicas", scales ? "scale" : "apply",
                                configuration.deployment, operation.replicas),
                    Reader::nobody, {}, false, false, -1,
                    [&k, i](auto& c, Reply reply) { kubectl::operate(c, k, i, reply); });
    }

    const std::string deployment = "deployment-controller";
    const auto dc = [&](const char* verb, const char* what, auto body) {
        add_request(deployment, verb, what, Reader::deployment_controller, fairness_.deployment_controller(),
                    false, false, -1, body);
    };
    dc("create-replicaset", "POST ReplicaSet",
       [&k](auto& c, Reply r) { deployment_controller::create_replica_set(c, k, r); });
    dc("scale-replicaset", "PUT ReplicaSet with the Deployment's replicas",
       [&k](auto& c, Reply r) { deployment_controller::scale(c, k, r); });
    const auto first_status = actions_.size();
    dc("update-status", "PUT Deployment status",
       [&k](auto& c, Reply r) { deployment_controller::update_status(c, k, r); });
    for (auto a = first_status; a < actions_.size(); ++a) actions_[a].status = 4;

    const std::string replicaset = "replicaset-controller";
    const auto rs_progress = fairness_.replicaset_controller();
    add_request(replicaset, "create-pod", "POST pod", Reader::replicaset_controller, rs_progress, true, true,
                -1, [&k](auto& c, Reply r) { replicaset_controller::create_one(c, k, r); });
    for_each_pod([&](int p) {
        add_request(replicaset, "delete-pod", fmt::format("DELETE pod[{}]", p), Reader::replicaset_controller,
                    rs_progress, true, true, -1,
                    [&k, p](auto& c, Reply r) { replicaset_controller::delete_one(c, k, p, r); });
    });
    const auto second_status = actions_.size();
    add_request(replicaset, "update-status", "PUT ReplicaSet status", Reader::replicaset_controller,
                rs_progress, true, false, -1,
                [&k](auto& c, Reply r) { replicaset_controller::update_status(c, k, r); });
    auto& conflict =
        add(replicaset, "update-status",
            "PUT ReplicaSet status; others write before it, and again after the live GET",
            Reader::replicaset_controller, [&k](auto& c) {
                replicaset_controller::update_status(c, k, {Outcome::lost_uncommitted, Cause::conflict});
            });
    conflict.request = true;
    conflict.ends_sync = true;
    conflict.reply = {Outcome::lost_uncommitted, Cause::conflict};
    conflict.progress = rs_progress;
    for (auto a = second_status; a < actions_.size(); ++a) actions_[a].status = 3;

    for_each_pod([&](int p) {
        for (int n = 0; n < k.nodes(); ++n) {
            auto& info = add("kube-scheduler", "assume",
                             fmt::format("decide that pod[{}] goes to {} and assume it there", p,
                                         configuration.nodes[static_cast<std::size_t>(n)].name),
                             Reader::scheduler, [&k, p, n](auto& c) { kube_scheduler::assume(c, k, p, n); });
            info.progress = fairness_.scheduling(p);
        }
    });
    for_each_pod([&](int p) {
        add_request("kube-scheduler", "bind",
                    k.is(Variant::scheduler_writes_etcd)
                        ? fmt::format("write the node of pod[{}] into etcd", p)
                        : fmt::format("POST binding of pod[{}]", p),
                    Reader::scheduler, fairness_.binding(p), true, true, -1,
                    [&k, p](auto& c, Reply r) { kube_scheduler::bind(c, k, p, r); });
    });

    for (int n = 0; n < k.nodes(); ++n) {
        const auto component = fmt::format("kubelet[{}]", n);
        const auto runtime = fmt::format("container-runtime[{}]", n);
        const bool alone = !k.crowded(n);  // see settle
        const auto local = [&](const std::string& who, const char* verb, std::string what,
                               const ir::ClassMask& progress, auto body) {
            auto& info = add(who, verb, std::move(what), Reader::kubelet, body);
            info.node = n;
            info.progress = progress;
            info.local = alone;
        };
        const auto report = [&](const char* verb, int p, int status, bool is_local, std::string what,
                                auto body) {
            const auto first = actions_.size();
            add_request(component, verb, std::move(what), Reader::kubelet, fairness_.report(n, p), false,
                        false, n, body);
            actions_[first].local = is_local;
            for (auto a = first; a < actions_.size(); ++a) actions_[a].status = status;
        };
        local(runtime, "pull-image", "pull the image", fairness_.image_pull(n),
              [&k, n](auto& c) { kubelet::pull(c, k, n); });
        for_each_pod([&](int p) {
            if (k.crowded(n) && configuration.crashes > 0)
                local(component, "admit", fmt::format("admit pod[{}], or refuse it if it does not fit", p),
                      fairness_.kubelet(n, p), [&k, n, p](auto& c) { kubelet::admit(c, k, n, p); });
            local(runtime, "create-container", fmt::format("create the container of pod[{}]", p),
                  fairness_.kubelet(n, p), [&k, n, p](auto& c) { kubelet::create(c, k, n, p); });
            local(runtime, "start-container", fmt::format("start the container of pod[{}]", p),
                  fairness_.kubelet(n, p), [&k, n, p](auto& c) { kubelet::start(c, k, n, p); });
            local(runtime, "stop-container", fmt::format("stop the container of pod[{}]", p),
                  fairness_.kubelet(n, p), [&k, n, p](auto& c) { kubelet::stop(c, k, n, p); });
            report("report-running", p, 1, false,
                   fmt::format("PATCH status of pod[{}]: Running and Ready", p),
                   [&k, n, p](auto& c, Reply r) { kubelet::report_running(c, k, n, p, r); });
            report("report-terminal", p, 0, alone && !k.counts_pods_on_nodes(),
                   fmt::format("PATCH status of pod[{}]: Failed", p),
                   [&k, n, p](auto& c, Reply r) { kubelet::report_terminal(c, k, n, p, r); });
            report("remove-pod", p, 0, alone && !k.counts_pods_on_nodes(),
                   fmt::format("DELETE pod[{}] with grace period 0", p),
                   [&k, n, p](auto& c, Reply r) { kubelet::remove(c, k, n, p, r); });
        });
    }

    if (configuration.waits_until_available)
        for_each_pod([&](int p) {
            auto& info = add("time", "pass", fmt::format("pod[{}] has been Ready for minReadySeconds", p),
                             Reader::nobody, [&k, p](auto& c) { environment::age(c, k, p); });
            info.progress = fairness_.time(p);
            info.status = 2;
        });

    if (k.is(Variant::watch_drops_event))
        add("kube-apiserver", "drop-event", "lose the oldest event on its way to kube-scheduler",
            Reader::nobody, [&k](auto& c) { environment::drop_event(c, k); });

    if (configuration.crashes == 0) return;
    const auto fault = [&](std::string component, std::string verb, std::string what, Reader reader, int node,
                           std::vector<int> refreshes, auto body) {
        auto& info = add(std::move(component), std::move(verb), std::move(what), reader, body);
        info.fault = true;
        info.node = node;
        info.refreshes = std::move(refreshes);
    };
    using environment::UnderWay;
    const std::string manager = "kube-controller-manager";
    const std::vector<int> of_manager{dc_deployments_watch, dc_replica_sets_watch, rsc_replica_sets_watch,
                                      rsc_pods_watch};
    fault(manager, "crash", "crash and restart", Reader::replicaset_controller, -1, of_manager,
          [&k](auto& c) { environment::crash_controller_manager(c, k, UnderWay::creations, 0); });
    for_each_pod([&](int p) {
        fault(manager, "crash", fmt::format("crash and restart, with DELETE pod[{}] under way", p),
              Reader::replicaset_controller, -1, of_manager,
              [&k, p](auto& c) { environment::crash_controller_manager(c, k, UnderWay::deletion, p); });
    });
    if (configuration.operations.size() > 1)
        fault(manager, "crash", "crash and restart, with the PUT of the ReplicaSet under way",
              Reader::deployment_controller, -1, of_manager,
              [&k](auto& c) { environment::crash_controller_manager(c, k, UnderWay::scale, 0); });
    fault("kube-scheduler", "crash", "crash and restart", Reader::scheduler, -1, {scheduler_watch},
          [&k](auto& c) { environment::crash_scheduler(c, k); });
    for (int n = 0; n < k.nodes(); ++n)
        fault(fmt::format("kubelet[{}]", n), "crash", "crash and restart", Reader::kubelet, n,
              {first_kubelet_watch + n}, [&k, n](auto& c) { environment::crash_kubelet(c, k, n); });
    fault("kube-apiserver", "crash", "restart, as etcd does", Reader::nobody, -1, {},
          [&k](auto& c) { environment::restart_quietly(c, k); });

    const auto late = [&](const char* verb, std::string what, auto body) {
        add("network", verb, std::move(what), Reader::nobody, body).writes = true;
    };
    late("late-create", "a POST pod from before the crash of kube-controller-manager arrives",
         [&k](auto& c) { environment::late_create(c, k); });
    if (configuration.operations.size() > 1)
        late("late-scale", "a PUT ReplicaSet from before the crash of kube-controller-manager arrives",
             [&k](auto& c) { environment::late_scale(c, k); });
    for_each_pod([&](int p) {
        late("late-bind",
             fmt::format("the POST binding of pod[{}] from before the crash of kube-scheduler arrives", p),
             [&k, p](auto& c) { environment::late_bind(c, k, p); });
        late("late-delete",
             fmt::format("the DELETE of pod[{}] from before the crash of kube-controller-manager arrives", p),
             [&k, p](auto& c) { environment::late_delete(c, k, p); });
    });
}

void Pipeline::add_watches() {
    const Encoding& k = *encoding_;
    // `able`: an event waits, and the client is where it receives one.
    const auto add_watch = [&](std::string client, std::string type, const auto& watch, auto able,
                               auto receive_one) {
        Watch info;
        info.client = std::move(client);
        info.type = std::move(type);
        const auto* queue = &watch.queue;
        const auto first = [](const auto& event) {
            if constexpr (requires { event.pod; })
                return event.pod;
            else
                return event.present;
        };
        info.pending = [queue, first](const Valuation& state) { return state[first(queue->front())] != 0; };
        info.queued = [queue, first](const Valuation& state) {
            int queued = 0;
            for (const auto& event : *queue) queued += state[first(event)] != 0 ? 1 : 0;
            return queued;
        };
        const auto one = [able, receive_one](auto& c) {
            if (c.require(able(c))) receive_one(c);
        };
        const auto all = [queue, able, receive_one](auto& c) {
            for (std::size_t i = 0; i < queue->size(); ++i) {
                const auto more = able(c);
                if (c.surely_not(more)) return;
                c.when(more, [&] { receive_one(c); });
            }
        };
        info.native = [one](NativeStep& step) { one(step); };
        info.symbolic = [one](SymbolicStep& step) { one(step); };
        info.catch_up_native = [all](NativeStep& step) { all(step); };
        info.catch_up_symbolic = [all](SymbolicStep& step) { all(step); };
        watches_.push_back(std::move(info));
    };
    // In the order that pipeline.hpp gives.
    const std::string deployment = "deployment-controller", replicaset = "replicaset-controller";
    add_watch(
        deployment, "deployments", k.dc.deployments, [&k](auto& c) { return pending(c, k.dc.deployments); },
        [&k](auto& c) { receive(c, k.dc.deployments); });
    add_watch(
        deployment, "replicasets", k.dc.replica_sets, [&k](auto& c) { return pending(c, k.dc.replica_sets); },
        [&k](auto& c) { receive(c, k.dc.replica_sets); });
    add_watch(
        replicaset, "replicasets", k.rsc.replica_sets,
        [&k](auto& c) { return pending(c, k.rsc.replica_sets); },
        [&k](auto& c) { receive_replica_set_by_replica_set_controller(c, k); });
    add_watch(
        replicaset, "pods", k.rsc.pods,
        [&k](auto& c) { return pending(c, k.rsc.pods) && receives_pods(c, k.rsc); },
        [&k](auto& c) { receive_pod_by_replica_set_controller(c, k); });
    add_watch(
        "kube-scheduler", "pods", k.scheduler.pods, [&k](auto& c) { return pending(c, k.scheduler.pods); },
        [&k](auto& c) { receive_pod_by_scheduler(c, k); });
    for (int n = 0; n < k.nodes(); ++n) {
        const auto& watch = k.kubelet[static_cast<std::size_t>(n)].pods;
        add_watch(
            fmt::format("kubelet[{}]", n), "pods", watch,
            [&k, &watch, n](auto& c) { return pending(c, watch) && receives_pods(c, k, n); },
            [&k, n](auto& c) { receive_pod_by_kubelet(c, k, n); });
    }
}

void Pipeline::keep_fresh() {
    // The watches stay where they are in memory when the pipeline is moved.
    const auto keep = [](auto& of_action, const std::vector<Watch>& watches, auto catch_up) {
        of_action = [body = std::move(of_action), watches = watches.data(), count = watches.size(),
                     catch_up](auto& step) {
            body(step);
            if (!step.require(true)) return;
            for (std::size_t w = 0; w < count; ++w) (watches[w].*catch_up)(step);
        };
    };
    for (auto& action : actions_) {
        keep(action.native, watches_, &Watch::catch_up_native);
        keep(action.symbolic, watches_, &Watch::catch_up_symbolic);
    }
}

void Pipeline::add_collections() {
    const Encoding& k = *encoding_;
    for (int p = 0; p < k.pods(); ++p) {
        const auto collect = [&k, p](auto& c) { pod_garbage_collector::collect(c, k, p); };
        ActionInfo info;
        info.component = pod_garbage_collector::name;
        info.verb = "collect";
        info.what = fmt::format("remove pod[{}], which has terminated", p);
        info.pod = p;
        info.progress = fairness_.pod_garbage_collector();
        info.writes = true;
        info.native = [collect](NativeStep& step) { collect(step); };
        info.symbolic = [collect](SymbolicStep& step) { collect(step); };
        collections_.push_back(std::move(info));
    }
}

}  // namespace kcheck::model
