#include "reference/simulation/process.hpp"

#include <algorithm>
#include <stdexcept>

#include "reference/simulation/world.hpp"

namespace kcheck::reference::simulation {

namespace {

/// Removes and returns the element that has `id`.
template <class Pending>
auto take_from(Pending& pending, std::uint64_t id) {
    const auto found =
        std::find_if(pending.begin(), pending.end(), [&](const auto& each) { return each.id == id; });
    if (found == pending.end()) throw std::out_of_range("nothing of that number waits");
    auto taken = std::move(*found);
    pending.erase(found);
    return taken;
}

template <class Pending, class Fits>
auto* find_in(Pending& pending, const Fits& fits) {
    const auto found = std::find_if(pending.begin(), pending.end(), fits);
    return found == pending.end() ? nullptr : &*found;
}

class SimulatedApi : public client::Api {
public:
    SimulatedApi(World& world, Process& process, User user)
        : world_(world), process_(process), user_(std::move(user)) {}

    void send(Request request, std::function<void(Response)> done) override {
        process_.requests.push_back({world_.next_id(), user_, std::move(request), std::move(done), false});
    }

    std::unique_ptr<client::WatchStream> watch(Request request, client::WatchHandler handler) override {
        auto& watch = process_.watches.emplace_back();
        watch.id = world_.next_id();
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
        Stream(Process& process, const Watch& watch) : process_(process), watch_(watch.id) {}
        ~Stream() override {
            process_.watches.remove_if([&](const Watch& each) { return each.id == watch_; });
        }

    private:
        Process& process_;
        std::uint64_t watch_;
    };

    World& world_;
    Process& process_;
    User user_;
};

class SimulatedConnection : public runtime::ContainerRuntime {
public:
    SimulatedConnection(World& world, Process& process) : world_(world), process_(process) {}
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
    crash();
    std::erase(world_.processes_, this);
}

void Process::crash() {
    // Each may hold a coroutine whose end drops others: none may find a list half gone.
    const auto dropped_works = std::exchange(works, {});
    const auto dropped_requests = std::exchange(requests, {});
    const auto dropped_calls = std::exchange(calls, {});
    const auto dropped_answers = std::exchange(answers_, std::make_shared<Answers>());
}

// ---- work and timers

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

bool Process::run(const std::function<bool(const Work&)>& fits) {
    const auto found = std::find_if(works.begin(), works.end(), fits);
    if (found == works.end()) return false;
    const auto work = std::move(*found);
    works.erase(found);
    if (work.due) world_.now = std::max(world_.now, *work.due);
    work.run();
    return true;
}

bool Process::run_one() {
    return run([](const Work& work) { return !work.due; });
}

bool Process::fire_next(Time until) {
    const Work* next = nullptr;
    for (const auto& work : works)
        if (work.due && (next == nullptr || *work.due < *next->due)) next = &work;
    if (next == nullptr || *next->due > until) return false;
    return run([id = next->id](const Work& work) { return work.id == id; });
}

bool Process::has_timer(const std::string& verb) const {
    return std::any_of(works.begin(), works.end(),
                       [&](const Work& work) { return work.due && work.activity.verb == verb; });
}

// ---- connections

std::shared_ptr<client::Api> Process::api(const User& user) {
    return std::make_shared<SimulatedApi>(world_, *this, user);
}

std::unique_ptr<runtime::ContainerRuntime> Process::runtime() {
    return std::make_unique<SimulatedConnection>(world_, *this);
}

PendingRequest* Process::find(const std::function<bool(const PendingRequest&)>& fits) {
    return find_in(requests, fits);
}

PendingRequest Process::take(std::uint64_t id) { return take_from(requests, id); }

Response Process::finish(std::uint64_t id, Outcome outcome) {
    const auto pending = take(id);
    if (outcome == Outcome::lost_uncommitted) {
        pending.done({.status = 0});
        return {.status = 0};
    }
    auto [response, reply] = world_.arrive(pending);
    pending.done(outcome == Outcome::replied ? std::move(reply) : Response{.status = 0});
    return std::move(response);
}

Watch* Process::watch_of(const std::string& resource) {
    return find_in(watches, [&](const Watch& watch) { return watch.resource == resource; });
}

void Process::deliver_event(Watch& watch) {
    auto delivery = std::move(watch.queue.front());
    watch.queue.pop_front();
    for (auto& event : delivery.events) watch.handler.on_event(std::move(event));
    if (delivery.ends) watch.handler.on_end();
}

bool Process::deliver_event(const std::string& path) {
    auto* watch = find_in(watches, [&](const Watch& each) {
        return !each.queue.empty() && (path.empty() || each.request.path == path);
    });
    if (watch == nullptr) return false;
    deliver_event(*watch);
    return true;
}

void Process::cut(Watch& watch) {
    watch.subscription.reset();
    watch.queue.clear();
    watch.queue.push_back({.id = world_.next_id(), .ends = true});
}

PendingCall* Process::find_call(const std::function<bool(const PendingCall&)>& fits) {
    return find_in(calls, fits);
}

PendingCall Process::take_call(std::uint64_t id) {
    auto call = take_from(calls, id);
    answers_->emplace(id, std::move(call.done));
    call.done = [id, answers = std::weak_ptr(answers_)](runtime::RuntimeResult result) {
        const auto alive = answers.lock();
        if (!alive) return;
        auto answer = alive->extract(id);
        if (!answer.empty()) answer.mapped()(std::move(result));
    };
    return call;
}

}  // namespace kcheck::reference::simulation
