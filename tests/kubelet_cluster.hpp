// A kubelet with the little of a cluster that it sees: a kube-apiserver for pods, Nodes and Leases,
// and a container runtime with simulated processes. Both can lose what they are told to.
#pragma once

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "reference/base/objects.hpp"
#include "reference/kubelet/kubelet.hpp"
#include "reference/runtime/runtime_core.hpp"
#include "reference/runtime/simulated_process_starter.hpp"
#include "tests/kubelet_world.hpp"

namespace kcheck::reference::testing {

inline const std::string pods_path = "/api/v1/namespaces/default/pods";

/// {"$setElementOrder/conditions":[{"type":"Ready"},...]}
inline void set_order(Json& list, const Json& order) {
    const auto place = [&](const Json& entry) {
        return std::find_if(order.begin(), order.end(),
                            [&](const Json& other) { return other["type"] == entry["type"]; });
    };
    std::stable_sort(list.begin(), list.end(),
                     [&](const Json& a, const Json& b) { return place(a) < place(b); });
}

/// Just enough of strategic merge patch for what kubelets send.
inline void apply_patch(Json& target, const Json& patch) {
    for (const auto& [key, value] : patch.items()) {
        if (key.starts_with("$")) continue;
        if (value.is_null()) {
            target.erase(key);
        } else if (key == "conditions") {
            if (!target.contains(key)) target[key] = Json::array();
            for (const auto& entry : value) {
                auto& list = target[key];
                const auto same = std::find_if(list.begin(), list.end(),
                                               [&](const Json& old) { return old["type"] == entry["type"]; });
                if (same == list.end())
                    list.push_back(entry);
                else
                    apply_patch(*same, entry);
            }
        } else if (value.is_object() && target.contains(key) && target[key].is_object()) {
            apply_patch(target[key], value);
        } else {
            target[key] = value;
        }
    }
    if (const auto order = patch.find("$setElementOrder/conditions"); order != patch.end())
        set_order(target["conditions"], *order);
}

enum class Fate { carried_out, reply_lost, lost };

class TestApi final : public client::Api {
public:
    explicit TestApi(TestEnvironment& environment) : environment_(&environment) {}
    /// The client has crashed: another one uses the same objects.
    void serve(TestEnvironment& environment) {
        environment_ = &environment;
        watches_.clear();
    }

    void send(Request request, std::function<void(Response)> done) override {
        environment_->post({"api", request.method, request.path}, [this, request, done] {
            log.push_back(request.method + " " + request.path);
            const Fate fate = faults ? faults(request) : Fate::carried_out;
            Response response = fate == Fate::lost ? Response{.status = 0} : handle(request);
            if (fate != Fate::carried_out) response = {.status = 0};
            done(std::move(response));
        });
    }
    std::unique_ptr<client::WatchStream> watch(Request request, client::WatchHandler handler) override {
        watches_.push_back({selected_node(request), std::move(handler)});
        return std::make_unique<client::WatchStream>();
    }

    const Json& pod(const std::string& name) { return at_path(pods_path + "/" + name); }
    const Json& at_path(const std::string& path) {
        static const Json none;
        const auto found = objects.find(path);
        return found == objects.end() ? none : found->second;
    }
    void put(const std::string& path, Json object) {
        const bool is_new = !objects.contains(path);
        object["metadata"]["resourceVersion"] = std::to_string(++revision_);
        objects[path] = object;
        publish(is_new ? "ADDED" : "MODIFIED", object);
    }
    void remove(const std::string& path) {
        const Json object = objects.at(path);
        objects.erase(path);
        publish("DELETED", object);
    }
    void mark_deleted(const std::string& name) {
        Json object = pod(name);
        object["metadata"]["deletionTimestamp"] = to_rfc3339(environment_->now() + std::chrono::seconds(30));
        object["metadata"]["deletionGracePeriodSeconds"] = 30;
        put(pods_path + "/" + name, std::move(object));
    }
    /// Of the log, "METHOD path" ending so.
    std::size_t count(const std::string& method, const std::string& suffix) const {
        return static_cast<std::size_t>(std::count_if(log.begin(), log.end(), [&](const std::string& line) {
            return line.starts_with(method) && line.ends_with(suffix);
        }));
    }

    std::map<std::string, Json> objects;
    std::vector<std::string> log;
    std::vector<Json> patches;
    std::function<Fate(const Request&)> faults;

private:
    struct Watch {
        std::string node;
        client::WatchHandler handler;
    };

    static std::string selected_node(const Request& request) {
        const auto selector = request.query.find("fieldSelector");
        return selector == request.query.end() ? "" : selector->second.substr(selector->second.find('=') + 1);
    }
    static bool selects(const std::string& node, const Json& object) {
        return node.empty() || string_at(object, "/spec/nodeName") == node;
    }
    static Response refuse(int status, const std::string& reason) {
        return {.status = status, .body = {{"kind", "Status"}, {"code", status}, {"reason", reason}}};
    }
    void publish(const std::string& type, const Json& object) {
        if (string_at(object, "/kind", "Pod") != "Pod") return;
        for (const auto& watch : watches_)
            if (selects(watch.node, object))
                environment_->post({"api", "watch", name_of(object)},
                                   [handler = watch.handler.on_event, type, object] {
                                       handler({type, object});
                                   });
    }

