// Terms and transitions as bitvector formulas.
//
// All terms of a problem share one signed width, wide enough by interval analysis
// for every intermediate value, so bitvector arithmetic is exact. Variables are
// unsigned constants of their own minimal width, zero-extended where they are
// used: the solver's SAT core never sees the bits that cannot be set.
#pragma once

#include <z3++.h>

#include <unordered_map>
#include <vector>

#include "checker/cone.hpp"

namespace kcheck::checker {

/// The width that holds every value of every term in the arena of `problem`.
unsigned term_width(const Problem& problem);

/// One state: translates terms that speak about it.
class Frame {
public:
    /// `values` by position, each of `width` bits.
    Frame(z3::context& context, const ir::Arena& arena, unsigned width, std::vector<z3::expr> values)
        : context_(context), arena_(arena), width_(width), values_(std::move(values)) {}

    z3::expr operator()(ir::Term term);
    const std::vector<z3::expr>& values() const { return values_; }

private:
    z3::expr translate(const ir::Node& node) const;

    z3::context& context_;
    const ir::Arena& arena_;
    unsigned width_;
    std::vector<z3::expr> values_;
    std::unordered_map<ir::NodeId, z3::expr> done_;
};

/// A path of the problem of growing length, asserted into a solver.
class Unrolling {
public:
    enum class Start : std::uint8_t {
        initial,   // the initial state
        anywhere,  // any state in range
    };
    /// Only for terms that are in the arena of `problem` now: they determine the width.
    Unrolling(const Problem& problem, z3::solver& solver, Start start);

    /// Steps so far; the states are 0 .. length().
    std::size_t length() const { return selectors_.size(); }
    /// Asserts one more enabled step and the state after it.
    void extend();

    /// All properties hold in state i.
    z3::expr good(std::size_t i);
    /// Step i assigns no value out of its range. If it does, state i + 1 means nothing.
    z3::expr in_range(std::size_t i);
    /// States i and j differ.
    z3::expr different(std::size_t i, std::size_t j);
    z3::expr truth(std::size_t i, ir::Term term) { return frames_[i](term); }

    std::vector<std::int32_t> state(const z3::model& model, std::size_t i) const;
    /// The action of step i, as an index into the system's actions.
    std::size_t action(const z3::model& model, std::size_t i) const;

private:
    z3::expr widen(const z3::expr& narrow) const;
    z3::expr chosen(std::size_t step, std::size_t action) const;
    z3::expr next_value(std::size_t step, ir::VariableId position);

    struct Write {
        std::size_t action;  // position in problem.actions
        ir::Term value;
    };

    const Problem& problem_;
    z3::solver& solver_;
    unsigned width_;
    std::vector<std::vector<Write>> writes_;  // by position of the variable; equal values adjacent
    std::vector<Frame> frames_;
    std::vector<z3::expr> selectors_;
};

}  // namespace kcheck::checker
