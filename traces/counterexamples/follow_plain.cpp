// Following a path of the reduced search in the plain pipeline.
//
// Technique. Two states are taken for the same if they are once statuses are forgotten and local
// steps are taken (`like`): that is all that local-steps and status-last leave out, beside the
// symmetry. From the state at hand every run of plain steps is tried that stays like it, until a step
// leads to a state like the edge's target: a stuttering simulation, edge by edge (Browne, Clarke and
// Gruemberg, "Characterizing finite Kripke structures in propositional temporal logic", 1988).
//
// Complexity: for each edge, the plain states that are like its source, which is a few hundred.
//
// Sound, and not complete: status-last admits runs that the plain pipeline has not, and which of
// several like states is taken for an edge is never taken back. Then it fails, and the
// counterexample is looked for by a search without these reductions.
#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "model/reductions.hpp"
#include "traces/counterexamples/actions.hpp"
#include "traces/counterexamples/trace.hpp"

namespace kcheck::traces {

namespace {

using model::Valuation;

constexpr std::size_t alike_most = 2000;
constexpr std::size_t steps_most = 10'000;

class PlainFollower {
public:
    PlainFollower(const model::Pipeline& reduced, const model::Pipeline& plain,
                  const invariants::Property& property)
        : reduced_(reduced), plain_(plain), actions_(plain), property_(property) {
        trace_.configuration = plain.encoding().configuration;
        trace_.reductions = plain.encoding().reductions;
        trace_.bounds = plain.encoding().bounds;
        trace_.property = property.name;
        trace_.initial = values_of(plain.layout(), state_);
    }

    bool take(const Edge& edge) {
        const auto target = packed(like(edge.target));
        const auto source = packed(like(state_));
        if (target == source || is_violated()) return true;

        struct Reached {
            Valuation state;
            std::size_t from;  // index in `alike`
            int action;
        };
        std::vector<Reached> alike{{state_, 0, -1}};
        std::map<std::string, std::size_t> seen{{packed(state_), 0}};
        for (std::size_t at = 0; at < alike.size() && alike.size() < alike_most; ++at)
            for (int action = 0; action < actions_.size(); ++action) {
                auto after = alike[at].state;
                if (!actions_.run(action, after) || after == alike[at].state) continue;
                const auto kind = packed(like(after));
                if (kind != target && kind != source) continue;
                if (kind == source) {
                    if (seen.emplace(packed(after), alike.size()).second)
                        alike.push_back({after, at, action});
                    continue;
                }
                std::vector<int> run{action};
                for (auto i = at; i != 0; i = alike[i].from) run.push_back(alike[i].action);
                std::ranges::reverse(run);
                for (const auto one : run) step(one);
                return true;
            }
        return false;
    }

    /// Everything happens that the environment need not be asked for; false if that has no end.
    bool rest() {
        for (bool moved = true; moved;) {
            moved = false;
            for (int action = 0; action < actions_.size() && !moved; ++action) {
                const auto* info = actions_.info(action);
                if (info != nullptr && info->progress.none()) continue;
                auto after = state_;
                if (!actions_.run(action, after) || after == state_) continue;
                if (trace_.steps.size() == steps_most) return false;
                step(action);
                moved = true;
            }
        }
        trace_.cycle = trace_.steps.size();
        return true;
    }

    /// Of a safety property: in the last state.
    bool is_violated() const {
        return property_.kind == invariants::Kind::safety && !property_.holds(plain_.encoding(), state_);
    }

    Trace trace() && { return std::move(trace_); }

private:
    Valuation like(const Valuation& state) const {
        auto seen = state;
        reduced_.reduce(seen);
        model::forget_statuses(reduced_.encoding(), seen);
        reduced_.canonicalize(seen);
        return seen;
    }

    std::string packed(const Valuation& state) const {
        std::string bytes(plain_.state_bytes(), '\0');
        plain_.pack(state, std::as_writable_bytes(std::span(bytes)));
        return bytes;
    }

    void step(int action) {
        if (is_violated()) return;
        const int lag = actions_.lag(action, state_);
        actions_.run(action, state_);
        trace_.steps.push_back({action, actions_.component(action), actions_.name(action), lag,
                                actions_.is_receipt(action), values_of(plain_.layout(), state_)});
    }

    const model::Pipeline& reduced_;
    const model::Pipeline& plain_;
    Actions actions_;
    const invariants::Property& property_;
    Valuation state_{};
    Trace trace_;
};

}  // namespace

tl::expected<Trace, std::string> follow_plainly(const model::Pipeline& reduced, const model::Pipeline& plain,
                                                const std::vector<Edge>& path,
                                                const invariants::Property& property) {
    PlainFollower follower(reduced, plain, property);
    for (std::size_t i = 0; i < path.size(); ++i)
        if (!follower.take(path[i]))
            return tl::unexpected(fmt::format("edge {} of the path ({}) has no counterpart", i + 1,
                                              reduced.describe(path[i].move)));
    const bool shown = property.kind == invariants::Kind::safety ? follower.is_violated() : follower.rest();
    if (!shown) return tl::unexpected(std::string("the plain run does not end like the reduced one"));
    return std::move(follower).trace();
}

}  // namespace kcheck::traces
