// Strongly connected components by Pearce's variant of Tarjan's algorithm (A
// space-efficient algorithm for finding strongly connected components, Information
// Processing Letters 2016; Tarjan, SIAM J. Comput. 1972), with a stack of its own, after a
// trim: a state that no other state leads to, once the trimmed ones are gone (Kahn,
// Topological Sorting of Large Networks, CACM 1962), is on no cycle but its own self
// loop. 4 bytes for each id serve both; what the trim leaves costs up to 16 more on the
// stacks. Library forms (Boost.Graph) keep 13 bytes a state and up to 32 on the stack,
// and cannot be interrupted.
//
// Time O(states + transitions). The order of the result depends on the graph alone.
#include "checker/liveness_components.hpp"

namespace kcheck::checker {

CycleFinder::CycleFinder(const TransitionGraph& graph, std::size_t id_bound, LimitWatch& watch)
    : graph_(graph), watch_(watch) {
    watch_.before_allocating(id_bound * sizeof(std::uint32_t));
    index_.assign(id_bound, outside);
}

Components CycleFinder::find() {
    Components found;
    const std::vector<StateId> rest = trim(found);
    decompose(rest, found);
    return found;
}

Components CycleFinder::find(std::span<const StateId> states) {
    for (const StateId state : states) index_[raw(state)] = fresh;
    Components found;
    decompose(states, found);
    return found;
}

/// Removes what only its own predecessors' absence keeps from a cycle; returns the rest.
std::vector<StateId> CycleFinder::trim(Components& loops) {
    std::vector<std::uint32_t>& predecessors = index_;
    const auto for_each_other = [this](StateId source, auto&& visit) {
        const EdgeRange range = graph_.edges(source);
        for (std::uint32_t at = range.first; at < range.last; ++at)
            if (const StateId target = graph_.target(source, at); target != source) visit(target);
        watch_.tick();
    };
    std::fill(predecessors.begin(), predecessors.end(), 0U);
    graph_.for_each_expanded([&](StateId source) {
        for_each_other(source, [&](StateId target) { ++predecessors[raw(target)]; });
    });

    std::vector<StateId> pending;
    graph_.for_each_expanded([&](StateId state) {
        if (predecessors[raw(state)] == 0) pending.push_back(state);
    });
    while (!pending.empty()) {
        const StateId state = pending.back();
        pending.pop_back();
        predecessors[raw(state)] = outside;
        if (has_self_loop(state)) {
            loops.add(state);
            loops.close();
        }
        for_each_other(state, [&](StateId target) {
            if (--predecessors[raw(target)] == 0 && graph_.expanded(target)) pending.push_back(target);
        });
    }

    std::vector<StateId> rest;
    graph_.for_each_expanded([&](StateId state) {
        if (index_[raw(state)] != outside) rest.push_back(state);
    });
    watch_.look();
    std::fill(index_.begin(), index_.end(), outside);
    for (const StateId state : rest) index_[raw(state)] = fresh;
    return rest;
}

bool CycleFinder::has_self_loop(StateId state) const {
    const EdgeRange range = graph_.edges(state);
    for (std::uint32_t at = range.first; at < range.last; ++at)
        if (graph_.target(state, at) == state) return true;
    return false;
}

void CycleFinder::decompose(std::span<const StateId> states, Components& found) {
    next_index_ = 1;
    next_component_ = static_cast<std::uint32_t>(states.size());
    for (const StateId state : states)
        if (index_[raw(state)] == fresh) visit_from(state, found);
    for (const StateId state : states) index_[raw(state)] = outside;
}

void CycleFinder::visit_from(StateId root, Components& found) {
    open(root);
    while (!visits_.empty()) {
        Visit& visit = visits_.back();
        if (visit.position == graph_.edges(visit.state).last) {
            const Visit done = visit;
            visits_.pop_back();
            finish(done, found);
            continue;
        }
        // A transition to a fresh state is met twice: it opens the state, and when that is done
        // it hands its index back.
        const StateId target = graph_.target(visit.state, visit.position);
        std::uint32_t& index = index_[raw(target)];
        if (index == fresh) {
            open(target);
            continue;
        }
        ++visit.position;
        visit.self_loop = visit.self_loop || target == visit.state;
        if (index < index_[raw(visit.state)]) {
            index_[raw(visit.state)] = index;
            visit.is_root = false;
        }
    }
}

void CycleFinder::open(StateId state) {
    watch_.tick();
    index_[raw(state)] = next_index_++;
    visits_.push_back({state, graph_.edges(state).first, true, false});
}

void CycleFinder::finish(const Visit& visit, Components& found) {
    if (!visit.is_root) {
        waiting_.push_back(visit.state);
        return;
    }
    const std::uint32_t index = index_[raw(visit.state)];
    const bool alone = waiting_.empty() || index_[raw(waiting_.back())] < index;
    while (!waiting_.empty() && index_[raw(waiting_.back())] >= index) {
        found.add(waiting_.back());
        index_[raw(waiting_.back())] = next_component_;
        waiting_.pop_back();
        --next_index_;
    }
    index_[raw(visit.state)] = next_component_--;
    --next_index_;
    if (alone && !visit.self_loop) return;
    found.add(visit.state);
    found.close();
}

}  // namespace kcheck::checker
