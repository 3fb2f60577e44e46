// A deterministic world for tests of the reference's components: time that stands still until it
// is moved, activities that wait until they are run, and a small apiserver that keeps objects by
// path, whose requests and watch events wait until they are delivered.
//
// It knows no defaulting, no validation and no authorization: only names, UIDs,
// resourceVersions, generations, /status, /binding, label and field selectors of watches, and the
// deletion of pods that nobody has bound. Tests of more use the real apiserver.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "reference/base/environment.hpp"
#include "reference/base/objects.hpp"
#include "reference/client/api.hpp"

namespace kcheck::reference::testing {

class FakeEnvironment : public Environment {
public:
    struct Pending {
        Activity activity;
        std::function<void()> work;
    };
    struct Timer {
        Time due;
        Activity activity;
        std::function<void()> work;
    };

    void post(Activity activity, std::function<void()> work) override {
        posted.push_back({std::move(activity), std::move(work)});
    }
    TimerId after(std::chrono::milliseconds delay, Activity activity, std::function<void()> work) override {
        timers[++last_timer] = {time + delay, std::move(activity), std::move(work)};
        return last_timer;
    }
    void cancel(TimerId timer) override { timers.erase(timer); }
    Time now() const override { return time; }
    std::size_t choose(const Activity& activity, const std::vector<std::string>& candidates,
                       std::size_t preferred) override {
        choices.push_back({activity, candidates});
        return chooser ? chooser(activity, candidates, preferred) : preferred;
    }

    /// Runs the oldest posted activity; false if there is none.
    bool run_one() {
        if (posted.empty()) return false;
        const auto next = std::move(posted.front());
        posted.pop_front();
        next.work();
        return true;
    }
    /// Moves time to the next timer and fires it; false if it would be later than `until`.
    bool fire_next(Time until) {
        auto next = timers.end();
        for (auto t = timers.begin(); t != timers.end(); ++t)
            if (next == timers.end() || t->second.due < next->second.due) next = t;
        if (next == timers.end() || next->second.due > until) return false;
        time = std::max(time, next->second.due);
        const auto work = std::move(next->second.work);
        timers.erase(next);
        work();
        return true;
    }
    bool has_timer(const std::string& verb) const {
        for (const auto& [id, timer] : timers)
            if (timer.activity.verb == verb) return true;
        return false;
    }

    std::deque<Pending> posted;
    std::map<TimerId, Timer> timers;
    TimerId last_timer = 0;
    Time time = from_rfc3339("2026-01-01T00:00:00Z");
    std::vector<std::pair<Activity, std::vector<std::string>>> choices;
    std::function<std::size_t(const Activity&, const std::vector<std::string>&, std::size_t)> chooser;
};

/// Everything that the processes of one test see. Lives longer than they do.
class FakeWorld {
public:
    struct PendingRequest {
        std::string user;
        Request request;
        std::function<void(Response)> done;
    };
    struct Watch {
        std::string user, collection;
        client::WatchHandler handler;
        std::deque<WatchEvent> events = {};
        bool closed = false;
    };
    struct Done {
        std::string user, verb, path;  // the verb is the method
        int status;
        Json body;
    };

    FakeEnvironment environment;
    std::deque<PendingRequest> requests;
    std::vector<std::shared_ptr<Watch>> watches;
    std::map<std::string, Json> objects;  // by path
    std::vector<Done> log;                // requests but GETs, in the order of their arrival
    std::int64_t revision = 0;
    /// Asked before a request is carried out: a reply in place of the outcome.
    std::function<std::optional<Response>(const std::string& user, const Request&)> refuse;

    std::shared_ptr<client::Api> api(const std::string& user);

    // As a user does it: at once.
    Response act(const std::string& method, const std::string& path, Json body = {}) {
        return handle({.method = method, .path = path, .body = std::move(body)});
    }
    const Json& object(const std::string& path) const { return objects.at(path); }
    /// Changes a stored object in any way.
    template <class F>
    void edit(const std::string& path, F&& change) {
        Json changed = objects.at(path);
        change(changed);
        store(path, std::move(changed), "MODIFIED");
    }
    void remove(const std::string& path) {
        Json gone = objects.at(path);
        gone["metadata"]["resourceVersion"] = std::to_string(++revision);
        objects.erase(path);
        publish(path, "DELETED", gone);
    }
    std::vector<std::string> paths(const std::string& collection) const {
        std::vector<std::string> found;
        for (const auto& [path, object] : objects)
            if (collection_of(path) == collection) found.push_back(path);
        return found;
    }

