// One text for both forms of a predicate.
//
// A predicate is a function template over a step, read only: with a Reading it
// is evaluated on a state, with a SymbolicStep it becomes a term. That the two
// agree on every reachable state of small configurations is tested.
#pragma once

#include "invariants/property.hpp"

namespace kcheck::invariants {

using model::Bool;
using model::Encoding;
using model::Int;
using model::VariableId;

/// The reading half of a NativeStep, on a state that stays as it is.
class Reading {
public:
    using Int = int;
    using Bool = bool;

    explicit Reading(const model::Valuation& state) : state_(state) {}

    int operator[](VariableId variable) const { return state_[variable]; }
    int choose(bool condition, int then, int otherwise) const { return condition ? then : otherwise; }
    int integer(int value) const { return value; }
    bool boolean(bool value) const { return value; }
    int count(bool condition) const { return condition ? 1 : 0; }
    bool surely_not(bool condition) const { return !condition; }

private:
    const model::Valuation& state_;
};

/// `predicate(c, encoding)` for a state.
template <class F>
Property::Predicate on_states(F predicate) {
    return [predicate](const Encoding& k, const model::Valuation& state) {
        return predicate(Reading(state), k);
    };
}

/// `predicate(c, encoding)` as a term.
template <class F>
Property::Symbolic as_term(F predicate) {
    return [predicate](const Encoding& k, model::SymbolicStep& c) { return predicate(std::as_const(c), k); };
}

/// Gives a safety property its predicate in both forms.
template <class F>
void define(Property& property, F predicate) {
    property.holds = on_states(predicate);
    property.term = as_term(predicate);
}

/// Whether `predicate(p)` holds for some pod slot p.
template <class C, class F>
Bool<C> some_pod(const C& c, const Encoding& k, F&& predicate) {
    auto some = c.boolean(false);
    for (int p = 0; p < k.pods(); ++p) some = some || predicate(p);
    return some;
}

template <class C, class F>
Bool<C> every_pod(const C& c, const Encoding& k, F&& predicate) {
    auto every = c.boolean(true);
    for (int p = 0; p < k.pods(); ++p) every = every && predicate(p);
    return every;
}

/// controller_utils.go:IsPodActive, of what is stored.
template <class C>
Bool<C> is_active(const C& c, const model::Variables<model::Pod>& pod) {
    return c[pod[model::pod::exists]] == 1 && c[pod[model::pod::deleting]] == 0 &&
           c[pod[model::pod::phase]] != model::pod::terminal;
}

}  // namespace kcheck::invariants
