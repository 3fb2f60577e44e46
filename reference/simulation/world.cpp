#include "reference/simulation/world.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include <fmt/core.h>

namespace kcheck::reference::simulation {

namespace {

constexpr int steps_max = 100'000;

}  // namespace

User user_of(const std::string& name) {
    if (name == "kubernetes-admin") return {name, {"system:masters", "system:authenticated"}};
    if (name.starts_with("system:node:")) return {name, {"system:nodes", "system:authenticated"}};
    if (name.starts_with("system:serviceaccount:"))
        return {name,
                {"system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"}};
    return {name, {"system:authenticated"}};
}

World::World(Switches switches)
    : switches_(std::move(switches)), store_(std::make_unique<store::EmbeddedStore>()) {
    start_api_server();
    api_server_->create_system_namespaces();
}

World::~World() = default;

// ---- kube-apiserver and etcd

Response World::carry_out(const User& user, const Request& request) {
    auto response = api_server_->handle(user, request);
    distribute();
    return response;
}

std::pair<Response, Response> World::arrive(const PendingRequest& pending) {
    const auto planned = fault ? fault(pending.user, pending.request) : std::nullopt;
    Response response =
        !planned || planned->is_carried_out ? carry_out(pending.user, pending.request) : planned->reply;
    if (keeps_log) log.push_back({pending.user.name, pending.request, response.status});
    Response reply = planned ? planned->reply : response;
    return {std::move(response), std::move(reply)};
}

std::vector<std::string> World::writes(const std::string& user) const {
    std::vector<std::string> lines;
    for (const auto& [who, request, status] : log)
        if (request.method != "GET" && (user.empty() || who == user))
            lines.push_back(fmt::format("{} {} {}", request.method, request.path, status));
    return lines;
}

void World::write_directly(const std::string& key, const Json& object) {
    const auto stored = store_->get(key);
    const auto expected = stored ? stored->mod_revision : 0;
    const auto result =
        object.is_null() ? store_->remove(key, expected) : store_->put(key, object.dump(), expected);
    if (!result.committed) return;
    committed(key, object);
    distribute();
}

void World::distribute() {
    for (auto* process : processes_)
        for (auto& watch : process->watches) {
            const bool shows = counts(*process, watch);
            if (!shows && watch.arrived.empty() && !watch.has_ended) continue;
            watch.queue.push_back(
                {next_id(), shows, std::exchange(watch.arrived, {}), std::exchange(watch.has_ended, false)});
        }
    distributed();
}

void World::start_api_server() {
    // Names and UIDs are counted: a run is the same each time.
    apiserver::ApiServerOptions options;
    options.switches = switches_;
    options.now = [this] { return now; };
    options.on_commit = [this](const apiserver::Commit& commit) {
        const bool is_new_pod = commit.resource == "pods" && commit.verb == "create" &&
                                commit.subresource.empty() && !commit.object.is_null();
        if (is_new_pod && uid_of_first_pod_ == 0) uid_of_first_pod_ = uids_;
        committed(commit.key, commit.object);
        if (on_commit) on_commit(commit);
    };
    options.name_suffix = [this] { return fmt::format("{:05}", ++names_); };
    options.uid = [this] { return fmt::format("00000000-0000-4000-8000-{:012}", ++uids_); };
    api_server_ = std::make_unique<apiserver::ApiServer>(*store_, std::move(options));
}

void World::restart_api_server(Watches watches) {
    std::vector<std::pair<Process*, Watch*>> interrupted;
    for (auto* process : processes_)
        for (auto& watch : process->watches)
            if (std::exchange(watch.subscription, nullptr)) interrupted.emplace_back(process, &watch);
    api_server_.reset();
    if (switches_.contains(Switch::revisions_repeat_after_restart)) store_->repeat_last_revision();
    if (switches_.contains(Switch::uids_repeat_after_restart) && uid_of_first_pod_ > 0)
        uids_ = uid_of_first_pod_ - 1;
    start_api_server();
    for (const auto& [process, watch] : interrupted) {
        if (watches == Watches::break_off) {
            process->cut(*watch);
            continue;
        }
        watch->request.query["resourceVersion"] = std::to_string(store_->revision());
        subscribe(*watch);
    }
}

void World::compact() {
    store_->compact(store_->revision());
    restart_api_server();  // what its watch caches remember goes with it
}

void World::send_bookmarks() {
    api_server_->send_bookmarks();
    distribute();
}

void World::subscribe(Watch& watch) {
    auto* waiting = &watch;
    auto result = api_server_->watch(
        watch.user, watch.request, [waiting](const WatchEvent& event) { waiting->arrived.push_back(event); },
        [waiting] { waiting->has_ended = true; });
    if (auto* refusal = std::get_if<Response>(&result)) {
        watch.queue.push_back({next_id(), false, {{"ERROR", refusal->body}}, /*ends=*/true});
        return;
    }
    watch.subscription = std::move(std::get<std::unique_ptr<apiserver::Subscription>>(result));
    for (auto& event : std::exchange(watch.arrived, {}))
        watch.queue.push_back({next_id(), false, {std::move(event)}});
}

// ---- running

bool World::step(const std::set<std::string>& held) {
    auto oldest = std::numeric_limits<std::uint64_t>::max();
    std::function<void()> next;
    const auto consider = [&](std::uint64_t id, auto happens) {
        if (id >= oldest) return;
        oldest = id;
        next = std::move(happens);
    };
    for (auto* process : processes_) {
        const auto work = std::find_if(process->works.begin(), process->works.end(),
                                       [](const Work& each) { return !each.due; });
        if (work != process->works.end()) consider(work->id, [process] { process->run_one(); });
        if (!process->requests.empty())
            consider(process->requests.front().id, [process] { process->deliver(); });
        if (!process->calls.empty() && process->carries_out_calls)
            consider(process->calls.front().id, [process] {
                process->carries_out_calls(process->take_call(process->calls.front().id));
            });
        for (auto& watch : process->watches)
            if (!watch.queue.empty() && !held.contains(watch.request.path))
                consider(watch.queue.front().id, [process, &watch] { process->deliver_event(watch); });
    }
    if (next) next();
    return static_cast<bool>(next);
}

void World::settle(const std::set<std::string>& held) {
    for (int steps = 0; steps < steps_max; ++steps)
        if (!step(held)) return;
    throw std::runtime_error("it does not come to rest");
}

bool World::fire_next(Time until) {
    Process* owner = nullptr;
    Time earliest = until;
    for (auto* process : processes_)
        for (const auto& work : process->works)
            if (work.due && (*work.due < earliest || (owner == nullptr && *work.due == earliest))) {
                owner = process;
                earliest = *work.due;
            }
    return owner != nullptr && owner->fire_next(until);
}

void World::settle_for(std::chrono::milliseconds duration, const std::set<std::string>& held) {
    const auto until = now + duration;
    do settle(held);
    while (fire_next(until));
    now = std::max(now, until);
}

}  // namespace kcheck::reference::simulation
