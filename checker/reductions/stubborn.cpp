#include "checker/reductions/stubborn.hpp"

#include <algorithm>
#include <limits>

namespace kcheck::checker::reductions {

/// A set that grows until it is stubborn.
struct StubbornSets::Attempt {
    std::vector<bool> is_enabled, is_member, is_absorber;  // by action
    std::vector<std::size_t> members;
    std::size_t enabled_members = 0;
    Box box;                             // what outsiders lead to
    std::vector<std::size_t> outsiders;  // those that can happen in it

    bool add(std::size_t action) {
        if (is_member[action]) return false;
        is_member[action] = true;
        members.push_back(action);
        if (is_enabled[action]) ++enabled_members;
        return true;
    }
};

StubbornSets::StubbornSets(const ir::TransitionSystem& system, Oracle& oracle, Goals goals,
                           StubbornOptions options)
    : system_(system),
      oracle_(oracle),
      goals_(std::move(goals)),
      options_(std::move(options)),
      footprints_(footprints_of(system)),
      evaluate_(*system.arena),
      evaluate_box_(*system.arena) {
    if (options_.domain.empty()) options_.domain = all_states(system);
    for (const ir::Term bad : goals_.bad) bad_conjuncts_.push_back(conjuncts_of(bad));
}

void StubbornSets::reach(const State& state, Attempt& attempt) {
    attempt.box = only_state(state);
    std::vector<bool> happens(system_.actions.size(), false);
    for (bool grows = true; grows;) {
        grows = false;
        evaluate_box_.reset(attempt.box);
        Box next = attempt.box;
        for (std::size_t u = 0; u < system_.actions.size(); ++u) {
            if (attempt.is_member[u] || attempt.is_absorber[u]) continue;
            if (!evaluate_box_.can_be(system_.actions[u].guard, true)) continue;
            happens[u] = true;
            for (const auto& [variable, term] : system_.actions[u].assignments) {
                const auto values = common(evaluate_box_(term), options_.domain[variable]);
                if (values && !values->is_subset_of(next[variable])) {
                    next[variable] = united(next[variable], *values);
                    grows = true;
                }
            }
        }
        attempt.box = std::move(next);
    }
    attempt.outsiders.clear();
    for (std::size_t u = 0; u < happens.size(); ++u) {
        if (happens[u]) attempt.outsiders.push_back(u);
    }
}

/// Sees to it that outsiders cannot make the conjunction true. False if nothing had to be added.
/// Requires that it is false in the state that evaluate_ is at.
bool StubbornSets::block(const std::vector<ir::Term>& conjuncts, Attempt& attempt) {
    evaluate_box_.reset(attempt.box);
    for (const ir::Term conjunct : conjuncts) {
        if (!evaluate_box_.can_be(conjunct, true)) return false;
    }
    std::vector<std::size_t> best;
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const ir::Term conjunct : conjuncts) {
        if (evaluate_(conjunct) != 0) continue;
        std::vector<std::size_t> enablers;
        std::size_t cost = 0;
        for (const std::size_t u : attempt.outsiders) {
            if (cost >= least) break;
            if (oracle_.holds({Claim::keeps_false, u, conjunct.id()}, attempt.box)) continue;
            enablers.push_back(u);
            cost += attempt.is_enabled[u] ? system_.actions.size() : 1;
        }
        if (cost >= least) continue;
        least = cost;
        best = std::move(enablers);
        if (best.empty()) return false;
    }
    bool added = false;
    for (const std::size_t u : best) added |= attempt.add(u);
    return added;
}

StubbornSets::Attempt StubbornSets::grow(const State& state, const std::vector<std::size_t>& enabled,
                                         std::optional<std::size_t> key, bool absorb,
                                         std::size_t fewer_than) {
    Attempt attempt;
    for (auto* flags : {&attempt.is_enabled, &attempt.is_member, &attempt.is_absorber}) {
        flags->assign(system_.actions.size(), false);
    }
    for (const std::size_t a : enabled) attempt.is_enabled[a] = true;
    if (key) attempt.add(*key);
    for (bool grows = true; grows && attempt.enabled_members < fewer_than;) {
        grows = false;
        reach(state, attempt);
        for (const std::size_t u : attempt.outsiders) {
            if (!key || oracle_.holds({Claim::accords, u, *key}, attempt.box)) continue;
            grows = true;
            if (absorb && oracle_.holds({Claim::absorbs, u, *key}, attempt.box)) {
                attempt.is_absorber[u] = true;
            } else {
                attempt.add(u);
            }
        }
        if (grows) continue;  // with a smaller box
        evaluate_.reset(state);
        for (std::size_t b = 0; b < goals_.bad.size(); ++b) {
            if (evaluate_(goals_.bad[b]) == 0) grows |= block(bad_conjuncts_[b], attempt);
        }
        const std::vector<std::size_t> members = attempt.members;
        for (const std::size_t t : members) {
            if (key && t == *key) continue;
            if (!attempt.is_enabled[t]) {
                grows |= block(footprints_[t].conjuncts, attempt);
                continue;
            }
            for (const std::size_t u : attempt.outsiders) {
                if (!attempt.is_member[u] && !oracle_.holds({Claim::moves_left, u, t}, attempt.box)) {
                    grows |= attempt.add(u);
                }
            }
        }
    }
    return attempt;
}

Chosen StubbornSets::choose(const State& state, const std::vector<std::size_t>& enabled, bool absorb) {
    Chosen chosen{enabled, std::nullopt};
    const bool is_quiescent = std::ranges::all_of(enabled, [this](std::size_t a) { return allowed(a); });
    if (goals_.quiescent && is_quiescent) return chosen;
    const auto consider = [&](std::optional<std::size_t> key) {
        const Attempt attempt = grow(state, enabled, key, absorb && options_.absorb, chosen.actions.size());
        if (attempt.enabled_members >= chosen.actions.size()) return;
        chosen.actions.clear();
        for (const std::size_t a : enabled) {
            if (attempt.is_member[a]) chosen.actions.push_back(a);
        }
        const bool postpones = std::ranges::find(attempt.is_absorber, true) != attempt.is_absorber.end();
        chosen.postpones = postpones ? key : std::nullopt;
    };
    if (!goals_.quiescent) consider(std::nullopt);
    for (const std::size_t key : enabled) {
        if (chosen.actions.size() <= 1) break;
        if (!allowed(key) || !goals_.quiescent) consider(key);
    }
    return chosen;
}

}  // namespace kcheck::checker::reductions