    /// The request arrives, and so does its reply.
    void deliver(std::size_t which = 0) {
        auto pending = take(which);
        pending.done(carry_out(pending.user, pending.request));
    }
    /// The reply does not arrive; the request does, or not.
    void lose(std::size_t which, bool committed) {
        auto pending = take(which);
        if (committed) carry_out(pending.user, pending.request);
        pending.done({.status = 0});
    }
    bool deliver_event(const std::string& collection = {}) {
        for (const auto& watch : watches) {
            if (watch->closed || watch->events.empty()) continue;
            if (!collection.empty() && watch->collection != collection) continue;
            auto event = std::move(watch->events.front());
            watch->events.pop_front();
            watch->handler.on_event(std::move(event));
            return true;
        }
        return false;
    }
    /// Until nothing but timers is left. Watch events of `held` collections wait.
    void settle(const std::vector<std::string>& held = {}) {
        for (int steps = 0; steps < 100'000; ++steps) {
            if (environment.run_one()) continue;
            if (!requests.empty()) {
                deliver();
                continue;
            }
            bool moved = false;
            for (const auto& watch : watches)
                if (!moved && std::find(held.begin(), held.end(), watch->collection) == held.end())
                    moved = deliver_event(watch->collection);
            if (!moved) return;
        }
        throw std::runtime_error("it does not come to rest");
    }
    /// The same with the timers of the next `duration`.
    void settle_for(std::chrono::milliseconds duration) {
        const auto until = environment.time + duration;
        do settle();
        while (environment.fire_next(until));
        environment.time = until;
    }
    /// All that the processes were waiting for is gone. Destroy them next.
    void crash() {
        environment.posted.clear();
        environment.timers.clear();
        requests.clear();
        for (const auto& watch : watches) watch->closed = true;
        watches.clear();
    }

    /// The log without those who did not write, as "user METHOD path status".
    std::vector<std::string> writes(const std::string& user) const {
        std::vector<std::string> lines;
        for (const auto& done : log)
            if (done.user == user)
                lines.push_back(done.verb + " " + done.path + " " + std::to_string(done.status));
        return lines;
    }

private:
    static bool is_collection(const std::string& path) {
        const auto name = path.substr(path.rfind('/') + 1);
        return name == "pods" || name == "replicasets" || name == "deployments" || name == "nodes" ||
               name == "namespaces" || name == "events" || name == "leases";
    }
    /// "/apis/apps/v1/namespaces/default/replicasets/a" is one of "/apis/apps/v1/replicasets".
    static std::string collection_of(const std::string& path) {
        auto collection = path.substr(0, path.rfind('/'));
        const auto namespaces = collection.find("/namespaces/");
        if (namespaces != std::string::npos) collection.erase(namespaces, collection.rfind('/') - namespaces);
        return collection;
    }
    static Response status(int code, const std::string& reason, const std::string& message) {
        return {.status = code,
                .body = {{"kind", "Status"}, {"code", code}, {"reason", reason}, {"message", message}}};
    }
    static Response conflict(const std::string& path) {
        return status(409, "Conflict", path + ": the object has been modified");
    }
    PendingRequest take(std::size_t which) {
        auto pending = std::move(requests.at(which));
        requests.erase(requests.begin() + static_cast<std::ptrdiff_t>(which));
        return pending;
    }
    Response carry_out(const std::string& user, const Request& request) {
        std::optional<Response> refused;
        if (refuse) refused = refuse(user, request);
        auto response = refused ? *refused : handle(request);
        if (request.method != "GET")
            log.push_back({user, request.method, request.path, response.status, request.body});
        return response;
    }
    void publish(const std::string& path, const std::string& type, const Json& object) {
        for (const auto& watch : watches)
            if (!watch->closed && watch->collection == collection_of(path))
                watch->events.push_back({type, object});
    }
    Response store(const std::string& path, Json object, const std::string& type) {
        object["metadata"]["resourceVersion"] = std::to_string(++revision);
        objects[path] = object;
        publish(path, type, object);
        return {.status = type == "ADDED" ? 201 : 200, .body = std::move(object)};
    }

