// A process of the simulated world: what its component asks for waits here until somebody lets it happen.
//
// A worker's turn, a timer, a request to kube-apiserver, the next event of a watch, a call of the
// container runtime: each has a number in the order of asking, and each happens when the owner of the
// world picks it, or when the world runs by itself (world.hpp).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reference/apiserver/api_server.hpp"
#include "reference/base/environment.hpp"
#include "reference/client/api.hpp"
#include "reference/runtime/container_runtime.hpp"

namespace kcheck::reference::simulation {

class World;

struct Work {
    TimerId id = 0;
    Activity activity;
    std::function<void()> run;
    std::optional<Time> due;  // of a timer
};

struct PendingRequest {
    std::uint64_t id = 0;
    User user;
    Request request;
    std::function<void(Response)> done;
    bool direct = false;  // goes to etcd, past kube-apiserver
};

struct PendingCall {
    std::uint64_t id = 0;
    std::string method;
    Json parameters;
    std::function<void(runtime::RuntimeResult)> done;
};

/// What becomes of a request: it is carried out and answered, or one of the two does not happen.
enum class Outcome : std::uint8_t { replied, lost_committed, lost_uncommitted };

/// What one change of the store means for one watch: the events that it made there, maybe none.
struct Delivery {
    std::uint64_t id = 0;
    bool counts = false;  // as World::counts said
    std::vector<WatchEvent> events = {};
    bool ends = false;  // the watch, after them
};

/// One watch of one process. It hears what ApiServer sends; when, is decided here.
struct Watch {
    std::uint64_t id = 0;
    std::string resource;  // "pods"
    Request request;
    User user;
    client::WatchHandler handler;
    std::unique_ptr<apiserver::Subscription> subscription;
    std::vector<WatchEvent> arrived;  // of the request that is being carried out
    bool has_ended = false;           // the same
    std::deque<Delivery> queue;
};

/// A process: its environment and its connections. The component that runs in it is its owner's.
class Process : public Environment {
public:
    /// `node_name`: of a kubelet, or empty.
    Process(World& world, std::string process_name, std::string node_name = {});
    ~Process() override;
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    void post(Activity activity, std::function<void()> work) override;
    TimerId after(std::chrono::milliseconds delay, Activity activity, std::function<void()> work) override;
    void cancel(TimerId timer) override;
    Time now() const override;
    std::size_t choose(const Activity& activity, const std::vector<std::string>& candidates,
                       std::size_t preferred) override;

    std::shared_ptr<client::Api> api(const User& user);
    std::unique_ptr<runtime::ContainerRuntime> runtime();

    // ---- work and timers

    /// Runs the first that `fits`; false if there is none. Time moves on to a timer that is due later.
    bool run(const std::function<bool(const Work&)>& fits);
    /// The oldest that is no timer; false if there is none.
    bool run_one();
    /// The first timer to be due, if it is by then.
    bool fire_next(Time until);
    bool has_timer(const std::string& verb) const;

    // ---- requests

    PendingRequest* find(const std::function<bool(const PendingRequest&)>& fits);
    PendingRequest take(std::uint64_t id);
    /// What becomes of a request, the oldest or the one at a place in the queue; what kube-apiserver says,
    /// even if its reply is lost. Throws std::out_of_range if there is none.
    Response deliver(std::size_t place = 0) { return finish(requests.at(place).id, Outcome::replied); }
    Response lose(std::size_t place, Outcome outcome) { return finish(requests.at(place).id, outcome); }
    Response finish(std::uint64_t id, Outcome outcome);

    // ---- watches

    /// Of the plural name of a resource; null if there is none.
    Watch* watch_of(const std::string& resource);
    /// Hands out what is first in the queue. The handler may end other watches, but not this one.
    void deliver_event(Watch& watch);
    /// Of the first watch with any; with a path ("/api/v1/pods"), only of that collection. False if there is
    /// none.
    bool deliver_event(const std::string& path = {});
    /// The connection breaks: what is on its way does not arrive, and the process learns of the end.
    void cut(Watch& watch);

    // ---- calls of the container runtime

    PendingCall* find_call(const std::function<bool(const PendingCall&)>& fits);
    /// Its `done` may be called at any time, and does nothing once the process has crashed.
    PendingCall take_call(std::uint64_t id);

    /// kill -9: all that waits is lost. The component itself is its owner's to destroy, before or after.
    void crash();

    const std::string name;
    const std::string node;
    /// Who carries out calls of the container runtime while the world runs by itself; none: they wait.
    std::function<void(PendingCall)> carries_out_calls;
    std::vector<Work> works;  // in the order in which they were asked for
    std::deque<PendingRequest> requests;
    std::list<PendingCall> calls;
    std::list<Watch> watches;
    /// Which of equal candidates: an index, or none if it does not matter.
    std::function<std::optional<std::size_t>(const Activity&, const std::vector<std::string>&)> chooser;

private:
    /// Who waits for the calls that have been taken.
    using Answers = std::map<std::uint64_t, std::function<void(runtime::RuntimeResult)>>;

    World& world_;
    std::shared_ptr<Answers> answers_ = std::make_shared<Answers>();
};

}  // namespace kcheck::reference::simulation
