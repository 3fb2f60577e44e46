#include "reference/replay/world.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace kcheck::reference::replay {

namespace {

/// Removes and returns the element that has `id`.
template <class T>
T take_from(std::list<T>& pending, std::uint64_t id) {
    const auto found =
        std::find_if(pending.begin(), pending.end(), [&](const T& each) { return each.id == id; });
    T taken = std::move(*found);
    pending.erase(found);
    return taken;
}

template <class T, class Fits>
T* find_in(std::list<T>& pending, const Fits& fits) {
    const auto found = std::find_if(pending.begin(), pending.end(), fits);
    return found == pending.end() ? nullptr : &*found;
}

class WorldApi : public client::Api {
public:
    WorldApi(World& world, Process& process, User user)
        : world_(world), process_(process), user_(std::move(user)) {}

    void send(Request request, std::function<void(Response)> done) override {
        process_.requests.push_back({world_.next_id(), user_, std::move(request), std::move(done), false});
    }

    std::unique_ptr<client::WatchStream> watch(Request request, client::WatchHandler handler) override {
        auto& watch = process_.watches.emplace_back();
        request.query["watch"] = "true";
        watch.resource = request.path.substr(request.path.rfind('/') + 1);
        watch.request = std::move(request);
        watch.user = user_;
        watch.handler = std::move(handler);
        world_.subscribe(watch);
        return std::make_unique<Stream>(process_, watch);
    }

private:
    class Stream : public client::WatchStream {
    public:
        Stream(Process& process, WatchQueue& watch) : process_(process), watch_(&watch) {}
        ~Stream() override {
            process_.watches.remove_if([&](const WatchQueue& each) { return &each == watch_; });
        }

    private:
        Process& process_;
        WatchQueue* watch_;
    };

    World& world_;
    Process& process_;
    User user_;
};

class WorldRuntime : public runtime::ContainerRuntime {
public:
    WorldRuntime(World& world, Process& process) : world_(world), process_(process) {}
    void call(std::string method, Json parameters,
              std::function<void(runtime::RuntimeResult)> done) override {
        process_.calls.push_back(
            {world_.next_id(), std::move(method), std::move(parameters), std::move(done)});
    }

private:
    World& world_;
    Process& process_;
};

}  // namespace

Process::Process(World& world, std::string process_name, std::string node_name)
    : name(std::move(process_name)), node(std::move(node_name)), world_(world) {
    world_.processes_.push_back(this);
}

Process::~Process() {
    drop_everything();
    std::erase(world_.processes_, this);
}

void Process::drop_everything() {
    // Each may hold a coroutine whose end drops others: none may find a list half gone.
    const auto dropped_works = std::exchange(works, {});
    const auto dropped_requests = std::exchange(requests, {});
    const auto dropped_calls = std::exchange(calls, {});
}

void Process::post(Activity activity, std::function<void()> work) {
    works.push_back({world_.next_id(), std::move(activity), std::move(work), std::nullopt});
}

TimerId Process::after(std::chrono::milliseconds delay, Activity activity, std::function<void()> work) {
    works.push_back({world_.next_id(), std::move(activity), std::move(work), world_.now + delay});
    return works.back().id;
}

void Process::cancel(TimerId timer) {
    std::erase_if(works, [&](const Work& work) { return work.id == timer; });
}

Time Process::now() const { return world_.now; }

std::size_t Process::choose(const Activity& activity, const std::vector<std::string>& candidates,
                            std::size_t preferred) {
    if (chooser)
        if (const auto chosen = chooser(activity, candidates)) return *chosen;
    return preferred;
}

std::shared_ptr<client::Api> Process::api(const User& user) {
    return std::make_shared<WorldApi>(world_, *this, user);
}

std::unique_ptr<runtime::ContainerRuntime> Process::runtime() {
    return std::make_unique<WorldRuntime>(world_, *this);
}

bool Process::run(const std::function<bool(const Work&)>& fits) {
    const auto found = std::find_if(works.begin(), works.end(), fits);
    if (found == works.end()) return false;
    const auto work = std::move(*found);
    works.erase(found);
    if (work.due && *work.due > world_.now) world_.now = *work.due;
    work.run();
    return true;
}

PendingRequest* Process::find(const std::function<bool(const PendingRequest&)>& fits) {
    return find_in(requests, fits);
}
PendingRequest Process::take(std::uint64_t id) { return take_from(requests, id); }
PendingCall* Process::find_call(const std::function<bool(const PendingCall&)>& fits) {
    return find_in(calls, fits);
}
PendingCall Process::take_call(std::uint64_t id) { return take_from(calls, id); }
WatchQueue* Process::watch_of(const std::string& resource) {
    return find_in(watches, [&](const WatchQueue& watch) { return watch.resource == resource; });
}

World::World(Switches switches) : switches_(std::move(switches)) {
    store_ = std::make_unique<store::EmbeddedStore>();
    restart_api_server();
}

