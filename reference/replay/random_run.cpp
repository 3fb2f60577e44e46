// A run in which chance is the scheduler: of all that waits to happen anywhere, anything is next.
#include <random>

#include "reference/base/json.hpp"
#include "reference/replay/processes.hpp"

namespace kcheck::reference::replay {

namespace {

/// Back-offs end within the run; expectations (5 minutes) and resyncs (hours) do not.
constexpr std::chrono::minutes longest_wait{4};
constexpr int idle_max = 60;  // timers in a row after which nothing has changed: it has come to rest

}  // namespace

void Cluster::run_at_random(std::uint64_t seed, RandomFaults faults) {
    std::mt19937_64 dice(seed);
    const auto one_of = [&](std::size_t n) {
        return std::uniform_int_distribution<std::size_t>(0, n - 1)(dice);
    };
    const auto until = world_.now + longest_wait;
    const auto outcome = [&] {
        if (faults.lost_replies == 0 || one_of(8) != 0) return Outcome::replied;
        --faults.lost_replies;
        return one_of(2) == 0 ? Outcome::lost_committed : Outcome::lost_uncommitted;
    };
    for (auto* process : world_.processes())
        process->chooser = [&](const Activity&, const std::vector<std::string>& candidates) {
            return std::optional(one_of(candidates.size()));
        };

    for (int idle = 0; idle < idle_max;) {
        std::vector<std::function<void()>> next, timers;
        for (auto* process : world_.processes()) {
            for (const auto& work : process->works) {
                if (work.due && *work.due > until) continue;
                (work.due ? timers : next).push_back([process, id = work.id] {
                    process->run([id](const Work& each) { return each.id == id; });
                });
            }
            for (const auto& request : process->requests)
                next.push_back([&, process, id = request.id] {
                    const bool reads =
                        process->find([id](const PendingRequest& each) { return each.id == id; })
                            ->request.method == "GET";
                    carry_out(*process, id, reads ? Outcome::replied : outcome(), Json::object());
                });
            for (auto& watch : process->watches)
                if (!watch.queue.empty()) next.push_back([this, &watch] { deliver_front(watch); });
        }
        for (auto& kubelet : kubelets_)
            for (const auto& call : kubelet->process.calls)
                next.push_back([&, id = call.id] { kubelet->carry_out(id, world_.now); });
        if (operations_ < configuration_.replicas.size() && (next.empty() || one_of(20) == 0))
            next = {[this] {
                step_user(operations_ == 0 ? "apply" : "scale",
                          {{"replicas", configuration_.replicas[operations_]}});
            }};
        if (faults.crashes > 0 && one_of(40) == 0) {
            --faults.crashes;
            crash_somebody(one_of(2 + kubelets_.size()));
            for (auto* process : world_.processes())
                process->chooser = [&](const Activity&, const std::vector<std::string>& candidates) {
                    return std::optional(one_of(candidates.size()));
                };
            continue;
        }
        const auto before = world_.shown();
        const bool waits = next.empty() || (!timers.empty() && one_of(50) == 0);
        auto& choices = waits ? timers : next;
        if (choices.empty()) break;
        choices[one_of(choices.size())]();
        world_.now += std::chrono::milliseconds(1);
        idle = world_.shown() == before ? idle + (next.empty() ? 1 : 0) : 0;
    }
}

void Cluster::crash_somebody(std::size_t which) {
    if (which == 0)
        crash_controller_manager(Json::object());
    else if (which == 1)
        crash_scheduler(Json::object());
    else
        crash_kubelet(*kubelets_[which - 2]);
}

}  // namespace kcheck::reference::replay
