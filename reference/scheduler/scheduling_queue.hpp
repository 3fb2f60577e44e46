// Pods that wait for a scheduling cycle (pkg/scheduler/backend/queue/scheduling_queue.go).
//
// A pod is active (may be popped; highest priority first, then in order of arrival), backing off
// after a failure (1 s, doubled with every attempt, up to 10 s), or unschedulable: it waits until
// something happens that may help it, or for 5 minutes. Where Kubernetes looks at the back-off queue
// every second and at the unschedulable pods every 30 s, each pod has a timer of its own here:
// {"kube-scheduler", "backoff", key} and {"kube-scheduler", "flush", key}.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "reference/base/environment.hpp"
#include "reference/client/indexer.hpp"

namespace kcheck::reference::scheduler {

/// Of its activities.
inline constexpr auto scheduler_component = "kube-scheduler";

struct QueuedPod {
    Object pod;
    int attempts = 0;  // scheduling cycles so far
    Time since = {};   // when it last came into the queue
};

class SchedulingQueue {
public:
    /// `on_active` is called whenever a pod becomes active.
    SchedulingQueue(Environment& environment, std::function<void()> on_active);
    SchedulingQueue(const SchedulingQueue&) = delete;
    SchedulingQueue& operator=(const SchedulingQueue&) = delete;

    /// A new pod, or a new version of one: a change of its spec or labels may make it schedulable.
    void update(const Object& pod);
    void remove(const std::string& uid);

    bool has_active() const { return !active_.empty(); }
    /// Active pods of the highest priority in order of arrival, at most `limit`.
    std::vector<Object> candidates(std::size_t limit) const;
    /// `uid` must be one of the candidates. It is in no queue then.
    QueuedPod pop(const std::string& uid);

    /// What has been popped comes back: there was no node for it, or something went wrong.
    void add_unschedulable(QueuedPod pod);
    void add_backing_off(QueuedPod pod);
    /// Something has happened that may help those unschedulable pods for which `may_help` holds.
    void move(const std::function<bool(const Json& pod)>& may_help);

private:
    enum class Place : std::uint8_t { active, backing_off, unschedulable };
    using Rank = std::pair<std::int64_t, std::uint64_t>;  // minus the priority; arrival
    struct Entry {
        QueuedPod queued;
        Place place = Place::active;
        Rank rank;
        TimerId timer = 0;
    };
    Entry& insert(QueuedPod pod, Place place);
    void activate(const std::string& uid);
    void back_off(const std::string& uid);
    void leave_place(Entry& entry);

    Environment& environment_;
    std::function<void()> on_active_;
    std::map<std::string, Entry> entries_;  // by UID
    std::map<Rank, std::string> active_;    // UIDs
    std::uint64_t arrivals_ = 0;
};

}  // namespace kcheck::reference::scheduler
