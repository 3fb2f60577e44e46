// Fair cycles by refinement of strongly connected components.
//
// A set of states is visited infinitely often by a run iff it is strongly connected.
// It is fair to a weak class if the class is disabled in one of its states or is taken
// by a transition inside, and to a strong class if the class is enabled in none of its
// states or is taken inside. A component that fails a weak class fails it in every
// subset and is dropped; one that fails a strong class may still have a fair subset
// among the states where the class is disabled, which is decomposed again
// (Lichtenstein and Pnueli, Checking That Finite State Concurrent Programs Satisfy
// Their Linear Specification, POPL 1985; Emerson and Lei, Modalities for Model
// Checking, Sci. Comput. Program. 1987). Each refinement removes a strong class, so
// O((states + transitions) * (1 + strong classes)) time. Exact, for finite graphs.
//
// The enabled classes are asked for only where a class is not taken inside, and for
// weak classes only until a state with the class disabled is found.
#include "checker/liveness_fair.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

namespace kcheck::checker {

namespace {

/// Depth first, then number: a total order in which the nearest states come first.
std::uint64_t nearness(const StateStore& store, StateId state) {
    return std::uint64_t{store.depth(state)} << 32 | raw(state);
}

template <class... Arguments>
bool accepts(const std::function<bool(Arguments...)>& condition,
             std::type_identity_t<Arguments>... arguments) {
    return !condition || condition(arguments...);
}

}  // namespace

FairnessMasks masks_of(std::span<const FairnessClass> classes) {
    if (classes.size() > ClassMask::capacity) throw std::invalid_argument("more than 256 fairness classes");
    FairnessMasks masks;
    for (std::size_t i = 0; i < classes.size(); ++i)
        (classes[i].fairness == Fairness::strong ? masks.strong : masks.weak).set(i);
    return masks;
}

void require_declared(const TransitionGraph& graph, std::span<const FairnessClass> classes) {
    const ClassMask beyond = graph.classes() - ClassMask::first(classes.size());
    if (beyond.none()) return;
    std::string names;
    for (const std::size_t i : beyond) names += (names.empty() ? "" : ", ") + std::to_string(i);
    throw std::invalid_argument("fairness classes are in use that were not declared: " + names +
                                " (declared: " + std::to_string(classes.size()) + ")");
}

FairCycleFinder::FairCycleFinder(const TransitionGraph& graph, const StateStore& store,
                                 FairnessMasks fairness, Enabled enabled, LimitWatch& watch)
    : graph_(graph),
      store_(store),
      fairness_(fairness),
      enabled_(std::move(enabled)),
      watch_(watch),
      cycles_(graph, store.id_bound(), watch),
      inside_(store.id_bound()) {}

ClassMask FairCycleFinder::enabled_in(StateId state) const {
    if (graph_.enabled_reported()) return enabled_(state);
    ClassMask classes;
    const EdgeRange range = graph_.edges(state);
    for (std::uint32_t at = range.first; at < range.last; ++at) classes |= graph_.label(state, at).classes;
    return classes;
}

std::optional<StateId> FairCycleFinder::find_stutter(const CyclePattern& pattern) const {
    if (pattern.counted != 0) return std::nullopt;  // staying takes no transition
    std::optional<StateId> best;
    graph_.for_each_expanded([&](StateId state) {
        watch_.tick();
        if (!graph_.quiescent(state)) return;
        if (best && nearness(store_, *best) <= nearness(store_, state)) return;
        if (accepts(pattern.everywhere, state) && accepts(pattern.somewhere, state)) best = state;
    });
    return best;
}

bool FairCycleFinder::find(const CyclePattern& pattern, const std::function<bool(FairComponent)>& accept) {
    if (!components_) {
        components_ = cycles_.find();
        std::vector<std::uint64_t> key(components_->size());
        for (std::size_t c = 0; c < key.size(); ++c) {
            key[c] = ~std::uint64_t{0};
            for (const StateId state : (*components_)[c]) key[c] = std::min(key[c], nearness(store_, state));
        }
        order_.resize(key.size());
        std::iota(order_.begin(), order_.end(), 0U);
        std::sort(order_.begin(), order_.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return key[a] < key[b]; });
    }
    for (const std::uint32_t c : order_) {
        const auto component = (*components_)[c];
        std::vector<StateId> allowed;
        for (const StateId state : component) {
            watch_.tick();
            if (accepts(pattern.everywhere, state)) allowed.push_back(state);
        }
        if (allowed.empty()) continue;
        if (allowed.size() == component.size()) {
            if (find_within(std::move(allowed), pattern, accept)) return true;
            continue;
        }
        const Components parts = cycles_.find(allowed);
        for (std::size_t part = 0; part < parts.size(); ++part)
            if (find_within({parts[part].begin(), parts[part].end()}, pattern, accept)) return true;
    }
    return false;
}

