// Everything that a component of the reference does not decide by itself.
//
// When a worker runs, when a timer fires, what time it is, and which of several equally good
// candidates is taken: a component asks its Environment, and nothing else. Free-running
// processes have one on an event loop (event_loop.hpp); the replay driver has one that does
// exactly what a trace says (replay/world.hpp). Everything runs on one thread: no callback is
// called from within the call that registered it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace kcheck::reference {

/// What is about to happen, for the scheduler of the environment and for people.
struct Activity {
    std::string component;  // "replicaset-controller", "kubelet/node-0"
    std::string verb;       // "sync", "requeue", "resync", "schedule"
    std::string object;     // a key "namespace/name", a UID, or empty
};

using Clock = std::chrono::system_clock;
using Time = Clock::time_point;
using TimerId = std::uint64_t;  // 0: no timer

class Environment {
public:
    virtual ~Environment() = default;

    /// Runs `work` once, as soon as its turn comes.
    virtual void post(Activity activity, std::function<void()> work) = 0;
    /// Runs `work` once, not before `delay` has passed.
    virtual TimerId after(std::chrono::milliseconds delay, Activity activity, std::function<void()> work) = 0;
    /// Does nothing if the timer has fired or does not exist.
    virtual void cancel(TimerId timer) = 0;
    /// The date, for timestamps: whoever sets the clock changes it at a stroke.
    virtual Time now() const = 0;
    /// An index into `candidates`, which rank equally: `preferred`, unless the environment has
    /// reason to take another.
    virtual std::size_t choose(const Activity& activity, const std::vector<std::string>& candidates,
                               std::size_t preferred) = 0;
    /// For how long something lasts: goes forward evenly, and says nothing of the date.
    virtual Time monotonic() const { return now(); }
};

/// Known bugs, switched on by name. All are off by default.
enum class Switch : std::uint8_t {
    scheduler_writes_etcd,
    binding_without_precondition,
    no_expectations,
    update_without_resource_version,
    kubelet_ignores_node_name,
    create_timeout_is_success,
    watch_drops_event,
    kubelet_admits_everything,
    create_without_name_check,
    uids_repeat_after_restart,
    revisions_repeat_after_restart,
    bind_failure_is_forgotten,
    image_never_arrives,
    status_carries_time,
    deletion_decides_early,
};
using Switches = std::set<Switch>;

/// "binding-without-precondition"; the names are those of the checker's variants.
const std::vector<std::pair<std::string, Switch>>& switch_names();

/// RFC 3339 in UTC with seconds, as metav1.Time is written: "2006-01-02T15:04:05Z".
std::string to_rfc3339(Time time);
/// Throws std::invalid_argument if `text` is no such time. Fractions of a second are accepted.
Time from_rfc3339(const std::string& text);

}  // namespace kcheck::reference
