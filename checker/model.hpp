// What the engines know of a model.
//
// A model is a set of initial states and a successor relation. Nothing here
// names Kubernetes: the two models in examples/ are written against this
// header alone.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "ir/class_mask.hpp"

namespace kcheck::checker {

/// One bit for each fairness class of a model; at most ClassMask::capacity, 256.
using ir::ClassMask;

/// Receives the successors of one state.
template <class M>
class SuccessorSink {
public:
    virtual ~SuccessorSink() = default;
    /// One transition. `target` is copied before the call returns.
    virtual void edge(const typename M::Action& action, const typename M::State& target) = 0;
    /// Optional, at most once for each state: the fairness classes that are
    /// enabled in it. Without the call these are the classes of its edges. A model
    /// whose edges are only representatives of the real ones (a reduction) reports
    /// here what the real ones are.
    virtual void enabled(ClassMask classes) = 0;
};

/// State and Action are regular types without pointers. A State is stored as
/// `state_bytes()` bytes; two states are the same iff these bytes are equal.
///
/// Requires: `initial` and `successors` are functions of their arguments
/// alone, emit in a fixed order, and may run in several threads at once.
template <class M>
concept Model = requires(const M& m, const typename M::State& s, const typename M::Action& a,
                         typename M::State& out, std::span<std::byte> bytes,
                         std::span<const std::byte> packed, SuccessorSink<M>& sink,
                         const std::function<void(const typename M::State&)>& each) {
    requires std::regular<typename M::State>;
    requires std::regular<typename M::Action>;
    { m.state_bytes() } -> std::same_as<std::size_t>;
    { m.pack(s, bytes) } -> std::same_as<void>;
    { m.unpack(packed, out) } -> std::same_as<void>;
    { m.initial(each) } -> std::same_as<void>;
    { m.successors(s, sink) } -> std::same_as<void>;
    /// Fairness classes of a transition; none if the environment need never take it.
    { m.classes(a) } -> std::same_as<ClassMask>;
    { m.describe(a) } -> std::same_as<std::string>;
};

enum class Fairness : std::uint8_t {
    weak,    // enabled from some point on for ever => taken infinitely often
    strong,  // enabled infinitely often => taken infinitely often
};

struct FairnessClass {
    std::string name;
    Fairness fairness = Fairness::weak;
};

/// A predicate that must hold in every reachable state.
template <class State>
struct Safety {
    std::string name;
    std::function<bool(const State&)> holds;
};

/// A property of infinite fair runs. A run that can stop (no fair class is
/// enabled) is continued by stuttering.
template <class State, class Action>
struct Liveness {
    enum class Form : std::uint8_t {
        eventually_always,  // <>[] goal
        always_eventually,  // []<> goal
        leads_to,           // [] (premise => <> goal)
        finitely_often,     // <>[] no transition that `counted` selects
    };
    std::string name;
    Form form = Form::eventually_always;
    std::function<bool(const State&)> goal;
    std::function<bool(const State&)> premise;   // leads_to only
    std::function<bool(const Action&)> counted;  // finitely_often only
};

/// Helper for models whose State is a plain value: packs by copying its bytes.
template <class S>
    requires(std::is_trivially_copyable_v<S> && std::has_unique_object_representations_v<S>)
struct PlainState {
    using State = S;
    std::size_t state_bytes() const { return sizeof(S); }
    void pack(const S& state, std::span<std::byte> bytes) const;
    void unpack(std::span<const std::byte> packed, S& state) const;
};

template <class S>
    requires(std::is_trivially_copyable_v<S> && std::has_unique_object_representations_v<S>)
void PlainState<S>::pack(const S& state, std::span<std::byte> bytes) const {
    __builtin_memcpy(bytes.data(), &state, sizeof(S));
}

template <class S>
    requires(std::is_trivially_copyable_v<S> && std::has_unique_object_representations_v<S>)
void PlainState<S>::unpack(std::span<const std::byte> packed, S& state) const {
    __builtin_memcpy(&state, packed.data(), sizeof(S));
}

}  // namespace kcheck::checker
