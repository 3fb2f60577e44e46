// Hash-consing with local simplification.
//
// Every node is built bottom up from simplified children, so each rule looks at
// a constant number of levels (the one loop, over select chains with constant
// arms, is linear in the chain). Rules are equivalences over all integers: none
// relies on the ranges of variables, so an Arena can be shared by systems with
// different ranges. Structural equality is node identity.
//
// Hash-consing: E. Goto, "Monocopy and associative algorithms in extended Lisp",
// 1974. The rules are those of and-inverter graph rewriting that never add more
// nodes than they can save: R. Brummayer, A. Biere, "Local two-level
// and-inverter graph minimization without blowup", MEMICS 2006.
#include "ir/term.hpp"

#include <limits>
#include <stdexcept>
#include <utility>

namespace kcheck::ir {
namespace {

std::int32_t narrow(std::int64_t value) {
    if (value < std::numeric_limits<std::int32_t>::min() ||
        value > std::numeric_limits<std::int32_t>::max()) {
        throw std::overflow_error("ir: a constant leaves the 32-bit range");
    }
    return static_cast<std::int32_t>(value);
}

void require_sorts(Op op, Term a, Term b, Term c) {
    const auto require = [](Term term, Sort sort) {
        if (!term.is_set() || term.node().sort != sort) {
            throw std::invalid_argument("ir: an operand has the wrong sort");
        }
    };
    switch (op) {
        case Op::constant:
        case Op::variable:
            throw std::invalid_argument("ir: constants and variables have their own constructors");
        case Op::add:
        case Op::subtract:
        case Op::equal:
        case Op::less: require(a, Sort::integer), require(b, Sort::integer); break;
        case Op::both:
        case Op::either: require(a, Sort::boolean), require(b, Sort::boolean); break;
        case Op::negate: require(a, Sort::boolean); break;
        case Op::select:
            require(a, Sort::boolean);
            if (!b.is_set()) throw std::invalid_argument("ir: select without arms");
            require(c, b.node().sort);
            break;
    }
}

bool same(Term a, Term b) { return a.id() == b.id(); }

Term child(Term parent, NodeId id) { return Term(parent.arena(), id); }

bool is_negation_of(Term a, Term b) {
    return (a.node().op == Op::negate && a.node().a == b.id()) ||
           (b.node().op == Op::negate && b.node().a == a.id());
}

bool has_operand(const Node& node, Term x) { return node.a == x.id() || node.b == x.id(); }

/// Commutative operators keep their operands in id order, with constants last.
void order(Term& a, Term& b) {
    const bool swap = a.is_constant() != b.is_constant() ? a.is_constant() : a.id() > b.id();
    if (swap) std::swap(a, b);
}

/// `term op k` or `k op term`, pushed through a chain of selects with one
/// constant arm each: what is left to compare is the last arm, if anything.
Term compare_select_chain(Op op, Term term, std::int32_t k, bool constant_first) {
    Arena& arena = term.arena();
    struct Link {
        Term condition;  // under it the comparison is `verdict`
        bool verdict;
    };
    const auto verdict = [&](std::int32_t value) {
        if (op == Op::equal) return value == k;
        return constant_first ? k < value : value < k;
    };
    std::vector<Link> chain;
    while (term.node().op == Op::select) {
        const Node node = term.node();
        const Term condition = child(term, node.a), then = child(term, node.b),
                   otherwise = child(term, node.c);
        if (then.is_constant()) {
            chain.push_back({condition, verdict(then.node().value)});
            term = otherwise;
        } else if (otherwise.is_constant()) {
            chain.push_back({!condition, verdict(otherwise.node().value)});
            term = then;
        } else {
            break;
        }
    }
    Term result = arena.boolean(false);
    if (term.is_constant()) {
        result = arena.boolean(verdict(term.node().value));
    } else if (constant_first) {
        result = arena.make(op, arena.integer(k), term);
    } else {
        result = arena.make(op, term, arena.integer(k));
    }
    for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
        result = link->verdict ? (link->condition || result) : (!link->condition && result);
    }
    return result;
}

bool is_constant_select(Term term) {
    return term.node().op == Op::select &&
           (child(term, term.node().b).is_constant() || child(term, term.node().c).is_constant());
}

// Each simplify_... returns an unset Term if no rule applies.

Term simplify_add(Term a, Term b) {
    if (!b.is_constant()) return {};
    Arena& arena = a.arena();
    if (b.is_constant(0)) return a;
    if (a.is_constant()) return arena.integer(narrow(std::int64_t{a.node().value} + b.node().value));
    if (a.node().op == Op::add && child(a, a.node().b).is_constant()) {
        const std::int64_t sum = std::int64_t{child(a, a.node().b).node().value} + b.node().value;
        return arena.make(Op::add, child(a, a.node().a), arena.integer(narrow(sum)));
    }
    return {};
}

Term simplify_comparison(Op op, Term a, Term b) {
    if (same(a, b)) return a.arena().boolean(op == Op::equal);
    if (a.is_constant() && b.is_constant()) {
        return a.arena().boolean(op == Op::less && a.node().value < b.node().value);
    }
    if (b.is_constant() && is_constant_select(a)) return compare_select_chain(op, a, b.node().value, false);
    if (a.is_constant() && is_constant_select(b)) return compare_select_chain(op, b, a.node().value, true);
    return {};
}

/// `both` and `either` are dual: the neutral element of one absorbs in the other.
Term simplify_junction(Op op, Term a, Term b) {
    const bool neutral = op == Op::both;
    const Op dual = neutral ? Op::either : Op::both;
    Arena& arena = a.arena();
    if (b.is_constant()) return b.is_constant(neutral) ? a : b;
    if (same(a, b)) return a;
    if (is_negation_of(a, b)) return arena.boolean(!neutral);
    for (const auto& [x, y] : {std::pair{a, b}, std::pair{b, a}}) {
        const Node node = y.node();
        if (node.op == op) {
            if (has_operand(node, x)) return y;
            if (is_negation_of(child(y, node.a), x) || is_negation_of(child(y, node.b), x)) {
                return arena.boolean(!neutral);
            }
        } else if (node.op == dual) {
            if (has_operand(node, x)) return x;
            if (is_negation_of(child(y, node.a), x)) return arena.make(op, x, child(y, node.b));
            if (is_negation_of(child(y, node.b), x)) return arena.make(op, x, child(y, node.a));
        }
    }
    return {};
}

Term simplify_select(Term condition, Term then, Term otherwise) {
    if (condition.is_constant()) return condition.is_constant(1) ? then : otherwise;
    if (same(then, otherwise)) return then;
    if (condition.node().op == Op::negate) {
        return select(child(condition, condition.node().a), otherwise, then);
    }
    if (then.node().sort == Sort::boolean) {
        if (then.is_constant())
            return then.is_constant(1) ? (condition || otherwise) : (!condition && otherwise);
        if (otherwise.is_constant())
            return otherwise.is_constant(1) ? (!condition || then) : (condition && then);
        if (same(condition, then)) return condition || otherwise;
        if (same(condition, otherwise)) return condition && then;
    }
    if (then.node().op == Op::select) {
        const Node inner = then.node();
        const Term c = child(then, inner.a), x = child(then, inner.b), y = child(then, inner.c);
        if (same(c, condition)) return select(condition, x, otherwise);
        if (same(y, otherwise)) return select(condition && c, x, otherwise);
    }
    if (otherwise.node().op == Op::select) {
        const Node inner = otherwise.node();
        const Term c = child(otherwise, inner.a), x = child(otherwise, inner.b),
                   y = child(otherwise, inner.c);
        if (same(c, condition)) return select(condition, then, y);
        if (same(x, then)) return select(condition || c, then, y);
    }
    return {};
}

Term simplify(Op op, Term a, Term b, Term c) {
    switch (op) {
        case Op::add: return simplify_add(a, b);
        case Op::subtract: return same(a, b) ? a.arena().integer(0) : Term();
        case Op::equal:
        case Op::less: return simplify_comparison(op, a, b);
        case Op::both:
        case Op::either: return simplify_junction(op, a, b);
        case Op::negate:
            if (a.is_constant()) return a.arena().boolean(a.is_constant(0));
            return a.node().op == Op::negate ? child(a, a.node().a) : Term();
        case Op::select: return simplify_select(a, b, c);
        default: return {};
    }
}

}  // namespace