    Response handle(const Request& request) {
        if (is_collection(request.path))
            return request.method == "POST" ? create(request) : list(request.path);
        auto path = request.path;
        const bool is_status = path.ends_with("/status");
        if (is_status) path.erase(path.size() - std::string("/status").size());
        const auto found = objects.find(path);
        if (found == objects.end()) return status(404, "NotFound", path + " not found");
        if (request.method == "GET") return {.body = found->second};
        if (request.method == "PUT") return update(path, request.body, is_status);
        if (request.method == "PATCH") return patch(path, request.body);
        return erase(path, request.query);
    }
    Response list(const std::string& path) {
        Json items = Json::array();
        for (const auto& [key, object] : objects)
            if (collection_of(key) == path || key.substr(0, key.rfind('/')) == path) items.push_back(object);
        return {.body = {{"metadata", {{"resourceVersion", std::to_string(revision)}}}, {"items", items}}};
    }
    Response create(const Request& request) {
        Json object = request.body;
        auto& metadata = object["metadata"];
        const auto id = std::to_string(++last_id_);
        if (!metadata.contains("name")) metadata["name"] = string_at(metadata, "/generateName") + id;
        const auto path = request.path + "/" + name_of(object);
        if (objects.contains(path)) return status(409, "AlreadyExists", path + " already exists");
        const auto start = request.path.find("/namespaces/");
        if (start != std::string::npos) {
            const auto space = request.path.substr(start + std::string("/namespaces/").size());
            metadata["namespace"] = space.substr(0, space.find('/'));
        }
        metadata["uid"] = "uid-" + id;
        metadata["creationTimestamp"] = to_rfc3339(environment.now());
        metadata["generation"] = 1;
        return store(path, std::move(object), "ADDED");
    }
    Response update(const std::string& path, Json body, bool is_status) {
        const Json& stored = objects.at(path);
        if (!resource_version_of(body).empty() && resource_version_of(body) != resource_version_of(stored))
            return conflict(path);
        if (uid_of(body) != uid_of(stored)) return conflict(path);
        Json updated = stored;
        if (is_status) {
            updated["status"] = body["status"];
        } else {
            updated["spec"] = body["spec"];
            updated["metadata"]["labels"] = at(body, "/metadata/labels");
            if (updated["spec"] != stored["spec"])
                updated["metadata"]["generation"] = generation_of(stored) + 1;
        }
        const Json& annotations = at(body, "/metadata/annotations");
        if (!annotations.is_null()) updated["metadata"]["annotations"] = annotations;
        if (updated == stored) return {.body = stored};
        return store(path, std::move(updated), "MODIFIED");
    }
    /// Only owner references, as controller_ref_manager.go patches them; else a merge patch.
    Response patch(const std::string& path, const Json& body) {
        Json updated = objects.at(path);
        const auto uid = uid_of(body);
        if (!uid.empty() && uid != uid_of(updated)) return conflict(path);
        Json rest = body;
        Json& owners = updated["metadata"]["ownerReferences"];
        if (owners.is_null()) owners = Json::array();
        for (const auto& reference : at(body, "/metadata/ownerReferences")) {
            Json kept = Json::array();
            for (const auto& owner : owners)
                if (owner["uid"] != reference["uid"]) kept.push_back(owner);
            if (!reference.contains("$patch")) kept.push_back(reference);
            owners = kept;
        }
        if (rest.contains("metadata")) rest["metadata"].erase("ownerReferences");
        updated.merge_patch(rest);
        return store(path, std::move(updated), "MODIFIED");
    }
    Response erase(const std::string& path, const Query& query) {
        const bool graceful = path.find("/pods/") != std::string::npos &&
                              !string_at(objects.at(path), "/spec/nodeName").empty() &&
                              !is_pod_terminal(objects.at(path)) && !query.contains("gracePeriodSeconds");
        if (!graceful) {
            remove(path);
            return {};
        }
        if (!is_deleting(objects.at(path)))
            edit(path,
                 [&](Json& pod) { pod["metadata"]["deletionTimestamp"] = to_rfc3339(environment.now()); });
        return {.body = objects.at(path)};
    }

    int last_id_ = 0;
};

class FakeApi : public client::Api {
public:
    FakeApi(FakeWorld& world, std::string user) : world_(world), user_(std::move(user)) {}
    void send(Request request, std::function<void(Response)> done) override {
        world_.requests.push_back({user_, std::move(request), std::move(done)});
    }
    /// A watch begins at once, and at what is stored now: begin it before anything changes, or
    /// give it the events of the meantime (`watches.back()->events`).
    std::unique_ptr<client::WatchStream> watch(Request request, client::WatchHandler handler) override {
        auto begun = std::make_shared<FakeWorld::Watch>();
        begun->user = user_;
        begun->collection = request.path;
        begun->handler = std::move(handler);
        world_.watches.push_back(begun);
        last_watch = std::move(request);
        return std::make_unique<Stream>(std::move(begun));
    }
    Request last_watch;

private:
    struct Stream : client::WatchStream {
        explicit Stream(std::shared_ptr<FakeWorld::Watch> watched) : watch(std::move(watched)) {}
        ~Stream() override { watch->closed = true; }
        std::shared_ptr<FakeWorld::Watch> watch;
    };
    FakeWorld& world_;
    std::string user_;
};

inline std::shared_ptr<client::Api> FakeWorld::api(const std::string& user) {
    return std::make_shared<FakeApi>(*this, user);
}

}  // namespace kcheck::reference::testing
