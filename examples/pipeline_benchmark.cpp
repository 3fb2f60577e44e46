#include "examples/pipeline_benchmark.hpp"

#include <algorithm>

namespace kcheck::examples {

template <class MaybeConstState, class F>
void PipelineBenchmark::each_cell(MaybeConstState& state, F f) const {
    f(state.deployment);
    f(state.replica_set);
    f(state.dc_deployment);
    f(state.dc_replica_set);
    f(state.dc_crashed);
    f(state.rsc_replica_set);
    f(state.rsc_crashed);
    f(state.scheduler_crashed);
    for (int n = 0; n < nodes_; ++n) f(state.kubelet_crashed[n]);
    for (int p = 0; p < pods_; ++p) {
        auto& pod = state.pods[p];
        f(pod.stored);
        f(pod.times_bound);
        f(pod.rsc);
        f(pod.scheduler);
        for (int n = 0; n < nodes_; ++n) f(pod.kubelet[n]);
    }
}

std::size_t PipelineBenchmark::state_bytes() const {
    std::size_t cells = 0;
    State any;
    each_cell(any, [&](Cell) { ++cells; });
    return (cells + 1) / 2;
}

void PipelineBenchmark::pack(const State& state, std::span<std::byte> bytes) const {
    std::size_t i = 0;
    each_cell(state, [&](Cell cell) {
        const auto value = static_cast<std::byte>(cell);
        if (i % 2 == 0) {
            bytes[i / 2] = value;
        } else {
            bytes[i / 2] |= value << 4;
        }
        ++i;
    });
}

void PipelineBenchmark::unpack(std::span<const std::byte> packed, State& state) const {
    state = State{};
    std::size_t i = 0;
    each_cell(state, [&](Cell& cell) {
        const auto pair = std::to_integer<unsigned>(packed[i / 2]);
        cell = static_cast<Cell>(i % 2 == 0 ? pair & 15U : pair >> 4U);
        ++i;
    });
}

void PipelineBenchmark::successors(const State& now, checker::SuccessorSink<PipelineBenchmark>& sink) const {
    using Kind = Action::Kind;
    const auto step = [&](Action action, auto change) {
        State next = now;
        change(next);
        sink.edge(action, next);
    };

    if (now.deployment == 0) {
        step({Kind::user_create}, [](State& s) { s.deployment = 1; });
    }

    // Deployment controller.
    if (now.dc_deployment != now.deployment) {
        step({Kind::dc_deliver_deployment}, [](State& s) { s.dc_deployment = s.deployment; });
    }
    if (now.dc_replica_set != now.replica_set) {
        step({Kind::dc_deliver_replica_set}, [](State& s) { s.dc_replica_set = s.replica_set; });
    }
    if (now.dc_deployment == 1 && now.dc_replica_set == 0 && now.replica_set == 0) {
        step({Kind::dc_create_replica_set}, [](State& s) { s.replica_set = 1; });
    }
    if (crashes_ && now.dc_crashed == 0) {
        step({Kind::dc_crash}, [](State& s) {
            s.dc_crashed = 1;
            s.dc_deployment = s.dc_replica_set = 0;
        });
    }

    // Replica-set controller.
    if (now.rsc_replica_set != now.replica_set) {
        step({Kind::rsc_deliver_replica_set}, [](State& s) { s.rsc_replica_set = s.replica_set; });
    }
    if (crashes_ && now.rsc_crashed == 0) {
        step({Kind::rsc_crash}, [](State& s) {
            s.rsc_crashed = 1;
            s.rsc_replica_set = 0;
            for (auto& pod : s.pods) pod.rsc = absent;
        });
    }

    if (crashes_ && now.scheduler_crashed == 0) {
        step({Kind::scheduler_crash}, [](State& s) {
            s.scheduler_crashed = 1;
            for (auto& pod : s.pods) pod.scheduler = absent;
        });
    }

    for (std::uint8_t n = 0; n < nodes_; ++n) {
        if (!crashes_ || now.kubelet_crashed[n] != 0) continue;
        step({Kind::kubelet_crash, 0, n}, [n](State& s) {
            s.kubelet_crashed[n] = 1;
            for (auto& pod : s.pods) pod.kubelet[n] = absent;
        });
    }

    for (std::uint8_t p = 0; p < pods_; ++p) {
        const State::Pod& pod = now.pods[p];
        if (pod.rsc != pod.stored) {
            step({Kind::rsc_deliver_pod, p}, [p](State& s) { s.pods[p].rsc = s.pods[p].stored; });
        }
        if (now.rsc_replica_set == 1 && pod.rsc == absent && pod.stored == absent) {
            step({Kind::rsc_create_pod, p}, [p](State& s) { s.pods[p].stored = pending; });
        }
        if (pod.scheduler != pod.stored) {
            step({Kind::scheduler_deliver, p}, [p](State& s) { s.pods[p].scheduler = s.pods[p].stored; });
        }
        for (std::uint8_t n = 0; n < nodes_; ++n) {
            if (pod.scheduler == pending && pod.stored == pending) {
                step({Kind::scheduler_bind, p, n}, [p, n](State& s) {
                    s.pods[p].stored = bound(n);
                    ++s.pods[p].times_bound;
                });
            }
            // A kubelet watches the pods of its node and no others.
            if (is_on(n, pod.stored) && pod.kubelet[n] != pod.stored) {
                step({Kind::kubelet_deliver, p, n},
                     [p, n](State& s) { s.pods[p].kubelet[n] = s.pods[p].stored; });
            }
            if (is_on(n, pod.stored) && pod.stored != ready(n) && pod.kubelet[n] == pod.stored) {
                step({Kind::kubelet_advance, p, n}, [p](State& s) { ++s.pods[p].stored; });
            }
        }
    }
}

std::string PipelineBenchmark::describe(const Action& action) const {
    using Kind = Action::Kind;
    const std::string pod = "pod " + std::to_string(action.pod);
    const std::string node = "node " + std::to_string(action.node);
    switch (action.kind) {
        case Kind::user_create: return "user creates the deployment";
        case Kind::dc_deliver_deployment: return "deployment controller sees the deployment";
        case Kind::dc_deliver_replica_set: return "deployment controller sees the replica set";
        case Kind::dc_create_replica_set: return "deployment controller creates the replica set";
        case Kind::dc_crash: return "deployment controller crashes";
        case Kind::rsc_deliver_replica_set: return "replica-set controller sees the replica set";
        case Kind::rsc_deliver_pod: return "replica-set controller sees " + pod;
        case Kind::rsc_create_pod: return "replica-set controller creates " + pod;
        case Kind::rsc_crash: return "replica-set controller crashes";
        case Kind::scheduler_deliver: return "scheduler sees " + pod;
        case Kind::scheduler_bind: return "scheduler binds " + pod + " to " + node;
        case Kind::scheduler_crash: return "scheduler crashes";
        case Kind::kubelet_deliver: return "kubelet of " + node + " sees " + pod;
        case Kind::kubelet_advance: return "kubelet of " + node + " brings " + pod + " a phase on";
        case Kind::kubelet_crash: return "kubelet of " + node + " crashes";
    }
    return {};
}

std::vector<checker::Safety<PipelineBenchmark::State>> PipelineBenchmark::safety() const {
    const auto every_pod = [](auto holds) {
        return [holds](const State& s) { return std::all_of(s.pods.begin(), s.pods.end(), holds); };
    };
    return {
        {"a pod is bound at most once",
         every_pod([](const State::Pod& pod) { return pod.times_bound <= 1; })},
        {"a pod on a node was bound", every_pod([](const State::Pod& pod) {
             return pod.stored == absent || pod.stored == pending || pod.times_bound >= 1;
         })},
    };
}

}  // namespace kcheck::examples
