// The arithmetic of a rollout: what one sync of the deployment controller would write next, in a view of
// the Deployment and its ReplicaSets (pkg/controller/deployment: rolling.go, recreate.go, and
// util/deployment_util.go).
//
// ReplicaSets are looked at from the first template to the last, as they were created
// (ReplicaSetsByCreationTimestamp). One of template t is *new* where the Deployment asks for t, else *old*.
#pragma once

#include <array>
#include <vector>

#include "model/configuration.hpp"
#include "model/encoding.hpp"

namespace kcheck::model {

/// `table[value]`; the last entry stands for all higher values.
template <class C>
Int<C> look_up(const C& c, const Int<C>& value, const std::vector<int>& table) {
    auto result = c.integer(table.back());
    for (auto i = static_cast<int>(table.size()) - 2; i >= 0; --i)
        result = c.choose(value == i, table[static_cast<std::size_t>(i)], result);
    return result;
}

template <class C>
Int<C> least(const C& c, const Int<C>& a, const Int<C>& b) {
    return c.choose(a < b, a, b);
}

/// Of every number of replicas: how many pods there may be, and how many must be available.
struct Fenceposts {
    explicit Fenceposts(const Configuration& configuration) {
        for (int replicas = 0; replicas <= configuration.replicas_max(); ++replicas) {
            most.push_back(replicas + configuration.strategy.surge(replicas));
            available.push_back(replicas - configuration.strategy.unavailable(replicas));
        }
        recreates = configuration.strategy.recreate;
    }
    std::vector<int> most, available;
    bool recreates = false;
};

template <class C>
class Rollout {
public:
    struct Status {
        Int<C> replicas, updated, available;
    };

    /// `pods`: where old pods are waited for. `trusts_spec`: every replica passes for an available one.
    Rollout(const C& c, const Fenceposts& fenceposts, const Variables<Deployment>& deployment,
            const std::vector<Variables<ReplicaSet>>& replica_sets, const Watch<Pod>* pods, bool trusts_spec)
        : c_(c),
          recreates_(fenceposts.recreates),
          desired_(c[deployment[workload::replicas]]),
          total_(c.integer(0)),
          new_(c.integer(0)),
          new_available_(c.integer(0)),
          available_(c.integer(0)),
          has_new_(c.boolean(false)),
          old_pods_run_(c.boolean(false)),
          status_{c.integer(0), c.integer(0), c.integer(0)} {
        for (int t = 0; t < static_cast<int>(replica_sets.size()); ++t) {
            const auto& copy = replica_sets[static_cast<std::size_t>(t)];
            const auto is_new = c[deployment[deployment::pod_template]] == t;
            const auto replicas = c[copy[workload::replicas]];
            const auto reported = c[copy[workload::status_available]];
            const auto available = trusts_spec ? replicas : reported;
            const auto actual = c[copy[workload::status_replicas]];
            sets_[size_++] = {is_new, replicas, available};
            total_ = total_ + replicas;
            new_ = new_ + c.choose(is_new, replicas, 0);
            new_available_ = new_available_ + c.choose(is_new, available, 0);
            // FilterActiveReplicaSets: an old one with nothing to scale down does not count.
            available_ = available_ + c.choose(is_new || replicas > 0, available, 0);
            has_new_ = has_new_ || (is_new && c[copy[workload::exists]] == 1);
            old_pods_run_ = old_pods_run_ || (!is_new && actual > 0);
            status_.replicas = status_.replicas + actual;
            status_.updated = status_.updated + c.choose(is_new, actual, 0);
            status_.available = status_.available + reported;
        }
        if (pods != nullptr)  // recreate.go:oldPodsRunning
            for (const auto& pod : pods->copy)
                old_pods_run_ =
                    old_pods_run_ || (c[pod[pod::exists]] == 1 &&
                                      c[pod[pod::owner]] != c[deployment[deployment::pod_template]]);
        if (size_ == 1) return;
        most_ = look_up(c, desired_, fenceposts.most);
        least_available_ = look_up(c, desired_, fenceposts.available);
    }

    /// Recreate creates the new ReplicaSet when no old pod is left.
    Bool<C> may_create() const {
        if (!recreates_ || size_ == 1) return c_.boolean(true);
        return !has_active_old() && !old_pods_run_;
    }

