// A world in which nothing happens by itself: the one scheduler of a deterministic replay.
//
// The components are those of the free-running processes. Whatever they ask for - a worker's turn,
// a timer, a request to kube-apiserver, a call of the container runtime, the next watch event -
// waits here until the driver picks it. A process that crashes loses all of it and is built anew.
#pragma once

#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reference/apiserver/api_server.hpp"
#include "reference/base/environment.hpp"
#include "reference/client/api.hpp"
#include "reference/replay/projection.hpp"
#include "reference/runtime/container_runtime.hpp"
#include "reference/store/embedded_store.hpp"

namespace kcheck::reference::replay {

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

/// What one change of the store means for one watch: the events that it made there, maybe none.
/// `counts`: the change shows in the state that a trace compares.
struct Delivery {
    bool counts = false;
    std::vector<WatchEvent> events;
};

/// One watch of one process. It hears what ApiServer sends; when, the driver decides.
struct WatchQueue {
    std::string resource;  // "pods"
    Request request;
    User user;
    client::WatchHandler handler;
    std::unique_ptr<apiserver::Subscription> subscription;
    std::vector<WatchEvent> arrived;  // since the last change was noted
    std::deque<Delivery> queue;
};

/// A process: its environment, its connections, and the component that runs in it.
class Process : public Environment {
public:
    /// `node_name`: of a kubelet, which is told of the pods of its node only.
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

    /// Runs the work; false if there is none that `fits`.
    bool run(const std::function<bool(const Work&)>& fits);
    PendingRequest* find(const std::function<bool(const PendingRequest&)>& fits);
    PendingRequest take(std::uint64_t id);
    PendingCall* find_call(const std::function<bool(const PendingCall&)>& fits);
    PendingCall take_call(std::uint64_t id);
    WatchQueue* watch_of(const std::string& resource);

    /// All that waits is lost. The component itself is its owner's to destroy, before or after.
    void drop_everything();

    const std::string name;
    const std::string node;
    std::vector<Work> works;  // in the order in which they were asked for
    std::list<PendingRequest> requests;
    std::list<PendingCall> calls;
    std::list<WatchQueue> watches;
    std::set<std::string> unobserved;  // resources whose events no trace speaks of: they do not count
    /// Which of equal candidates: an index, or none if it does not matter.
    std::function<std::optional<std::size_t>(const Activity&, const std::vector<std::string>&)> chooser;

private:
    friend class World;
    World& world_;
};

/// kube-apiserver on its store, and the clock.
class World {
public:
    explicit World(Switches switches);

    /// Carries the request out; what it changes is on its way to all watches then.
    Response carry_out(const User& user, const Request& request);
    /// Whether a write that is carried out now would show in the state that a trace compares.
    bool would_show(const User& user, const Request& request);
    bool would_succeed(const User& user, const Request& request);
    /// Writes past kube-apiserver: what a component does that reaches etcd by itself.
    void write_directly(const std::string& key, const Json& object);
    const Projection& projection() const { return projection_; }
    /// Commits that show in the projection, since the world began.
    std::int64_t shown() const { return shown_; }

    /// kube-apiserver and etcd start again: nothing stored is lost, watches go on where they were.
    void restart_api_server();

    store::Store& store() { return *store_; }
    const std::vector<Process*>& processes() const { return processes_; }
    const Switches& switches() const { return switches_; }
    std::function<void(const apiserver::Commit&)> on_commit;  // told of every commit through kube-apiserver
    Time now = from_rfc3339("2026-01-01T00:00:00Z");
    std::uint64_t next_id() { return ++last_id_; }
    /// Begins the watch; what is there already is its first delivery.
    void subscribe(WatchQueue& watch);

private:
    friend class Process;
    void note(const std::string& key, const Json& object);
    void distribute();
    bool counts(const Process& process, const WatchQueue& watch, const Change& change) const;

    Switches switches_;
    std::unique_ptr<store::EmbeddedStore> store_;
    std::unique_ptr<apiserver::ApiServer> api_server_;
    std::vector<Process*> processes_;
    std::uint64_t last_id_ = 0;
    std::uint64_t names_ = 0, uids_ = 0;
    /// Where the count of UIDs begins again with the switch uids-repeat-after-restart.
    std::uint64_t uid_of_first_pod_ = 0;
    Projection projection_;
    std::int64_t shown_ = 0;
    std::vector<Change> changes_;  // of the request that is being carried out
};

/// The identities that the components connect with.
User user_of(const std::string& name);

}  // namespace kcheck::reference::replay
