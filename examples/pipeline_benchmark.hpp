// The benchmark system of bench/: a small deployment pipeline with stale caches.
//
// A user creates a deployment; the deployment controller answers with a
// replica set, the replica-set controller with pods, the scheduler binds each pod
// to a node, the node's kubelet brings it up. Each process sees the store only
// through a cache of one possibly stale copy of each object, refreshed by an
// explicit step, and may crash once (if crashes are on), which empties the cache.
// Writes are compare-and-set: they succeed only if the writer's copy is current.
//
// The same system is bench/pipeline.pml (SPIN), bench/pipeline.m.in (Rumur) and
// bench/Pipeline.tla (TLC), state for state; bench/README.md has the counts. It is
// a benchmark, not kcheck's model of Kubernetes, which is in model/.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "checker/model.hpp"

namespace kcheck::examples {

class PipelineBenchmark {
public:
    using Cell = std::uint8_t;  // a variable; its value is less than 16
    static constexpr int pods_max = 4;
    static constexpr int nodes_max = 3;

    // The values of a pod: absent, pending, or on a node in one of four phases that
    // follow each other.
    static constexpr Cell absent = 0;
    static constexpr Cell pending = 1;
    static constexpr Cell bound(int node) { return static_cast<Cell>(2 + 4 * node); }
    static constexpr Cell ready(int node) { return static_cast<Cell>(bound(node) + 3); }
    static constexpr bool is_on(int node, Cell pod) { return bound(node) <= pod && pod <= ready(node); }

    struct State {
        struct Pod {
            Cell stored = absent;
            Cell times_bound = 0;  // a ghost: history that only the properties read
            Cell rsc = absent;     // this and the rest: cached copies
            Cell scheduler = absent;
            std::array<Cell, nodes_max> kubelet{};

            bool operator==(const Pod&) const = default;
        };

        Cell deployment = 0, replica_set = 0;                        // 1: exists
        Cell dc_deployment = 0, dc_replica_set = 0, dc_crashed = 0;  // deployment controller
        Cell rsc_replica_set = 0, rsc_crashed = 0;                   // replica-set controller
        Cell scheduler_crashed = 0;
        std::array<Cell, nodes_max> kubelet_crashed{};
        std::array<Pod, pods_max> pods{};

        bool operator==(const State&) const = default;
    };

    struct Action {
        // The names of the actions in bench/Pipeline.tla, spelled out.
        enum class Kind : std::uint8_t {
            user_create,
            dc_deliver_deployment,
            dc_deliver_replica_set,
            dc_create_replica_set,
            dc_crash,
            rsc_deliver_replica_set,
            rsc_deliver_pod,
            rsc_create_pod,
            rsc_crash,
            scheduler_deliver,
            scheduler_bind,
            scheduler_crash,
            kubelet_deliver,
            kubelet_advance,
            kubelet_crash,
        };
        Kind kind = Kind::user_create;
        std::uint8_t pod = 0;   // where the kind has one
        std::uint8_t node = 0;  // where the kind has one

        bool operator==(const Action&) const = default;
    };

    /// Requires: 1 <= pods <= 4, 1 <= nodes <= 3.
    PipelineBenchmark(int pods, int nodes, bool crashes) : pods_(pods), nodes_(nodes), crashes_(crashes) {
        assert(1 <= pods && pods <= pods_max && 1 <= nodes && nodes <= nodes_max);
    }

    /// Two cells a byte, and only those that this configuration uses.
    std::size_t state_bytes() const;
    void pack(const State& state, std::span<std::byte> bytes) const;
    void unpack(std::span<const std::byte> packed, State& state) const;

    void initial(const std::function<void(const State&)>& each) const { each(State{}); }
    void successors(const State& now, checker::SuccessorSink<PipelineBenchmark>& sink) const;

    /// The example has safety properties only: nothing has to happen.
    checker::ClassMask classes(const Action&) const { return {}; }
    std::string describe(const Action& action) const;

    std::vector<checker::Safety<State>> safety() const;

private:
    /// Calls f with each cell that this configuration uses, in a fixed order.
    template <class MaybeConstState, class F>
    void each_cell(MaybeConstState& state, F f) const;

    int pods_;
    int nodes_;
    bool crashes_;
};

static_assert(checker::Model<PipelineBenchmark>);

}  // namespace kcheck::examples
