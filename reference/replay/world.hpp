// The simulated world of a replay: it knows what of each commit shows in the state that a trace compares.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "reference/replay/projection.hpp"
#include "reference/simulation/world.hpp"

namespace kcheck::reference::replay {

class ReplayWorld final : public simulation::World {
public:
    /// Without the log: a run may be long, and what it did is in the state.
    explicit ReplayWorld(Switches switches) : World(std::move(switches)) { keeps_log = false; }

    /// Whether a write that is carried out now would show in the state that a trace compares.
    bool would_show(const User& user, const Request& request);
    bool would_succeed(const User& user, const Request& request);
    const Projection& projection() const { return projection_; }
    /// Commits that show in the projection, since the world began.
    std::int64_t shown() const { return shown_; }
    /// Events of this resource do not count for the process: no trace speaks of them.
    void do_not_count(const std::string& process, const std::string& resource) {
        uncounted_.emplace(process, resource);
    }

private:
    void committed(const std::string& key, const Json& object) override;
    /// Whether a change that shows is one of this watch's: kubelets are told of the pods of their node only.
    bool counts(const simulation::Process& process, const simulation::Watch& watch) const override;
    void distributed() override { changes_.clear(); }

    Projection projection_;
    std::int64_t shown_ = 0;
    std::vector<Change> changes_;  // of the request that is being carried out
    std::set<std::pair<std::string, std::string>> uncounted_;
};

}  // namespace kcheck::reference::replay
