#include "checker/reductions/steps.hpp"

#include <algorithm>
#include <bit>

#include "ir/interval.hpp"

namespace kcheck::checker::reductions {
namespace {

unsigned bits_for(std::int32_t size) {
    return std::max(1U, static_cast<unsigned>(std::bit_width(static_cast<unsigned>(size - 1))));
}

/// What the variables may hold after one more action.
std::vector<ir::Interval> after_any(const ir::TransitionSystem& system, std::vector<ir::Interval> ranges) {
    const std::vector<ir::Interval> values = ir::intervals(*system.arena, ranges);
    for (const ir::Action& action : system.actions) {
        for (const auto& [variable, term] : action.assignments) {
            ranges[variable].low = std::min(ranges[variable].low, values[term.id()].low);
            ranges[variable].high = std::max(ranges[variable].high, values[term.id()].high);
        }
    }
    return ranges;
}

/// Bits that hold every value of every term in the state and in those up to `most` steps after it.
unsigned width_for(const ir::TransitionSystem& system, int most) {
    std::vector<ir::Interval> ranges;
    for (const ir::Variable& variable : system.variables) ranges.push_back({0, variable.size - 1});
    for (int step = 1; step < most; ++step) ranges = after_any(system, std::move(ranges));
    unsigned width = 2;
    const auto widen = [&](std::int64_t low, std::int64_t high) {
        // Two's complement: -2^(w-1) <= low, high < 2^(w-1).
        const auto magnitude = static_cast<std::uint64_t>(std::max(high, -low - 1));
        width = std::max(width, 1 + static_cast<unsigned>(std::bit_width(magnitude)));
    };
    for (const auto& [low, high] : ir::intervals(*system.arena, ranges)) widen(low, high);
    for (const auto& [low, high] : ranges) widen(low, high);
    for (const ir::Variable& variable : system.variables) widen(0, variable.size);
    return width;
}

}  // namespace

Steps::Steps(const ir::TransitionSystem& system, int most)
    : system_(system),
      width_(width_for(system, most)),
      solver_(context_, "QF_FD"),  // see Session::new_solver
      now_(context_, *system.arena, width_, state_of_constants()) {
    solver_.set("ctrl_c", false);
}

z3::expr Steps::constant(ir::VariableId variable, const std::string& prefix) {
    const std::int32_t size = system_.variables[variable].size;
    if (size <= 1) return context_.bv_val(0, width_);
    const unsigned bits = bits_for(size);
    const z3::expr value = context_.bv_const((prefix + std::to_string(variable)).c_str(), bits);
    if (!std::has_single_bit(static_cast<unsigned>(size))) {
        solver_.add(z3::ule(value, context_.bv_val(size - 1, bits)));
    }
    return z3::zext(value, width_ - bits);
}

std::vector<z3::expr> Steps::state_of_constants() {
    std::vector<z3::expr> values;
    for (ir::VariableId v = 0; v < system_.variables.size(); ++v) values.push_back(constant(v, "v"));
    return values;
}

z3::expr Steps::with(ir::VariableId variable, const z3::expr& value, ir::Term term) {
    std::unique_ptr<Frame>& frame = with_[variable];
    if (!frame) {
        std::vector<z3::expr> values = now_.values();
        values[variable] = value;
        frame = std::make_unique<Frame>(context_, *system_.arena, width_, std::move(values));
    }
    return (*frame)(term);
}

std::vector<z3::expr> Steps::values_after(Frame& frame, std::size_t action) const {
    std::vector<z3::expr> values = frame.values();
    for (const auto& [variable, term] : system_.actions[action].assignments) values[variable] = frame(term);
    return values;
}

Frame& Steps::frame_after(std::size_t action) {
    std::unique_ptr<Frame>& frame = after_[action];
    if (!frame) {
        frame = std::make_unique<Frame>(context_, *system_.arena, width_, values_after(now_, action));
    }
    return *frame;
}

std::vector<z3::expr> Steps::values_after(const Sequence& sequence) {
    if (sequence.empty()) return now_.values();
    if (sequence.size() == 1) return frame_after(sequence.front()).values();
    if (sequence.size() == 2) return values_after(frame_after(sequence.front()), sequence.back());
    Frame before(context_, *system_.arena, width_, values_after({sequence.begin(), sequence.end() - 1}));
    return values_after(before, sequence.back());
}

z3::expr Steps::possible(const Sequence& sequence) {
    z3::expr_vector parts(context_);
    Sequence before;
    for (const std::size_t action : sequence) {
        const ir::Term guard = system_.actions[action].guard;
        if (before.empty()) {
            parts.push_back(now_(guard));
        } else if (before.size() == 1) {
            parts.push_back(after(before.front(), guard));
        } else {
            parts.push_back(Frame(context_, *system_.arena, width_, values_after(before))(guard));
        }
        before.push_back(action);
    }
    return z3::mk_and(parts);
}

z3::expr Steps::equal(const Sequence& some, const Sequence& others) {
    const std::vector<z3::expr> a = values_after(some), b = values_after(others);
    z3::expr_vector parts(context_);
    for (std::size_t v = 0; v < a.size(); ++v) {
        if (!z3::eq(a[v], b[v])) parts.push_back(a[v] == b[v]);
    }
    return z3::mk_and(parts);
}

std::vector<std::int32_t> Steps::state(const z3::model& model) const {
    std::vector<std::int32_t> state;
    for (const z3::expr& value : now_.values()) {
        state.push_back(static_cast<std::int32_t>(model.eval(value, true).get_numeral_uint64()));
    }
    return state;
}

}  // namespace kcheck::checker::reductions