    /// deployment_util.go:NewRSNewReplicas, and reconcileNewReplicaSet: spec.replicas of the new one.
    Int<C> replicas_of_new() const {
        if (recreates_ || size_ == 1) return desired_;
        const auto raised = new_ + least(c_, most_ - total_, desired_ - new_);
        return c_.choose(new_ > desired_, desired_, c_.choose(total_ < most_, raised, new_));
    }

    /// The next write is to the ReplicaSet of template t.
    Bool<C> scales(int t) const {
        const auto& set = sets_[static_cast<std::size_t>(t)];
        const auto scales_new = has_new_ && replicas_of_new() != new_;
        if (size_ == 1) return scales_new;
        if (recreates_) {
            auto before = c_.boolean(false);  // sync.go: one after the other
            for (int s = 0; s < t; ++s) before = before || is_active_old(s);
            return (is_active_old(t) && !before) || (set.is_new && scales_new && may_create());
        }
        return (set.is_new && scales_new) ||
               (!set.is_new && has_new_ && !scales_new && reconciles_old() && is_next_old(t));
    }

    /// ... with this many replicas. Requires `scales(t)`.
    Int<C> target(int t) const {
        const auto& set = sets_[static_cast<std::size_t>(t)];
        if (size_ == 1) return replicas_of_new();
        if (recreates_) return c_.choose(set.is_new, replicas_of_new(), 0);
        const auto without_unhealthy =
            set.replicas - least(c_, room_to_scale_down(), set.replicas - set.available);
        const auto scaled_down = set.replicas - least(c_, set.replicas, available_ - least_available_);
        return c_.choose(set.is_new, replicas_of_new(),
                         c_.choose(cleans_up(), without_unhealthy, scaled_down));
    }

    /// There is nothing to write but the status.
    Bool<C> rests() const {
        auto rests = recreates_ && size_ > 1 ? c_.boolean(true) : has_new_;
        rests = rests && !(!has_new_ && may_create());
        for (int t = 0; t < static_cast<int>(size_); ++t) rests = rests && !scales(t);
        return rests;
    }

    const Status& status() const { return status_; }

private:
    struct Set {
        Bool<C> is_new{};
        Int<C> replicas{}, available{};  // spec.replicas, status.availableReplicas
    };

    Bool<C> is_active_old(int t) const {
        const auto& set = sets_[static_cast<std::size_t>(t)];
        return !set.is_new && set.replicas > 0;
    }
    Bool<C> has_active_old() const {
        auto some = c_.boolean(false);
        for (int t = 0; t < static_cast<int>(size_); ++t) some = some || is_active_old(t);
        return some;
    }

    // rolling.go:reconcileOldReplicaSets

    Int<C> room_to_scale_down() const { return total_ - least_available_ - (new_ - new_available_); }
    Bool<C> reconciles_old() const { return total_ - new_ > 0 && room_to_scale_down() > 0; }

    /// cleanupUnhealthyReplicas has somebody to scale down: the first that has not as many available as
    /// its spec says.
    Bool<C> is_unhealthy(int t) const {
        const auto& set = sets_[static_cast<std::size_t>(t)];
        return is_active_old(t) && set.replicas != set.available;
    }
    Bool<C> cleans_up() const {
        auto some = c_.boolean(false);
        for (int t = 0; t < static_cast<int>(size_); ++t) some = some || is_unhealthy(t);
        return some;
    }

    /// Of the old ones the next to write is t. One with a status of more pods than its spec says is an
    /// error, which ends the reconciliation and is swallowed.
    Bool<C> is_next_old(int t) const {
        const auto& set = sets_[static_cast<std::size_t>(t)];
        auto unhealthy_before = c_.boolean(false), active_before = c_.boolean(false);
        for (int s = 0; s < t; ++s) {
            unhealthy_before = unhealthy_before || is_unhealthy(s);
            active_before = active_before || is_active_old(s);
        }
        const auto cleaned = is_unhealthy(t) && !unhealthy_before && set.available < set.replicas;
        // scaleDownOldReplicaSetsForRollingUpdate
        const auto scaled_down = is_active_old(t) && !active_before && available_ > least_available_;
        const auto cleans = cleans_up();
        return (cleans && cleaned) || (!cleans && scaled_down);
    }

    const C& c_;
    bool recreates_;
    std::array<Set, templates_most> sets_;
    std::size_t size_ = 0;
    Int<C> desired_, total_, new_, new_available_, available_, most_{}, least_available_{};
    Bool<C> has_new_, old_pods_run_;
    Status status_;
};

}  // namespace kcheck::model
