#include "reference/scheduler/scheduling_queue.hpp"

#include <algorithm>

#include "reference/base/objects.hpp"

namespace kcheck::reference::scheduler {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds backoff_min{1'000};
constexpr milliseconds backoff_max{10'000};
constexpr milliseconds unschedulable_max{5 * 60 * 1'000};

milliseconds backoff_after(int attempts) {
    milliseconds backoff = backoff_min;
    for (int i = 1; i < attempts && backoff < backoff_max; ++i) backoff *= 2;
    return std::min(backoff, backoff_max);
}

/// queue.go:isPodUpdated: whether a change can matter to scheduling.
bool is_same_pod(const Json& a, const Json& b) {
    return at(a, "/spec") == at(b, "/spec") && at(a, "/metadata/labels") == at(b, "/metadata/labels") &&
           at(a, "/metadata/annotations") == at(b, "/metadata/annotations");
}

}  // namespace

SchedulingQueue::SchedulingQueue(Environment& environment, std::function<void()> on_active)
    : environment_(environment), on_active_(std::move(on_active)) {}

void SchedulingQueue::update(const Object& pod) {
    const auto uid = uid_of(*pod);
    const auto found = entries_.find(uid);
    if (found == entries_.end()) {
        insert({.pod = pod, .since = environment_.monotonic()}, Place::active);
        activate(uid);
        return;
    }
    auto& entry = found->second;
    const auto old = std::exchange(entry.queued.pod, pod);
    if (entry.place == Place::unschedulable && !is_same_pod(*old, *pod)) back_off(uid);
}

void SchedulingQueue::remove(const std::string& uid) {
    const auto found = entries_.find(uid);
    if (found == entries_.end()) return;
    leave_place(found->second);
    entries_.erase(found);
}

std::vector<Object> SchedulingQueue::candidates(std::size_t limit) const {
    std::vector<Object> found;
    for (const auto& [rank, uid] : active_) {
        if (found.size() == limit || rank.first != active_.begin()->first.first) break;
        found.push_back(entries_.at(uid).queued.pod);
    }
    return found;
}

QueuedPod SchedulingQueue::pop(const std::string& uid) {
    auto popped = std::move(entries_.at(uid).queued);
    remove(uid);
    ++popped.attempts;
    return popped;
}

void SchedulingQueue::add_unschedulable(QueuedPod pod) {
    const auto uid = uid_of(*pod.pod);
    pod.since = environment_.monotonic();
    auto& entry = insert(std::move(pod), Place::unschedulable);
    entry.timer =
        environment_.after(unschedulable_max, {scheduler_component, "flush", key_of(*entry.queued.pod)},
                           [this, uid] { activate(uid); });
}

void SchedulingQueue::add_backing_off(QueuedPod pod) {
    const auto uid = uid_of(*pod.pod);
    pod.since = environment_.monotonic();
    insert(std::move(pod), Place::unschedulable);
    back_off(uid);
}

void SchedulingQueue::move(const std::function<bool(const Json& pod)>& may_help) {
    std::vector<std::pair<Rank, std::string>> moved;
    for (const auto& [uid, entry] : entries_)
        if (entry.place == Place::unschedulable && may_help(*entry.queued.pod))
            moved.emplace_back(entry.rank, uid);
    std::sort(moved.begin(), moved.end());
    for (const auto& [rank, uid] : moved) back_off(uid);
}

SchedulingQueue::Entry& SchedulingQueue::insert(QueuedPod pod, Place place) {
    const auto uid = uid_of(*pod.pod);
    const Rank rank{-int_at(*pod.pod, "/spec/priority"), arrivals_++};
    remove(uid);
    return entries_[uid] = Entry{std::move(pod), place, rank, 0};
}

/// From wherever it is.
void SchedulingQueue::activate(const std::string& uid) {
    auto& entry = entries_.at(uid);
    leave_place(entry);
    entry.place = Place::active;
    active_[entry.rank] = uid;
    on_active_();
}

/// Active at once if its back-off is over.
void SchedulingQueue::back_off(const std::string& uid) {
    auto& entry = entries_.at(uid);
    const auto end = entry.queued.since + backoff_after(entry.queued.attempts);
    const auto left = std::chrono::ceil<milliseconds>(end - environment_.monotonic());
    if (left.count() <= 0) return activate(uid);
    leave_place(entry);
    entry.place = Place::backing_off;
    entry.timer = environment_.after(left, {scheduler_component, "backoff", key_of(*entry.queued.pod)},
                                     [this, uid] { activate(uid); });
}

void SchedulingQueue::leave_place(Entry& entry) {
    if (entry.place == Place::active) active_.erase(entry.rank);
    if (entry.timer != 0) environment_.cancel(std::exchange(entry.timer, 0));
}

}  // namespace kcheck::reference::scheduler
