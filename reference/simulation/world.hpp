// The simulated world: the real kube-apiserver on the real embedded store, in this process, and a clock, a
// network and crashes that do as they are told.
//
// Nothing in it happens by itself. The replay driver picks each thing that happens (replay/cluster.hpp),
// a run at random throws dice, and tests let the world run until it is quiet, or until some time has
// passed, and hold back or lose what they are about. Components cannot tell it from a cluster: what they
// are refused here, real servers refuse.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reference/simulation/process.hpp"
#include "reference/store/embedded_store.hpp"

namespace kcheck::reference::simulation {

/// The identities that the components and an administrator ("kubernetes-admin") connect with.
User user_of(const std::string& name);

/// What becomes of a request that does not fare as requests do.
struct Fault {
    Response reply = {.status = 0};  // 0: none arrives
    bool is_carried_out = false;     // nevertheless
};

/// A request of a process that has arrived.
struct Arrival {
    std::string user;
    Request request;
    int status = 0;  // of what kube-apiserver said, whether or not its reply arrived; of the fault's reply,
                     // if it was not carried out
};

/// What becomes of the watches when kube-apiserver restarts: they go on where they were, as if each had been
/// begun again at once, or they break, and their processes learn of it.
enum class Watches : std::uint8_t { go_on, break_off };

class World {
public:
    /// With the namespaces that every cluster has.
    explicit World(Switches switches = {});
    virtual ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // ---- kube-apiserver and etcd

    /// Carries the request out; what it changes is on its way to all watches then.
    Response carry_out(const User& user, const Request& request);
    /// Carries it out unless there is a `fault`, and writes it into the log. First what kube-apiserver has
    /// said, then the reply.
    std::pair<Response, Response> arrive(const PendingRequest& pending);
    /// Writes past kube-apiserver: what a component does that reaches etcd by itself. Null: removes.
    void write_directly(const std::string& key, const Json& object);
    /// Nothing stored is lost.
    void restart_api_server(Watches watches = Watches::go_on);
    /// etcd forgets the past, and kube-apiserver's watch caches with it: whoever asks for it is told 410.
    void compact();
    /// A BOOKMARK to each watch, as about once a minute.
    void send_bookmarks();
    /// Begins the watch; what is there already is on its way then.
    void subscribe(Watch& watch);

    store::Store& store() { return *store_; }
    std::int64_t revision() { return store_->revision(); }
    const Switches& switches() const { return switches_; }
    std::function<void(const apiserver::Commit&)> on_commit;  // told of every commit through kube-apiserver
    /// Asked about each request of a process that arrives.
    std::function<std::optional<Fault>(const User&, const Request&)> fault;
    std::vector<Arrival> log;
    bool keeps_log = true;
    /// The log without reads, as "METHOD path status"; of one user, or of all.
    std::vector<std::string> writes(const std::string& user = {}) const;

    // ---- running

    /// The oldest of all that waits, and is no timer, happens; false if nothing does. Events of the watches
    /// of `held` collections ("/api/v1/pods") wait on.
    bool step(const std::set<std::string>& held = {});
    /// Until nothing but timers is left. Throws std::runtime_error if it does not come to rest.
    void settle(const std::set<std::string>& held = {});
    /// Time moves to the next timer, which fires; false if that is later than `until`.
    bool fire_next(Time until);
    /// Settles, timer by timer, until so much time has passed.
    void settle_for(std::chrono::milliseconds duration, const std::set<std::string>& held = {});

    Time now = from_rfc3339("2026-01-01T00:00:00Z");
    const std::vector<Process*>& processes() const { return processes_; }
    std::uint64_t next_id() { return ++last_id_; }

    // ---- what an administrator does, at once. Throws std::runtime_error if it is refused, but for act().

    Response act(const std::string& method, const std::string& path, Json body = {});
    /// Null if there is none. The reference is good until the path is asked for again and has changed.
    const Json& object(const std::string& path);
    bool has(const std::string& path) { return !object(path).is_null(); }
    /// Creates it in the collection, or brings it to that state; its status as well, if it has one. The path
    /// of what is there now.
    std::string put(const std::string& collection, Json object);
    /// Changes a stored object: its status by the subresource, its node by a binding.
    void edit(const std::string& path, const std::function<void(Json&)>& change);
    /// With a grace period of 0.
    void remove(const std::string& path);
    /// Of all objects of a collection of one namespace or of all, by namespace and name.
    std::vector<std::string> paths(const std::string& collection);

protected:
    /// Told of every commit and of every direct write; before what they change is on its way.
    virtual void committed(const std::string&, const Json&) {}
    /// Whether what has been committed concerns this watch, even if it hears nothing.
    virtual bool counts(const Process&, const Watch&) const { return false; }
    /// What has been committed is on its way.
    virtual void distributed() {}
    apiserver::ApiServer& api_server() { return *api_server_; }

private:
    friend class Process;
    void start_api_server();
    void distribute();
    Response must(const std::string& method, const std::string& path, Json body);

    Switches switches_;
    std::unique_ptr<store::EmbeddedStore> store_;
    std::unique_ptr<apiserver::ApiServer> api_server_;
    std::vector<Process*> processes_;
    std::uint64_t last_id_ = 0;
    std::uint64_t names_ = 0, uids_ = 0;
    /// Where the count of UIDs begins again with the switch uids-repeat-after-restart.
    std::uint64_t uid_of_first_pod_ = 0;
    std::map<std::string, Json> looked_up_;
};

}  // namespace kcheck::reference::simulation