bool FairCycleFinder::find_within(std::vector<StateId> component, const CyclePattern& pattern,
                                  const std::function<bool(FairComponent)>& accept) {
    std::vector<std::vector<StateId>> pending;
    pending.push_back(std::move(component));
    while (!pending.empty()) {
        std::vector<StateId> states = std::move(pending.back());
        pending.pop_back();
        if (pattern.somewhere && std::none_of(states.begin(), states.end(), [&](StateId state) {
                watch_.tick();
                return pattern.somewhere(state);
            }))
            continue;

        inside_.assign(states);
        ClassMask taken;
        std::uint64_t counted = 0;
        for (const StateId state : states) {
            watch_.tick();
            const EdgeRange range = graph_.edges(state);
            for (std::uint32_t at = range.first; at < range.last; ++at) {
                if (!inside_.contains(graph_.target(state, at))) continue;
                taken |= graph_.label(state, at).classes;
                counted |= graph_.label(state, at).counted;
            }
        }
        if (pattern.counted != 0 && (counted & pattern.counted) == 0) continue;

        // Of the classes not taken: weak ones that are enabled everywhere, strong ones somewhere.
        ClassMask weak = fairness_.weak - taken;
        const ClassMask strong = fairness_.strong - taken;
        std::vector<StateId> disabled;  // those states in which no class of `strong` is enabled
        for (const StateId state : states) {
            if (weak.none() && strong.none()) break;
            watch_.tick();
            const ClassMask enabled = enabled_in(state);
            weak &= enabled;
            if (strong.any() && !enabled.intersects(strong)) disabled.push_back(state);
        }
        if (weak.any()) continue;
        if (strong.none() || disabled.size() == states.size()) {
            if (accept({std::move(states), taken})) return true;
            continue;
        }

        const Components parts = cycles_.find(disabled);
        for (std::size_t part = parts.size(); part-- > 0;)
            pending.emplace_back(parts[part].begin(), parts[part].end());
    }
    return false;
}

std::vector<EdgeRef> FairCycleFinder::walk(const FairComponent& component, const CyclePattern& pattern,
                                           StateId entry) {
    inside_.assign(component.states);
    std::vector<EdgeRef> edges;
    StateId here = entry;
    bool somewhere = accepts(pattern.somewhere, entry);
    std::uint64_t counted = 0;
    ClassMask taken;
    // Of the weak classes: those that were disabled in some state.
    ClassMask disabled = fairness_.weak.none() ? ClassMask{} : fairness_.weak - enabled_in(entry);

    const auto go = [&](const std::function<bool(EdgeRef)>& last) {
        for (const EdgeRef edge : path(here, last)) {
            edges.push_back(edge);
            here = graph_.target(edge);
            somewhere = somewhere || pattern.somewhere(here);
            counted |= graph_.label(edge).counted;
            taken |= graph_.label(edge).classes;
            if (fairness_.weak.any()) disabled |= fairness_.weak - enabled_in(here);
        }
    };

    if (!somewhere) go([&](EdgeRef edge) { return pattern.somewhere(graph_.target(edge)); });
    if (pattern.counted != 0 && (counted & pattern.counted) == 0)
        go([&](EdgeRef edge) { return (graph_.label(edge).counted & pattern.counted) != 0; });
    for (const std::size_t one : fairness_.weak | fairness_.strong) {
        if (taken.test(one) || disabled.test(one)) continue;
        if (component.taken.test(one))
            go([&](EdgeRef edge) { return graph_.label(edge).classes.test(one); });
        else if (fairness_.weak.test(one))
            go([&](EdgeRef edge) { return !enabled_in(graph_.target(edge)).test(one); });
    }
    if (edges.empty() || here != entry) go([&](EdgeRef edge) { return graph_.target(edge) == entry; });
    return edges;
}

std::vector<EdgeRef> FairCycleFinder::path(StateId from, const std::function<bool(EdgeRef)>& last) {
    if (!seen_) {
        watch_.before_allocating(store_.id_bound() * (sizeof(EdgeRef) + 1));
        seen_.emplace(store_.id_bound());
        reached_by_ = std::make_unique_for_overwrite<EdgeRef[]>(store_.id_bound());
    }
    std::vector<StateId> queue{from};
    seen_->assign(queue);
    for (std::size_t at = 0; at < queue.size(); ++at) {
        watch_.tick();
        const EdgeRange range = graph_.edges(queue[at]);
        for (EdgeRef edge{queue[at], range.first}; edge.position < range.last; ++edge.position) {
            const StateId target = graph_.target(edge);
            if (!inside_.contains(target)) continue;
            if (last(edge)) {
                std::vector<EdgeRef> edges{edge};
                while (edges.back().source != from) edges.push_back(reached_by_[raw(edges.back().source)]);
                std::reverse(edges.begin(), edges.end());
                return edges;
            }
            if (seen_->contains(target)) continue;
            seen_->insert(target);
            reached_by_[raw(target)] = edge;
            queue.push_back(target);
        }
    }
    throw std::logic_error("a fair component does not contain what it was chosen for");
}

}  // namespace kcheck::checker
