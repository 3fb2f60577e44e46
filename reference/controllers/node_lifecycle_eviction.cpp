#include "reference/controllers/node_lifecycle_eviction.hpp"

#include <algorithm>
#include <optional>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"
#include "reference/client/taints.hpp"

namespace kcheck::reference::controllers {

namespace {

constexpr auto eviction_component = "taint-eviction-controller";
constexpr int tries = 5;
constexpr std::chrono::milliseconds pause_between_tries{10};

Json no_execute_taints(const Json& node) {
    Json taints = Json::array();
    for (const auto& taint : at(node, "/spec/taints"))
        if (string_at(taint, "/effect") == "NoExecute") taints.push_back(taint);
    return taints;
}

/// How long the pod may stay; none: for ever. taint_eviction.go:getMinTolerationTime.
std::optional<std::chrono::seconds> tolerated_for(const Json& pod, const Json& taints) {
    std::optional<std::chrono::seconds> shortest;
    for (const auto& taint : taints) {
        const Json* toleration = client::toleration_of(pod, taint);
        if (toleration == nullptr) return std::chrono::seconds(0);
        const Json& seconds = at(*toleration, "/tolerationSeconds");
        if (!seconds.is_number_integer()) continue;
        const std::chrono::seconds limit(std::max<std::int64_t>(0, seconds.get<std::int64_t>()));
        shortest = shortest ? std::min(*shortest, limit) : limit;
    }
    return shortest;
}

}  // namespace

TaintEviction::TaintEviction(Environment& environment, client::Api& api, client::Informer& nodes,
                             client::Informer& pods, bool records_events)
    : environment_(environment),
      api_(api),
      nodes_(nodes),
      pods_(pods),
      events_(environment, api, eviction_component, records_events) {}

void TaintEviction::start() {
    nodes_.add_handlers({[this](const Object& node) { node_changed(*node); },
                         [this](const Object& old, const Object& current) {
                             if (no_execute_taints(*old) != no_execute_taints(*current))
                                 node_changed(*current);
                         },
                         [this](const Object& node, bool) {
                             node_changed({{"metadata", at(*node, "/metadata")}});
                         }});
    pods_.add_handlers({[this](const Object& pod) { pod_changed(*pod); },
                        [this](const Object& old, const Object& current) {
                            const auto same = [&](const char* pointer) {
                                return at(*old, pointer) == at(*current, pointer);
                            };
                            if (!same("/spec/tolerations") || !same("/spec/nodeName")) pod_changed(*current);
                        },
                        [this](const Object& pod, bool) { cancel(key_of(*pod)); }});
    client::when_synced({&nodes_, &pods_}, [this] {
        started_ = true;
        for (const auto& node : nodes_.store().list()) node_changed(*node);
    });
}

void TaintEviction::node_changed(const Json& node) {
    if (!started_) return;
    const auto taints = no_execute_taints(node);
    for (const auto& pod : pods_.store().list())
        if (string_at(*pod, "/spec/nodeName") == name_of(node)) process(*pod, taints);
}

void TaintEviction::pod_changed(const Json& pod) {
    const auto node = nodes_.get(string_at(pod, "/spec/nodeName"));
    if (started_ && node) process(pod, no_execute_taints(*node));
}

/// processPodOnNode.
void TaintEviction::process(const Json& pod, const Json& taints) {
    const auto key = key_of(pod);
    if (taints.empty()) return cancel(key);
    if (const auto limit = tolerated_for(pod, taints)) schedule(key, *limit);
}

/// An eviction that has been scheduled earlier stays as it is.
void TaintEviction::schedule(const std::string& key, std::chrono::seconds delay) {
    const auto now = environment_.monotonic();
    const auto earlier = scheduled_.find(key);
    if (earlier != scheduled_.end() && earlier->second.since < now && delay.count() > 0) return;
    cancel(key);
    const auto timer = environment_.after(delay, {eviction_component, "evict", key}, [this, key] {
        scheduled_.erase(key);
        spawn(evict(key));
    });
    scheduled_[key] = {now, timer};
}

void TaintEviction::cancel(const std::string& key) {
    const auto found = scheduled_.find(key);
    if (found == scheduled_.end()) return;
    environment_.cancel(found->second.timer);
    scheduled_.erase(found);
}

/// deletePodHandler.
Task<> TaintEviction::evict(std::string key) {
    for (int i = 0; i < tries; ++i) {
        if (i > 0) co_await pause(key);
        const bool done = co_await try_to_evict(key);
        if (done) co_return;
    }
}

/// addConditionAndDeletePod.
Task<bool> TaintEviction::try_to_evict(std::string key) {
    const auto [space, name] = split_key(key);
    const auto path = client::collection_path("v1", "pods", space) + "/" + name;
    const Response found = co_await api_.call(client::get_request(path));
    if (found.status == 404) co_return true;
    if (!found.is_success()) co_return false;
    const Json& pod = found.body;
    if (!condition_is_true(pod, "DisruptionTarget")) {
        const Json condition = {{"type", "DisruptionTarget"},
                                {"status", "True"},
                                {"reason", "DeletionByTaintManager"},
                                {"message", "Taint manager: deleting due to NoExecute taint"},
                                {"lastTransitionTime", to_rfc3339(environment_.now())}};
        const Json patch = {{"metadata", {{"uid", uid_of(pod)}}},
                            {"status", {{"conditions", Json::array({condition})}}}};
        const Response patched = co_await api_.call(client::patch_request(path + "/status", patch));
        if (!patched.is_success()) co_return patched.status == 404;
    }
    const Response deleted = co_await api_.call(client::delete_request(path));
    if (deleted.is_success())
        events_.record(pod, "v1", "Pod", "Normal", "TaintManagerEviction", "Marking for deletion Pod " + key);
    co_return deleted.is_success() || deleted.status == 404;
}

Task<> TaintEviction::pause(std::string key) {
    co_await Callback<bool>([this, &key](std::function<void(bool)> done) {
        environment_.after(pause_between_tries, {eviction_component, "retry", key}, [done] { done(true); });
    });
}

}  // namespace kcheck::reference::controllers