std::size_t Arena::Hash::operator()(const Node& node) const {
    constexpr std::uint64_t multiplier = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio
    std::uint64_t h = static_cast<std::uint64_t>(node.op) << 32 | static_cast<std::uint32_t>(node.value);
    for (const NodeId part : {node.a, node.b, node.c}) {
        h = (h ^ part) * multiplier;
        h ^= h >> 29;
    }
    return h;
}

Term Arena::intern(const Node& node) {
    const auto [entry, inserted] = ids_.try_emplace(node, static_cast<NodeId>(nodes_.size()));
    if (inserted) nodes_.push_back(node);
    return Term(*this, entry->second);
}

Term Arena::integer(std::int32_t value) { return intern({Op::constant, Sort::integer, value}); }
Term Arena::boolean(bool value) { return intern({Op::constant, Sort::boolean, value ? 1 : 0}); }

Term Arena::variable(VariableId variable) {
    return intern({Op::variable, Sort::integer, static_cast<std::int32_t>(variable)});
}

Term Arena::make(Op op, Term a, Term b, Term c) {
    require_sorts(op, a, b, c);
    if (op == Op::subtract && b.is_constant()) {
        return make(Op::add, a, integer(narrow(-std::int64_t{b.node().value})));
    }
    if (op == Op::add || op == Op::equal || op == Op::both || op == Op::either) order(a, b);
    const Term simple = simplify(op, a, b, c);
    if (simple.is_set()) return simple;
    switch (op) {
        case Op::add:
        case Op::subtract: return intern({op, Sort::integer, 0, a.id(), b.id()});
        case Op::negate: return intern({op, Sort::boolean, 0, a.id()});
        case Op::select: return intern({op, b.node().sort, 0, a.id(), b.id(), c.id()});
        default: return intern({op, Sort::boolean, 0, a.id(), b.id()});
    }
}

