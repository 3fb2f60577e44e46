// A cluster's worth of objects for tests of the scheduler and of controllers, with as much of
// kube-apiserver as they can notice: UIDs, resourceVersions and preconditions; bindings; status
// patches that merge conditions by type; owner references removed by UID; finalizers, propagation
// policies and the grace period of bound pods; watches of all namespaces.
//
// Requests and watch events wait until settle() or deliver_*() hands them out.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reference/base/objects.hpp"
#include "reference/client/api.hpp"
#include "tests/support/fake_world.hpp"

namespace kcheck::reference::testing {

class FakeCluster : public client::Api {
public:
    FakeEnvironment environment;
    std::map<std::string, Json> objects;  // by path
    std::vector<Request> sent;            // every request, in the order of sending
    /// May answer in place of the cluster. The bool: carry the request out nevertheless.
    std::function<std::optional<std::pair<Response, bool>>(const Request&)> fault;

    void send(Request request, std::function<void(Response)> done) override {
        sent.push_back(request);
        pending_.emplace_back(std::move(request), std::move(done));
    }

    std::unique_ptr<client::WatchStream> watch(Request request, client::WatchHandler handler) override {
        auto stream = std::make_unique<Stream>(*this);
        const auto from = std::stoll(request.query.at("resourceVersion"));
        streams_[stream.get()] = {request, std::move(handler), from};
        return stream;
    }

    /// As if somebody else had written it; creates it if it is not there.
    void put(const std::string& path, Json object) {
        const bool is_new = !objects.contains(path);
        if (is_new && uid_of(object).empty()) object["metadata"]["uid"] = "uid-" + std::to_string(++uids_);
        object["metadata"]["resourceVersion"] = std::to_string(++revision_);
        objects[path] = object;
        history_.push_back({revision_, path, is_new ? "ADDED" : "MODIFIED", std::move(object)});
    }
    void change(const std::string& path, const Json& merge_patch) {
        auto object = objects.at(path);
        object.merge_patch(merge_patch);
        put(path, std::move(object));
    }
    void erase(const std::string& path) {
        auto object = objects.at(path);
        objects.erase(path);
        object["metadata"]["resourceVersion"] = std::to_string(++revision_);
        history_.push_back({revision_, path, "DELETED", std::move(object)});
    }

    bool deliver_request() {
        if (pending_.empty()) return false;
        auto [request, done] = std::move(pending_.front());
        pending_.pop_front();
        const auto planned = fault ? fault(request) : std::nullopt;
        if (!planned) {
            done(handle(request));
        } else {
            if (planned->second) handle(request);
            done(planned->first);
        }
        return true;
    }
    bool deliver_event() {
        for (auto& [stream, state] : streams_) {
            for (const auto& event : history_) {
                if (event.revision <= state.seen) continue;
                state.seen = event.revision;
                if (!is_in(event.path, state.request.path)) continue;
                const auto handler = state.handler;
                const bool hidden = is_hidden(event.object, state.request);
                handler.on_event({hidden ? "DELETED" : event.type, event.object});
                return true;
            }
        }
        return false;
    }
    /// Until nothing is left to do but wait.
    void settle() {
        while (deliver_event() || environment.run_one() || deliver_request()) {
        }
    }
    void pass(std::chrono::milliseconds time) {
        const auto end = environment.time + time;
        settle();
        while (environment.fire_next(end)) settle();
        environment.time = end;
    }

    /// Requests other than GET, as "POST /api/v1/...".
    std::vector<std::string> writes() const {
        std::vector<std::string> found;
        for (const auto& request : sent)
            if (request.method != "GET") found.push_back(request.method + " " + request.path);
        return found;
    }

private:
    struct Event {
        std::int64_t revision;
        std::string path, type;
        Json object;
    };
    struct StreamState {
        Request request;
        client::WatchHandler handler;
        std::int64_t seen = 0;
    };
    struct Stream : client::WatchStream {
        explicit Stream(FakeCluster& owner) : cluster(owner) {}
        ~Stream() override { cluster.streams_.erase(this); }
        FakeCluster& cluster;
    };

    /// "/api/v1/namespaces/a/pods/b" is in "/api/v1/pods" and in "/api/v1/namespaces/a/pods".
    static bool is_in(const std::string& path, const std::string& collection) {
        auto folder = path.substr(0, path.rfind('/'));
        if (folder == collection) return true;
        const auto begin = folder.find("/namespaces/");
        if (begin == std::string::npos) return false;
        const auto end = folder.find('/', begin + 12);
        if (end == std::string::npos) return false;
        return folder.erase(begin, end - begin) == collection;
    }
    /// The one field selector that is used here leaves terminal pods out.
    static bool is_hidden(const Json& object, const Request& request) {
        return request.query.contains("fieldSelector") && is_pod_terminal(object);
    }
    static Response error(int status, const std::string& reason) {
        return {.status = status, .body = {{"kind", "Status"}, {"reason", reason}, {"message", reason}}};
    }

