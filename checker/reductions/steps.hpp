// A state and what a few actions make of it, one after the other, as Z3 formulas: see independence.cpp.
#pragma once

#include <z3++.h>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "checker/z3_encoding.hpp"
#include "ir/transition_system.hpp"

namespace kcheck::checker::reductions {

class Steps {
public:
    using Sequence = std::vector<std::size_t>;  // indices into system.actions

    /// `most`: of how many actions a sequence has at most. Throws std::overflow_error if a term may leave 32
    /// bits in so many steps from values in range.
    explicit Steps(const ir::TransitionSystem& system, int most = 2);
    Steps(const Steps&) = delete;
    Steps& operator=(const Steps&) = delete;

    z3::context& context() { return context_; }
    /// Holds the ranges of the state.
    z3::solver& solver() { return solver_; }
    z3::expr fresh(const char* prefix) {
        return z3::expr(context_, Z3_mk_fresh_const(context_, prefix, context_.bool_sort()));
    }

    z3::expr now(ir::Term term) { return now_(term); }
    z3::expr after(std::size_t action, ir::Term term) { return frame_after(action)(term); }
    /// Requires values in the range of the variable.
    z3::expr is_between(ir::VariableId variable, std::int32_t low, std::int32_t high) {
        const z3::expr value = now_value(variable), first = context_.bv_val(low, width_);
        if (low == high) return value == first;
        return z3::sle(first, value) && z3::sle(value, context_.bv_val(high, width_));
    }
    /// Every action of the sequence is enabled when its turn comes.
    z3::expr possible(const Sequence& sequence);
    /// What the variables hold after the sequence. Guards are not looked at.
    std::vector<z3::expr> values_after(const Sequence& sequence);
    /// Whether two sequences lead to the same state. Guards are not looked at.
    z3::expr equal(const Sequence& some, const Sequence& others);
    std::vector<std::int32_t> state(const z3::model& model) const;

    z3::expr now_value(ir::VariableId variable) const { return now_.values()[variable]; }
    /// A value in the range of the variable, which need not be the one that it has.
    z3::expr another(ir::VariableId variable) { return constant(variable, "another"); }
    /// The term in the state in which the variable has this value instead: the same one at each call.
    z3::expr with(ir::VariableId variable, const z3::expr& value, ir::Term term);

private:
    z3::expr constant(ir::VariableId variable, const std::string& prefix);
    Frame& frame_after(std::size_t action);
    std::vector<z3::expr> values_after(Frame& frame, std::size_t action) const;
    std::vector<z3::expr> state_of_constants();

    const ir::TransitionSystem& system_;
    unsigned width_;
    z3::context context_;
    z3::solver solver_;
    Frame now_;
    std::map<std::size_t, std::unique_ptr<Frame>> after_;
    std::map<ir::VariableId, std::unique_ptr<Frame>> with_;
};

}  // namespace kcheck::checker::reductions
