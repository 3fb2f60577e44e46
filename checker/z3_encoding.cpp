// One step is a selector (which action), its guard, and for each variable a
// chain of if-then-else over the distinct values that actions give it; an action
// that does not assign a variable costs nothing for it. The size of a step is
// linear in the terms of the problem.
//
// Unrolling: A. Biere, A. Cimatti, E. Clarke, Y. Zhu, "Symbolic model checking
// without BDDs", TACAS 1999.
//
// Linear integer arithmetic was rejected: ranges are small and finite, and the
// bit-blasted form runs on a plain SAT core.
#include "checker/z3_encoding.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "ir/interval.hpp"

namespace kcheck::checker {
namespace {

using ir::NodeId;
using ir::Op;
using ir::Term;

/// Bits that hold 0 .. count-1; at least one.
unsigned bits_for(std::size_t count) {
    return std::max(1U, static_cast<unsigned>(std::bit_width(count - 1)));
}

z3::expr conjunction(z3::context& context, const std::vector<z3::expr>& parts) {
    z3::expr_vector all(context);
    for (const z3::expr& part : parts) all.push_back(part);
    return z3::mk_and(all);
}

z3::expr disjunction(z3::context& context, const std::vector<z3::expr>& parts) {
    z3::expr_vector all(context);
    for (const z3::expr& part : parts) all.push_back(part);
    return z3::mk_or(all);
}

}  // namespace

unsigned term_width(const Problem& problem) {
    unsigned width = 2;
    const auto widen = [&](std::int64_t low, std::int64_t high) {
        // Two's complement: -2^(w-1) <= low, high < 2^(w-1).
        const auto magnitude = static_cast<std::uint64_t>(std::max(high, -low - 1));
        width = std::max(width, 1 + static_cast<unsigned>(std::bit_width(magnitude)));
    };
    for (const auto& [low, high] : ir::intervals(*problem.arena, problem.sizes)) widen(low, high);
    for (const std::int32_t size : problem.sizes) widen(0, size);
    return width;
}

z3::expr Frame::operator()(Term root) {
    std::vector<NodeId> pending{root.id()};
    while (!pending.empty()) {
        const NodeId id = pending.back();
        if (done_.contains(id)) {
            pending.pop_back();
            continue;
        }
        const ir::Node& node = arena_.node(id);
        const NodeId operands[] = {node.a, node.b, node.c};
        const std::size_t before = pending.size();
        for (int i = 0; i < ir::operand_count(node.op); ++i) {
            if (!done_.contains(operands[i])) pending.push_back(operands[i]);
        }
        if (pending.size() == before) done_.emplace(id, translate(node));
    }
    return done_.at(root.id());
}

z3::expr Frame::translate(const ir::Node& node) const {
    const auto operand = [this](NodeId id) -> const z3::expr& { return done_.at(id); };
    switch (node.op) {
        case Op::constant:
            return node.sort == ir::Sort::boolean ? context_.bool_val(node.value != 0)
                                                  : context_.bv_val(node.value, width_);
        case Op::variable: return values_.at(static_cast<std::size_t>(node.value));
        case Op::add: return operand(node.a) + operand(node.b);
        case Op::subtract: return operand(node.a) - operand(node.b);
        case Op::equal: return operand(node.a) == operand(node.b);
        case Op::less: return z3::slt(operand(node.a), operand(node.b));
        case Op::both: return operand(node.a) && operand(node.b);
        case Op::either: return operand(node.a) || operand(node.b);
        case Op::negate: return !operand(node.a);
        case Op::select: return z3::ite(operand(node.a), operand(node.b), operand(node.c));
    }
    throw std::logic_error("symbolic: unknown operator");
}

Unrolling::Unrolling(const Problem& problem, z3::solver& solver, Start start)
    : problem_(problem), solver_(solver), width_(term_width(problem)), writes_(problem.variables.size()) {
    for (std::size_t a = 0; a < problem.actions.size(); ++a) {
        for (const auto& [position, value] : problem.actions[a].assignments)
            writes_[position].push_back({a, value});
    }
    for (std::vector<Write>& writes : writes_) {
        std::ranges::stable_sort(writes, {}, [](const Write& write) { return write.value.id(); });
    }
    z3::context& context = solver.ctx();
    std::vector<z3::expr> values;
    for (std::size_t v = 0; v < problem.variables.size(); ++v) {
        const std::int32_t size = problem.sizes[v];
        if (start == Start::initial || size == 1) {
            values.push_back(context.bv_val(problem.initial[v], width_));
            continue;
        }
        const unsigned bits = bits_for(static_cast<std::size_t>(size));
        const z3::expr value = context.bv_const(("v" + std::to_string(v) + "@0").c_str(), bits);
        if (!std::has_single_bit(static_cast<unsigned>(size))) {
            solver.add(z3::ule(value, context.bv_val(size - 1, bits)));
        }
        values.push_back(widen(value));
    }
    frames_.emplace_back(solver_.ctx(), *problem.arena, width_, std::move(values));
}

z3::expr Unrolling::widen(const z3::expr& narrow) const {
    return z3::zext(narrow, width_ - narrow.get_sort().bv_size());
}

z3::expr Unrolling::chosen(std::size_t step, std::size_t action) const {
    const z3::expr& selector = selectors_[step];
    return selector ==
           selector.ctx().bv_val(static_cast<std::uint64_t>(action), selector.get_sort().bv_size());
}

z3::expr Unrolling::next_value(std::size_t step, ir::VariableId position) {
    const std::vector<Write>& writes = writes_[position];
    z3::expr result = frames_[step].values()[position];
    for (auto first = writes.begin(); first != writes.end();) {
        std::vector<z3::expr> conditions;
        auto last = first;
        for (; last != writes.end() && last->value.id() == first->value.id(); ++last) {
            conditions.push_back(chosen(step, last->action));
        }
        result = z3::ite(disjunction(solver_.ctx(), conditions), frames_[step](first->value), result);
        first = last;
    }
    return result;
}

void Unrolling::extend() {
    z3::context& context = solver_.ctx();
    const std::size_t step = length();
    const std::string suffix = "@" + std::to_string(step + 1);
    const std::size_t actions = problem_.actions.size();
    const unsigned selector_bits = bits_for(std::max<std::size_t>(actions, 1));
    selectors_.push_back(context.bv_const(("act" + suffix).c_str(), selector_bits));

    std::vector<z3::expr> enabled;
    for (std::size_t a = 0; a < actions; ++a) {
        enabled.push_back(chosen(step, a) && frames_[step](problem_.actions[a].guard));
    }
    solver_.add(disjunction(context, enabled));

    std::vector<z3::expr> values;
    for (ir::VariableId v = 0; v < problem_.variables.size(); ++v) {
        if (writes_[v].empty()) {
            values.push_back(frames_[step].values()[v]);
            continue;
        }
        const unsigned bits = bits_for(static_cast<std::size_t>(problem_.sizes[v]));
        const z3::expr value = context.bv_const(("v" + std::to_string(v) + suffix).c_str(), bits);
        solver_.add(value == next_value(step, v).extract(bits - 1, 0));
        values.push_back(widen(value));
    }
    frames_.emplace_back(solver_.ctx(), *problem_.arena, width_, std::move(values));
}

z3::expr Unrolling::good(std::size_t i) {
    std::vector<z3::expr> parts;
    for (const Problem::Property& property : problem_.properties) parts.push_back(frames_[i](property.term));
    return conjunction(solver_.ctx(), parts);
}

z3::expr Unrolling::in_range(std::size_t i) {
    std::vector<z3::expr> parts;
    for (std::size_t a = 0; a < problem_.actions.size(); ++a) {
        const Term in_range = problem_.actions[a].in_range;
        if (!in_range.is_constant(1)) parts.push_back(z3::implies(chosen(i, a), frames_[i](in_range)));
    }
    return conjunction(solver_.ctx(), parts);
}

z3::expr Unrolling::different(std::size_t i, std::size_t j) {
    std::vector<z3::expr> parts;
    for (std::size_t v = 0; v < writes_.size(); ++v) {
        if (!writes_[v].empty()) parts.push_back(frames_[i].values()[v] != frames_[j].values()[v]);
    }
    return disjunction(solver_.ctx(), parts);
}

std::vector<std::int32_t> Unrolling::state(const z3::model& model, std::size_t i) const {
    std::vector<std::int32_t> state;
    for (const z3::expr& value : frames_[i].values()) {
        state.push_back(static_cast<std::int32_t>(model.eval(value, true).get_numeral_uint64()));
    }
    return state;
}

std::size_t Unrolling::action(const z3::model& model, std::size_t i) const {
    return problem_.actions.at(model.eval(selectors_[i], true).get_numeral_uint64()).original;
}

}  // namespace kcheck::checker