    Response handle(const Request& request) {
        const auto slash = request.path.rfind('/');
        const auto last = request.path.substr(slash + 1);
        const bool is_subresource = last == "status" || last == "binding" || last == "finalize";
        const auto path = is_subresource ? request.path.substr(0, slash) : request.path;
        if (request.method == "POST" && last != "binding") {
            const auto created = path + "/" + name_of(request.body);
            if (objects.contains(created)) return error(409, "AlreadyExists");
            put(created, request.body);
            return {.status = 201, .body = objects.at(created)};
        }
        const auto found = objects.find(path);
        if (request.method == "GET" && found == objects.end()) return list(request);
        if (found == objects.end()) return error(404, "NotFound");
        if (request.method == "GET") return {.body = found->second};
        Json object = found->second;
        if (request.method == "POST") return bind(path, std::move(object), request.body);
        if (request.method == "DELETE") return remove(path, std::move(object), request.body);
        const auto version = resource_version_of(request.body), uid = uid_of(request.body);
        if (!version.empty() && version != resource_version_of(object)) return error(409, "Conflict");
        if (!uid.empty() && uid != uid_of(object)) return error(409, "Conflict");
        if (request.method == "PUT")
            object = request.body;
        else
            patch(object, request.body);
        const bool is_released =
            at(object, "/metadata/finalizers").empty() && at(object, "/spec/finalizers").empty();
        put(path, object);
        if (is_deleting(object) && is_released && string_at(object, "/spec/nodeName").empty()) erase(path);
        return {.body = object};
    }

    Response list(const Request& request) const {
        const auto last = request.path.substr(request.path.rfind('/') + 1);
        const bool is_collection = last == "pods" || last == "nodes" || last == "replicasets" ||
                                   last == "leases" || last == "deployments" || last == "namespaces";
        if (!is_collection) return error(404, "NotFound");
        Json items = Json::array();
        for (const auto& [path, object] : objects)
            if (is_in(path, request.path) && !is_hidden(object, request)) items.push_back(object);
        return {.body = {{"metadata", {{"resourceVersion", std::to_string(revision_)}}}, {"items", items}}};
    }

    Response bind(const std::string& path, Json pod, const Json& binding) {
        if (uid_of(pod) != uid_of(binding) || is_deleting(pod) || !string_at(pod, "/spec/nodeName").empty())
            return error(409, "Conflict");
        pod["spec"]["nodeName"] = at(binding, "/target/name");
        put(path, std::move(pod));
        return {.status = 201, .body = {{"kind", "Status"}, {"status", "Success"}}};
    }

    Response remove(const std::string& path, Json object, const Json& options) {
        const auto uid = string_at(options, "/preconditions/uid", uid_of(object));
        const auto version =
            string_at(options, "/preconditions/resourceVersion", resource_version_of(object));
        if (uid != uid_of(object) || version != resource_version_of(object)) return error(409, "Conflict");
        const auto policy = string_at(options, "/propagationPolicy");
        if (policy == "Foreground") object["metadata"]["finalizers"] = {"foregroundDeletion"};
        if (policy == "Orphan") object["metadata"]["finalizers"] = {"orphan"};
        const bool is_graceful = !string_at(object, "/spec/nodeName").empty() && !is_pod_terminal(object) &&
                                 int_at(options, "/gracePeriodSeconds", 30) > 0;
        const bool is_held =
            !at(object, "/metadata/finalizers").empty() || !at(object, "/spec/finalizers").empty();
        if (!is_held && !is_graceful) {
            erase(path);
        } else {
            object["metadata"]["deletionTimestamp"] = to_rfc3339(environment.time);
            put(path, object);
        }
        return {.body = object};
    }

    static void patch(Json& object, Json change) {
        for (const auto& [pointer, key] :
             {std::pair{"/status/conditions", "type"}, std::pair{"/metadata/ownerReferences", "uid"}}) {
            const Json::json_pointer where{pointer};
            if (!change.contains(where)) continue;
            Json merged = object.contains(where) ? object.at(where) : Json::array();
            for (const auto& entry : change.at(where)) {
                const auto old = std::find_if(merged.begin(), merged.end(), [&](const Json& other) {
                    return other.at(key) == entry.at(key);
                });
                if (entry.contains("$patch")) {
                    if (old != merged.end()) merged.erase(old);
                } else if (old != merged.end()) {
                    old->update(entry);
                } else {
                    merged.push_back(entry);
                }
            }
            change[where] = merged;
        }
        object.merge_patch(change);
    }

    std::int64_t revision_ = 1;
    int uids_ = 0;
    std::vector<Event> history_;
    std::deque<std::pair<Request, std::function<void(Response)>>> pending_;
    std::map<Stream*, StreamState> streams_;
};

}  // namespace kcheck::reference::testing