Response World::carry_out(const User& user, const Request& request) {
    auto response = api_server_->handle(user, request);
    distribute();
    return response;
}

bool World::would_succeed(const User& user, const Request& request) {
    auto trial = request;
    trial.query["dryRun"] = "All";
    return api_server_->handle(user, trial).is_success();
}

bool World::would_show(const User& user, const Request& request) {
    if (request.method != "PUT" && request.method != "PATCH") return request.method != "GET";
    auto trial = request;
    trial.query["dryRun"] = "All";
    const auto response = api_server_->handle(user, trial);
    if (!response.is_success()) return false;
    auto after = projection_;
    const auto plural = response.body.value("kind", "") == "Pod"          ? "pods"
                        : response.body.value("kind", "") == "Deployment" ? "deployments"
                        : response.body.value("kind", "") == "ReplicaSet" ? "replicasets"
                                                                          : "others";
    return after
        .apply(fmt::format("/registry/{}/{}/{}", plural, string_at(response.body, "/metadata/namespace"),
                           string_at(response.body, "/metadata/name")),
               response.body)
        .has_value();
}

void World::write_directly(const std::string& key, const Json& object) {
    const auto stored = store_->get(key);
    if (!store_->put(key, object.dump(), stored ? stored->mod_revision : 0).committed) return;
    note(key, object);
    distribute();
}

void World::note(const std::string& key, const Json& object) {
    auto change = projection_.apply(key, object);
    if (!change) return;
    ++shown_;
    if (change->after && !change->before && uid_of_first_pod_ == 0) uid_of_first_pod_ = uids_;
    changes_.push_back(std::move(*change));
}

bool World::counts(const Process& process, const WatchQueue& watch, const Change& change) const {
    if (watch.resource != change.resource || process.unobserved.contains(watch.resource)) return false;
    if (process.node.empty()) return true;
    const bool any = switches_.contains(Switch::kubelet_ignores_node_name);
    const auto concerns = [&](const std::optional<PodState>& pod) {
        return pod && (any ? !pod->node.empty() : pod->node == process.node);
    };
    return concerns(change.before) || concerns(change.after);
}

void World::distribute() {
    for (auto* process : processes_)
        for (auto& watch : process->watches) {
            const bool shows = std::any_of(changes_.begin(), changes_.end(), [&](const Change& change) {
                return counts(*process, watch, change);
            });
            if (!shows && watch.arrived.empty()) continue;
            watch.queue.push_back({shows, std::move(watch.arrived)});
            watch.arrived.clear();
        }
    changes_.clear();
}

void World::restart_api_server() {
    for (auto* process : processes_)
        for (auto& watch : process->watches) watch.subscription.reset();
    const bool restarts = api_server_ != nullptr;
    api_server_.reset();
    if (restarts && switches_.contains(Switch::revisions_repeat_after_restart))
        store_->repeat_last_revision();
    if (restarts && switches_.contains(Switch::uids_repeat_after_restart) && uid_of_first_pod_ > 0)
        uids_ = uid_of_first_pod_ - 1;
    // Names and UIDs are counted: a replay is the same each time.
    apiserver::ApiServerOptions options;
    options.switches = switches_;
    options.now = [this] { return now; };
    options.on_commit = [this](const apiserver::Commit& commit) {
        note(commit.key, commit.object);
        if (on_commit) on_commit(commit);
    };
    options.name_suffix = [this] { return fmt::format("{:05}", ++names_); };
    options.uid = [this] { return fmt::format("00000000-0000-4000-8000-{:012}", ++uids_); };
    api_server_ = std::make_unique<apiserver::ApiServer>(*store_, std::move(options));
    for (auto* process : processes_)
        for (auto& watch : process->watches) {
            watch.request.query["resourceVersion"] = std::to_string(store_->revision());
            subscribe(watch);
        }
}

void World::subscribe(WatchQueue& watch) {
    auto* waiting = &watch;
    auto result = api_server_->watch(
        watch.user, watch.request, [waiting](const WatchEvent& event) { waiting->arrived.push_back(event); },
        [] {});
    if (auto* refusal = std::get_if<Response>(&result)) {
        watch.arrived.push_back({"ERROR", refusal->body});
    } else {
        watch.subscription = std::move(std::get<std::unique_ptr<apiserver::Subscription>>(result));
    }
    if (watch.arrived.empty()) return;
    watch.queue.push_back({false, std::move(watch.arrived)});
    watch.arrived.clear();
}

User user_of(const std::string& name) {
    if (name == "kubernetes-admin") return {name, {"system:masters", "system:authenticated"}};
    if (name.starts_with("system:node:")) return {name, {"system:nodes", "system:authenticated"}};
    if (name.starts_with("system:serviceaccount:"))
        return {name,
                {"system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"}};
    return {name, {"system:authenticated"}};
}

}  // namespace kcheck::reference::replay
