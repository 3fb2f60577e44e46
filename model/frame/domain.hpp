// The two domains that the code of an action is generic over.
//
// An action is a function template over a step `C`. It reads variables with
// `c[variable]`, writes them with `c.set(variable, value)`, states its guard with
// `c.require(condition)`, and branches on the state with `c.when` and
// `c.choose`. Reads see the writes before them.
//
//   NativeStep   integers; an action runs as straight code on a Valuation
//   SymbolicStep terms; the same code yields the guard and the assignments
//
// Control flow over constants (each pod slot, each node) is plain C++. An
// action must not branch in C++ on a value that depends on the state, with one
// exception: `if (!c.require(...)) return;` leaves a native step early, and
// never leaves a symbolic one. It states its whole guard before it writes, so that a
// native step that is not enabled leaves the state as it was.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "ir/term.hpp"
#include "model/frame/layout.hpp"

namespace kcheck::model {

class NativeStep {
public:
    using Int = int;
    using Bool = bool;

    explicit NativeStep(Valuation& state) : state_(state) {}

    int operator[](VariableId variable) const { return state_.value[variable]; }
    void set(VariableId variable, int value) { state_.value[variable] = static_cast<std::uint8_t>(value); }

    bool require(bool condition) {
        enabled_ = enabled_ && condition;
        return enabled_;
    }
    template <class F>
    void when(bool condition, F&& body) {
        if (condition) body();
    }
    int choose(bool condition, int then, int otherwise) const { return condition ? then : otherwise; }
    int integer(int value) const { return value; }
    bool boolean(bool value) const { return value; }
    int count(bool condition) const { return condition ? 1 : 0; }
    /// Whether the condition is known to be false: lets a native step leave a loop early.
    bool surely_not(bool condition) const { return !condition; }

    bool enabled() const { return enabled_; }
    /// Nothing that follows can have an effect.
    bool is_out() const { return !enabled_; }

private:
    Valuation& state_;
    bool enabled_ = true;
};

class SymbolicStep {
public:
    using Int = ir::Term;
    using Bool = ir::Term;

    SymbolicStep(ir::Arena& arena, const Layout& layout);

    ir::Term operator[](VariableId variable) const { return value_[variable]; }
    void set(VariableId variable, ir::Term value);
    void set(VariableId variable, int value) { set(variable, arena_.integer(value)); }

    bool require(ir::Term condition);
    bool require(bool condition) { return require(arena_.boolean(condition)); }
    template <class F>
    void when(ir::Term condition, F&& body) {
        const auto outer = path_;
        path_ = path_ && condition;
        if (!path_.is_constant(0)) body();
        path_ = outer;
    }
    template <class F>
    void when(bool condition, F&& body) {
        if (condition) body();
    }
    ir::Term choose(ir::Term condition, ir::Term then, ir::Term otherwise) const {
        return ir::select(condition, then, otherwise);
    }
    ir::Term choose(ir::Term condition, int then, int otherwise) const {
        return ir::select(condition, arena_.integer(then), arena_.integer(otherwise));
    }
    ir::Term choose(ir::Term condition, ir::Term then, int otherwise) const {
        return ir::select(condition, then, arena_.integer(otherwise));
    }
    ir::Term choose(ir::Term condition, int then, ir::Term otherwise) const {
        return ir::select(condition, arena_.integer(then), otherwise);
    }
    ir::Term integer(int value) const { return arena_.integer(value); }
    ir::Term boolean(bool value) const { return arena_.boolean(value); }
    ir::Term count(ir::Term condition) const { return choose(condition, 1, 0); }
    bool surely_not(ir::Term condition) const { return condition.is_constant(0); }

    bool is_out() const { return false; }

    ir::Term guard() const { return guard_; }
    /// The variables that the step may change, with their values after it.
    std::vector<std::pair<VariableId, ir::Term>> assignments() const;

private:
    ir::Arena& arena_;
    std::vector<ir::Term> before_;
    std::vector<ir::Term> value_;
    ir::Term guard_;
    ir::Term path_;
};

template <class C>
using Int = typename C::Int;
template <class C>
using Bool = typename C::Bool;

}  // namespace kcheck::model