    Response handle(const Request& request) {
        auto path = request.path;
        if (request.method == "GET" && path == "/api/v1/pods") {
            Json items = Json::array();
            for (const auto& [key, object] : objects)
                if (key.starts_with(pods_path) && selects(selected_node(request), object))
                    items.push_back(object);
            return {
                .body = {{"metadata", {{"resourceVersion", std::to_string(revision_)}}}, {"items", items}}};
        }
        if (request.method == "POST") {
            path += "/" + name_of(request.body);
            if (objects.contains(path)) return refuse(409, "AlreadyExists");
            put(path, request.body);
            return {.status = 201, .body = objects[path]};
        }
        if (const auto status = path.rfind("/status"); status != std::string::npos) path.resize(status);
        const auto found = objects.find(path);
        if (found == objects.end()) return refuse(404, "NotFound");
        const auto uid =
            string_at(request.body, "/preconditions/uid", string_at(request.body, "/metadata/uid"));
        if (!uid.empty() && uid != uid_of(found->second)) return refuse(409, "Conflict");
        if (request.method == "PATCH") {
            Json changed = found->second;
            apply_patch(changed, request.body);
            patches.push_back(request.body);
            if (changed != found->second) put(path, changed);
        } else if (request.method == "PUT") {
            put(path, request.body);
        } else if (request.method == "DELETE") {
            const Json last = found->second;
            remove(path);
            return {.body = last};
        }
        return {.body = objects[path]};
    }

    TestEnvironment* environment_;
    std::vector<Watch> watches_;
    std::int64_t revision_ = 0;
};

class TestRuntime final : public runtime::ContainerRuntime {
public:
    TestRuntime(TestEnvironment& environment, runtime::RuntimeCore& core)
        : environment_(environment), core_(core) {}

    void call(std::string method, Json parameters,
              std::function<void(runtime::RuntimeResult)> done) override {
        environment_.post({"runtime", method, {}}, [this, method, parameters, done] {
            log.push_back(method);
            if (lost.contains(method)) return held.push_back(done);  // no reply, ever
            core_.call(method, parameters, done);
        });
    }

    std::vector<std::string> log;
    std::set<std::string> lost;
    std::vector<std::function<void(runtime::RuntimeResult)>> held;

private:
    TestEnvironment& environment_;
    runtime::RuntimeCore& core_;
};

class Cluster {
public:
    explicit Cluster(kubelet::KubeletOptions kubelet_options = {},
                     runtime::ImageRegistry registry = runtime::ImageRegistry({.delay = {}}))
        : options(std::move(kubelet_options)),
          core(machine, processes, std::move(registry), {.switches = options.switches}),
          own(std::make_unique<TestEnvironment>()),
          api(*own) {
        options.node.name = "node-0";
        options.registers_node = options.sends_heartbeats = options.records_events = false;
    }

    void start() {
        runtime = std::make_unique<TestRuntime>(*own, core);
        kubelet = std::make_unique<kubelet::Kubelet>(*own, api, *runtime, options);
        kubelet->start();
        run();
    }
    /// kill -9: what the kubelet knew and what it waited for is gone.
    void crash() {
        const auto time = own->now();
        kubelet.reset();
        runtime.reset();
        own = std::make_unique<TestEnvironment>();
        own->advance(std::chrono::floor<std::chrono::milliseconds>(time - own->now()));
        api.serve(*own);
    }
    void run() {
        do own->run();
        while (machine.run_one());
    }
    void advance(std::chrono::seconds duration) {
        for (std::chrono::milliseconds passed{0}; passed < duration;
             passed += std::chrono::milliseconds(250)) {
            machine.advance(std::chrono::milliseconds(250));
            own->advance(std::chrono::milliseconds(250));
            run();
        }
    }

    void bind(const std::string& name, const std::string& uid, Json spec = Json::object()) {
        Json pod = {{"apiVersion", "v1"},
                    {"kind", "Pod"},
                    {"metadata",
                     {{"name", name},
                      {"namespace", "default"},
                      {"uid", uid},
                      {"creationTimestamp", "2026-01-01T00:00:00Z"}}},
                    {"spec",
                     {{"nodeName", "node-0"},
                      {"restartPolicy", "Always"},
                      {"terminationGracePeriodSeconds", 30},
                      {"containers", {{{"name", "main"}, {"image", "web:1"}}}}}},
                    {"status",
                     {{"phase", "Pending"},
                      {"conditions",
                       {{{"type", "PodScheduled"},
                         {"status", "True"},
                         {"lastTransitionTime", "2025-12-31T23:59:59Z"}}}}}}};
        pod["spec"].update(spec);
        api.put(pods_path + "/" + name, pod);
    }
    std::string phase(const std::string& name) { return string_at(api.pod(name), "/status/phase"); }
    /// "uid/name/attempt state", in order.
    std::vector<std::string> containers() {
        std::vector<std::string> result;
        core.call("ListContainers", Json::object(), [&](const runtime::RuntimeResult& list) {
            for (const auto& container : (*list)["containers"])
                result.push_back(container["id"].get<std::string>() + " " +
                                 container["state"].get<std::string>());
        });
        return result;
    }
    /// The first process that runs ends with this code.
    void exit_process(int code) {
        REQUIRE_FALSE(processes.running().empty());
        processes.exit(*processes.running().begin(), code);
        core.reap();
    }
    std::string waiting_reason(const std::string& name) {
        return string_at(api.pod(name), "/status/containerStatuses/0/state/waiting/reason");
    }

    kubelet::KubeletOptions options;
    TestEnvironment machine;  // what survives a crash of the kubelet
    runtime::SimulatedProcessStarter processes;
    runtime::RuntimeCore core;
    std::unique_ptr<TestEnvironment> own;
    TestApi api;
    std::unique_ptr<TestRuntime> runtime;
    std::unique_ptr<kubelet::Kubelet> kubelet;
};

}  // namespace kcheck::reference::testing
