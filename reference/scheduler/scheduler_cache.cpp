#include "reference/scheduler/scheduler_cache.hpp"

#include "reference/base/objects.hpp"

namespace kcheck::reference::scheduler {

void SchedulerCache::set_node(const Object& node) { nodes_[name_of(*node)].set_node(node); }

void SchedulerCache::remove_node(const std::string& name) {
    const auto found = nodes_.find(name);
    if (found == nodes_.end()) return;
    found->second.set_node(nullptr);
    if (found->second.pods.empty()) nodes_.erase(found);  // its pods go when their own events come
}

void SchedulerCache::add_pod(const Object& pod) { put(PodInfo(pod), {string_at(*pod, "/spec/nodeName")}); }

void SchedulerCache::assume(const PodInfo& pod, const std::string& node) {
    put(pod, {.node = node, .assumed = true});
}

void SchedulerCache::put(const PodInfo& pod, Place place) {
    remove_pod(pod.uid);
    nodes_[place.node].add_pod(pod);
    places_[pod.uid] = std::move(place);
}

void SchedulerCache::remove_pod(const std::string& uid) {
    const auto place = places_.find(uid);
    if (place == places_.end()) return;
    const auto node = nodes_.find(place->second.node);
    node->second.remove_pod(uid);
    if (!node->second.node && node->second.pods.empty()) nodes_.erase(node);
    places_.erase(place);
}

void SchedulerCache::forget(const std::string& uid) {
    if (is_assumed(uid)) remove_pod(uid);
}

bool SchedulerCache::is_assumed(const std::string& uid) const {
    const auto place = places_.find(uid);
    return place != places_.end() && place->second.assumed;
}

}  // namespace kcheck::reference::scheduler
