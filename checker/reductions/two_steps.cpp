#include "checker/reductions/two_steps.hpp"

#include <algorithm>
#include <bit>

#include "ir/interval.hpp"

namespace kcheck::checker::reductions {
namespace {

unsigned bits_for(std::int32_t size) {
    return std::max(1U, static_cast<unsigned>(std::bit_width(static_cast<unsigned>(size - 1))));
}

/// Bits that hold every value of every term in the state, and in those one step after it.
unsigned width_for_two_steps(const ir::TransitionSystem& system) {
    std::vector<ir::Interval> ranges;
    for (const ir::Variable& variable : system.variables) ranges.push_back({0, variable.size - 1});
    const std::vector<ir::Interval> first = ir::intervals(*system.arena, ranges);
    std::vector<ir::Interval> after = ranges;
    for (const ir::Action& action : system.actions) {
        for (const auto& [variable, term] : action.assignments) {
            after[variable].low = std::min(after[variable].low, first[term.id()].low);
            after[variable].high = std::max(after[variable].high, first[term.id()].high);
        }
    }
    unsigned width = 2;
    const auto widen = [&](std::int64_t low, std::int64_t high) {
        // Two's complement: -2^(w-1) <= low, high < 2^(w-1).
        const auto magnitude = static_cast<std::uint64_t>(std::max(high, -low - 1));
        width = std::max(width, 1 + static_cast<unsigned>(std::bit_width(magnitude)));
    };
    for (const auto& [low, high] : ir::intervals(*system.arena, after)) widen(low, high);
    for (const auto& [low, high] : after) widen(low, high);
    for (const ir::Variable& variable : system.variables) widen(0, variable.size);
    return width;
}

}  // namespace

TwoSteps::TwoSteps(const ir::TransitionSystem& system)
    : system_(system),
      width_(width_for_two_steps(system)),
      solver_(context_, "QF_FD"),  // see Session::new_solver
      now_(context_, *system.arena, width_, state_of_constants()) {
    solver_.set("ctrl_c", false);
}

z3::expr TwoSteps::constant(ir::VariableId variable, const std::string& prefix) {
    const std::int32_t size = system_.variables[variable].size;
    if (size <= 1) return context_.bv_val(0, width_);
    const unsigned bits = bits_for(size);
    const z3::expr value = context_.bv_const((prefix + std::to_string(variable)).c_str(), bits);
    if (!std::has_single_bit(static_cast<unsigned>(size))) {
        solver_.add(z3::ule(value, context_.bv_val(size - 1, bits)));
    }
    return z3::zext(value, width_ - bits);
}

std::vector<z3::expr> TwoSteps::state_of_constants() {
    std::vector<z3::expr> values;
    for (ir::VariableId v = 0; v < system_.variables.size(); ++v) values.push_back(constant(v, "v"));
    return values;
}

z3::expr TwoSteps::with(ir::VariableId variable, const z3::expr& value, ir::Term term) {
    std::unique_ptr<Frame>& frame = with_[variable];
    if (!frame) {
        std::vector<z3::expr> values = now_.values();
        values[variable] = value;
        frame = std::make_unique<Frame>(context_, *system_.arena, width_, std::move(values));
    }
    return (*frame)(term);
}

std::vector<z3::expr> TwoSteps::values_after(Frame& frame, std::size_t action) const {
    std::vector<z3::expr> values = frame.values();
    for (const auto& [variable, term] : system_.actions[action].assignments) values[variable] = frame(term);
    return values;
}

Frame& TwoSteps::frame_after(std::size_t action) {
    std::unique_ptr<Frame>& frame = after_[action];
    if (!frame) {
        frame = std::make_unique<Frame>(context_, *system_.arena, width_, values_after(now_, action));
    }
    return *frame;
}

std::vector<z3::expr> TwoSteps::values_after(const std::vector<std::size_t>& actions) {
    Frame& first = frame_after(actions.at(0));
    return actions.size() == 1 ? first.values() : values_after(first, actions.at(1));
}

z3::expr TwoSteps::equal(const std::vector<std::size_t>& some, const std::vector<std::size_t>& others) {
    const std::vector<z3::expr> a = values_after(some), b = values_after(others);
    z3::expr_vector parts(context_);
    for (std::size_t v = 0; v < a.size(); ++v) {
        if (!z3::eq(a[v], b[v])) parts.push_back(a[v] == b[v]);
    }
    return z3::mk_and(parts);
}

std::vector<std::int32_t> TwoSteps::state(const z3::model& model) const {
    std::vector<std::int32_t> state;
    for (const z3::expr& value : now_.values()) {
        state.push_back(static_cast<std::int32_t>(model.eval(value, true).get_numeral_uint64()));
    }
    return state;
}

}  // namespace kcheck::checker::reductions