Term operator+(Term a, Term b) { return a.arena().make(Op::add, a, b); }
Term operator+(Term a, int b) { return a + a.arena().integer(b); }
Term operator-(Term a, Term b) { return a.arena().make(Op::subtract, a, b); }
Term operator-(Term a, int b) { return a - a.arena().integer(b); }
Term operator==(Term a, Term b) { return a.arena().make(Op::equal, a, b); }
Term operator==(Term a, int b) { return a == a.arena().integer(b); }
Term operator!=(Term a, Term b) { return !(a == b); }
Term operator!=(Term a, int b) { return !(a == b); }
Term operator<(Term a, Term b) { return a.arena().make(Op::less, a, b); }
Term operator<(Term a, int b) { return a < a.arena().integer(b); }
Term operator<=(Term a, Term b) { return !(b < a); }
Term operator<=(Term a, int b) { return a <= a.arena().integer(b); }
Term operator>(Term a, Term b) { return b < a; }
Term operator>(Term a, int b) { return a > a.arena().integer(b); }
Term operator>=(Term a, Term b) { return !(a < b); }
Term operator>=(Term a, int b) { return !(a < b); }
Term operator&&(Term a, Term b) { return a.arena().make(Op::both, a, b); }
Term operator&&(Term a, bool b) { return a && a.arena().boolean(b); }
Term operator||(Term a, Term b) { return a.arena().make(Op::either, a, b); }
Term operator||(Term a, bool b) { return a || a.arena().boolean(b); }
Term operator!(Term a) { return a.arena().make(Op::negate, a); }
Term select(Term condition, Term then, Term otherwise) {
    return condition.arena().make(Op::select, condition, then, otherwise);
}

}  // namespace kcheck::ir
