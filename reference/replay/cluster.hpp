// The cluster of one replay: every component as a process of one deterministic world, and the steps
// of docs/driver.md carried out in it.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "reference/replay/world.hpp"

namespace kcheck::reference::replay {

/// The implementation would not take the step.
class Refused : public std::runtime_error {
    using std::runtime_error::runtime_error;
};
/// A message that is not of the protocol.
class BadMessage : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

using simulation::Outcome;
using simulation::PendingCall;
using simulation::PendingRequest;
using simulation::Process;
using simulation::user_of;
using simulation::Watch;
using simulation::Work;

struct ReplayNode {
    std::string name;
    int capacity = 110;
    bool schedulable = true;
    std::vector<int> score;
};

struct ReplayConfiguration {
    std::string deployment;
    std::vector<int> replicas;
    std::vector<ReplayNode> nodes;
    bool waits_until_available = false;
    bool status_last = false;
    Switches switches;
};
/// Throws BadMessage; Refused for a variant that is not known here.
ReplayConfiguration replay_configuration_of(const Json& message);

/// Whether the controllers share the informers of one kube-controller-manager, as in a cluster. Apart,
/// as with --controllers, each is told of events by itself: what a request in flight does to the view
/// of its sender is then the lag of one cache, and a trace says it so.
enum class Controllers : std::uint8_t { apart, together };

class Cluster {
public:
    explicit Cluster(ReplayConfiguration configuration, Controllers controllers = Controllers::apart);
    ~Cluster();
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    /// Throws Refused, and is of no further use then, or BadMessage.
    void step(const Json& step);
    /// Throws Refused if anything would still change what `state` shows.
    void rest();
    /// Anything that waits to happen happens, in an order that `seed` decides, until nothing is left.
    struct RandomFaults {
        int crashes = 0, lost_replies = 0;
    };
    void run_at_random(std::uint64_t seed, RandomFaults faults);
    void on_commit(std::function<void(const apiserver::Commit&)> listener) {
        world_.on_commit = std::move(listener);
    }

    Json state() const;
    /// What waits to happen, for people.
    std::vector<std::string> allowed() const;

private:
    struct PodId {
        std::string name, uid;
        std::string key() const { return "default/" + name; }
        std::string path() const { return "/api/v1/namespaces/default/pods/" + name; }
    };
    struct ControllerManagerProcess;
    struct SchedulerProcess;
    struct KubeletProcess;
    using Fits = std::function<bool(const PendingRequest&)>;
    using CallFits = std::function<bool(const PendingCall&)>;

    // cluster.cpp: processes and what they share
    void start_everything(Controllers controllers);
    ControllerManagerProcess& process_of(const std::string& controller);
    void crash_controller_manager(const Json& step);
    void crash_scheduler(const Json& step);
    void crash_somebody(std::size_t which);
    void crash_kubelet(KubeletProcess& kubelet);
    void boot(Process& process);
    void boot(KubeletProcess& kubelet);
    void receive(Process& process, const std::string& resource, int events);
    /// Hands out what does not count: it travels with the event before it.
    void deliver_uncounted();
    KubeletProcess& kubelet_of(const Json& step);
    const PodId& pod_at(int slot) const;
    const PodId& pod_of(const Json& step) const;
    void let_everything_happen(Process& process, Time until);
    void bind_slot(const Json& step, const Response& created);

    // requests.cpp: bringing a component to the request that a step is about
    Response carry_out(Process& process, std::uint64_t request, Outcome outcome, const Json& step);
    Response commit(const PendingRequest& request);
    /// The DELETE has looked at its pod before the pod was bound: its grace period is 0.
    void look_early(PendingRequest& deletion, const Json& step) const;
    Response write_directly(const Request& binding);
    void reply_to_reads(Process& process, const std::string& user);
    /// Lets the component go on until a request that `fits` waits. What does not show is carried out
    /// on the way; a visible write that the step is not about times out if `may_time_out` says so.
    PendingRequest& bring(Process& process, const std::string& user, const Fits& fits,
                          const std::function<bool()>& kick, const Fits& may_time_out);
    void time_out(Process& process, const std::string& user, const Fits& which);
    /// Requests that wait, or come in their place, are not carried out, and no reply arrives.
    void lose(Process& process, const std::string& user, const Fits& which);
    void expect_accepted(const Json& step, const Response& response) const;
    PendingCall& bring_call(KubeletProcess& kubelet, const PodId* pod, const CallFits& fits);

    // steps.cpp, node_steps.cpp: one function for each component
    void step_user(const std::string& verb, const Json& step);
    void step_deployment_controller(const std::string& verb, const Json& step);
    void step_replica_set_controller(const std::string& verb, const Json& step);
    PendingRequest& bring_deployment_controller(const Fits& fits);
    PendingRequest& bring_replica_set_controller(const Fits& fits);
    PendingRequest& bring_deletion(const PodId& pod, std::vector<std::string> victims);
    void step_scheduler(const std::string& verb, const Json& step);
    void step_kubelet(const std::string& verb, const Json& step);
    void step_runtime(const std::string& verb, const Json& step);
    void step_network(const std::string& verb, const Json& step);
    void collect(const Json& step);
    void pass(const Json& step);
    void drop_event();

    const ReplayConfiguration configuration_;
    ReplayWorld world_;
    std::vector<std::unique_ptr<ControllerManagerProcess>> managers_;  // they crash together
    std::unique_ptr<SchedulerProcess> scheduler_;
    std::vector<std::unique_ptr<KubeletProcess>> kubelets_;
    std::map<int, PodId> pods_;          // what the trace calls them
    std::list<PendingRequest> network_;  // nobody waits for them any more
    std::size_t operations_ = 0;
    store::Revision newest_ = 0;  // revision that a commit has had
};

}  // namespace kcheck::reference::replay
