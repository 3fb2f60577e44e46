// Following a path of representatives in actual states.
//
// Technique. The actual state `s` is kept so that its representative is the one on the
// path. For an edge, some move from `s` leads to a state whose representative is the
// edge's target: the reductions are bisimulations (Ip and Dill, "Better verification
// through symmetry", 1996, section 4, for the symmetry). It is found by trying them,
// those of the edge's own kind first; pods and nodes may be renamed, so their numbers
// say nothing. Each move becomes its receipts, its action, and the local steps that
// the representative has behind it.
//
// Complexity: for each edge, a canonicalization for each move that is tried.
//
// Exact: every step is run on the actual state, and a path that cannot be followed is
// refused. A cycle of representatives is walked until the actual states repeat, which
// they must: the walk is a function of the state, and there are finitely many.
#include <algorithm>
#include <span>

#include <fmt/core.h>

#include "traces/counterexamples/actions.hpp"
#include "traces/counterexamples/trace.hpp"

namespace kcheck::traces {

namespace {

using model::Move;
using model::Valuation;

constexpr std::size_t rounds_most = 64;

/// "kubelet[2]" and "kubelet[0]" are of one kind, a reply and its loss of two.
std::string kind_of(const Actions& actions, int action) {
    const auto component = actions.component(action);
    const auto* info = actions.info(action);
    const auto reply = info != nullptr ? info->reply : model::Reply{};
    return fmt::format("{} {} {} {}", component.substr(0, component.find('[')),
                       model::name_of(actions.verb(action)), static_cast<int>(reply.outcome),
                       static_cast<int>(reply.cause));
}

class Follower {
public:
    Follower(const model::Pipeline& pipeline, const invariants::Property* property)
        : pipeline_(pipeline), actions_(pipeline), property_(property) {
        trace_.configuration = pipeline.encoding().configuration;
        trace_.reductions = pipeline.encoding().reductions;
        trace_.bounds = pipeline.encoding().bounds;
        if (property != nullptr) trace_.property = property->name;
        trace_.initial = values_of(pipeline.layout(), state_);
        over_ = is_violated();
    }

    /// False if no move leads where the edge does.
    bool take(const Edge& edge) {
        if (over_) return true;
        const auto move = matching(edge);
        if (!move) return false;
        step(move->action);
        settle();
        return true;
    }

    /// False if the cycle cannot be walked, or does not come to an end.
    bool take_cycle(std::span<const Edge> edges) {
        std::vector<Start> starts;
        while (starts.size() < rounds_most) {
            const auto again = std::ranges::find(starts, state_, &Start::state);
            if (again != starts.end()) {
                trace_.cycle = again->index;
                return true;
            }
            starts.push_back({state_, trace_.steps.size()});
            if (!std::ranges::all_of(edges, [&](const Edge& edge) { return take(edge); })) return false;
        }
        return false;
    }

    /// The run stays in this state, once everything has arrived that is on its way.
    void stay() {
        for (int watch = actions_.first_receipt(); watch < actions_.first_collection(); ++watch)
            while (step(watch)) {
            }
        trace_.cycle = trace_.steps.size();
    }

    Trace trace() && { return std::move(trace_); }

private:
    /// Of a round of a cycle.
    struct Start {
        Valuation state;
        std::size_t index;  // of its first step
    };

    /// As far as the layout goes: the engines may leave the rest of a state as it was.
    bool same(const Valuation& a, const Valuation& b) const {
        return std::equal(a.value.begin(),
                          a.value.begin() + static_cast<std::ptrdiff_t>(pipeline_.layout().size()),
                          b.value.begin());
    }

    bool is_violated() const {
        return property_ != nullptr && property_->kind == invariants::Kind::safety &&
               !property_->holds(pipeline_.encoding(), state_);
    }

    /// Takes the step if it is enabled and the trace is not over.
    bool step(int action) {
        if (over_) return false;
        const int lag = actions_.lag(action, state_);
        if (!actions_.run(action, state_)) return false;
        if (pipeline_.encoding().reductions.status_last) pipeline_.forget_status(state_);
        trace_.steps.push_back({action, actions_.component(action), actions_.name(action), lag,
                                actions_.is_receipt(action), values_of(pipeline_.layout(), state_)});
        over_ = is_violated();
        return true;
    }

    void settle() {
        std::vector<int> local;
        auto settled = state_;
        pipeline_.settle(settled, [&](int action) { local.push_back(action); });
        for (const auto action : local) step(action);
        for (int action = actions_.first_collection(); action < actions_.size(); ++action) step(action);
    }

    std::optional<Move> matching(const Edge& edge) const {
        std::vector<std::pair<Move, Valuation>> same_kind, others;
        const auto wanted = kind_of(actions_, edge.move.action);
        pipeline_.moves(state_, [&](const Move& move, const Valuation& after) {
            (kind_of(actions_, move.action) == wanted ? same_kind : others).emplace_back(move, after);
        });
        const auto cost = [&](const std::pair<Move, Valuation>& candidate) {
            return candidate.first.action != edge.move.action;
        };
        for (auto* candidates : {&same_kind, &others}) {
            std::ranges::stable_sort(*candidates, {}, cost);
            // A path of actual states is followed as it is.
            for (auto& [move, after] : *candidates) {
                pipeline_.reduce(after);
                if (same(after, edge.target)) return move;
            }
            for (auto& [move, after] : *candidates) {
                pipeline_.representative(after);
                if (same(after, edge.target)) return move;
            }
        }
        return std::nullopt;
    }

    const model::Pipeline& pipeline_;
    Actions actions_;
    const invariants::Property* property_;
    Valuation state_{};
    Trace trace_;
    bool over_ = false;  // the property is violated
};

}  // namespace

tl::expected<Trace, std::string> follow(const model::Pipeline& pipeline, const std::vector<Edge>& path,
                                        std::optional<std::size_t> cycle,
                                        const invariants::Property* property) {
    if (cycle && *cycle > path.size())
        return tl::unexpected(fmt::format("the cycle begins at edge {} of {}", *cycle, path.size()));
    Follower follower(pipeline, property);
    const auto stem = cycle.value_or(path.size());
    for (std::size_t i = 0; i < stem; ++i)
        if (!follower.take(path[i]))
            return tl::unexpected(fmt::format("edge {} of the path ({}) cannot be followed", i + 1,
                                              pipeline.describe(path[i].move)));
    if (cycle == path.size())
        follower.stay();
    else if (cycle && !follower.take_cycle(std::span(path).subspan(stem)))
        return tl::unexpected(fmt::format("the cycle from edge {} on cannot be followed", stem + 1));
    return std::move(follower).trace();
}

}  // namespace kcheck::traces
