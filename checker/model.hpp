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

/// A model is a class of a State, an Action and seven functions; the names of the parts below are
/// what a compiler says of a class that is no Model, and model_is_complete() says it in words.
///
/// A State is stored as `state_bytes()` bytes, and two states are the same iff these bytes are equal.
/// It may own memory (a std::vector, a std::string): then the bytes are its contents, up to a bound, and
/// packing.hpp helps to write them. `pack` finds all bytes zero and need not write those that it has no
/// use for; `unpack` is given any State, a used one mostly, and leaves nothing of it.
///
/// Requires: `initial` and `successors` are functions of their arguments
/// alone, emit in a fixed order, and may run in several threads at once.
template <class M>
concept HasState = requires {
    typename M::State;
}
&&std::regular<typename M::State>;
template <class M>
concept HasAction = requires {
    typename M::Action;
}
&&std::regular<typename M::Action>;
template <class M>
concept HasStateBytes = requires(const M& m) {
    { m.state_bytes() } -> std::same_as<std::size_t>;
};
template <class M>
concept HasPack = requires(const M& m, const typename M::State& state, std::span<std::byte> bytes) {
    { m.pack(state, bytes) } -> std::same_as<void>;
};
template <class M>
concept HasUnpack = requires(const M& m, std::span<const std::byte> bytes, typename M::State& state) {
    { m.unpack(bytes, state) } -> std::same_as<void>;
};
template <class M>
concept HasInitial = requires(const M& m, const std::function<void(const typename M::State&)>& each) {
    { m.initial(each) } -> std::same_as<void>;
};
template <class M>
concept HasSuccessors = requires(const M& m, const typename M::State& state, SuccessorSink<M>& sink) {
    { m.successors(state, sink) } -> std::same_as<void>;
};
/// Fairness classes of a transition; none if the environment need never take it.
template <class M>
concept HasClasses = requires(const M& m, const typename M::Action& action) {
    { m.classes(action) } -> std::same_as<ClassMask>;
};
template <class M>
concept HasDescribe = requires(const M& m, const typename M::Action& action) {
    { m.describe(action) } -> std::same_as<std::string>;
};

template <class M>
concept Model = HasState<M> && HasAction<M> && HasStateBytes<M> && HasPack<M> && HasUnpack<M> &&
    HasInitial<M> && HasSuccessors<M> && HasClasses<M> && HasDescribe<M>;

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

/// A value whose bytes are its value: no pointers that own something, no padding, no floating point.
template <class T>
concept PlainValue = std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>;

/// Helper for models whose State is a plain value: packs by copying its bytes.
template <class S>
struct PlainState {
    static_assert(std::is_trivially_copyable_v<S>,
                  "PlainState copies the bytes of a State, and this State is not trivially copyable (does "
                  "it own memory?): write state_bytes, pack and unpack; checker/packing.hpp helps");
    static_assert(!std::is_trivially_copyable_v<S> || PlainValue<S>,
                  "PlainState compares States by their bytes, and this State has padding or floating "
                  "point: fill its gaps with members, or write state_bytes, pack and unpack");

    using State = S;
    std::size_t state_bytes() const { return sizeof(S); }
    void pack(const S& state, std::span<std::byte> bytes) const {
        __builtin_memcpy(bytes.data(), &state, sizeof(S));
    }
    void unpack(std::span<const std::byte> packed, S& state) const {
        __builtin_memcpy(static_cast<void*>(&state), packed.data(), sizeof(S));
    }
};

/// True. Does not compile for an M that is no Model, and says in words what it misses: write
/// `static_assert(model_is_complete<M>());` below a model.
template <class M>
constexpr bool model_is_complete() {
    static_assert(
        requires { typename M::State; }, "a model names the type of its states: `using State = ...;`");
    static_assert(
        requires { typename M::Action; }, "a model names the type of its actions: `using Action = ...;`");
    if constexpr (requires {
                      typename M::State;
                      typename M::Action;
                  }) {
        using State = typename M::State;
        using Action = typename M::Action;
        static_assert(std::default_initializable<State>, "State has no default constructor");
        static_assert(std::copyable<State>, "State cannot be copied and assigned");
        static_assert(std::equality_comparable<State>,
                      "State has no ==: `bool operator==(const State&) const = default;`, and of its "
                      "members, too");
        static_assert(std::default_initializable<Action>, "Action has no default constructor");
        static_assert(std::copyable<Action>, "Action cannot be copied and assigned");
        static_assert(std::equality_comparable<Action>,
                      "Action has no ==: `bool operator==(const Action&) const = default;`, and of its "
                      "members, too");
        static_assert(HasStateBytes<M>, "a model has, public and const: `std::size_t state_bytes() const`");
        static_assert(HasPack<M>,
                      "a model has, public and const: `void pack(const State&, std::span<std::byte>) const`");
        static_assert(HasUnpack<M>,
                      "a model has, public and const: "
                      "`void unpack(std::span<const std::byte>, State&) const`");
        static_assert(HasInitial<M>,
                      "a model has, public and const: "
                      "`void initial(const std::function<void(const State&)>&) const`");
        static_assert(HasSuccessors<M>,
                      "a model has, public and const: "
                      "`void successors(const State&, SuccessorSink<M>&) const`");
        static_assert(HasClasses<M>,
                      "a model has, public and const: `ClassMask classes(const Action&) const`; "
                      "ClassMask{} where fairness does not matter");
        static_assert(HasDescribe<M>,
                      "a model has, public and const: "
                      "`std::string describe(const Action&) const`");
    }
    return true;
}

}  // namespace kcheck::checker
