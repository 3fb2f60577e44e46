// Typed expressions over finite state variables.
//
// A Term is a node of a hash-consed, constant-folded DAG that lives in an
// Arena. It has one of two sorts, Bool or Int. Everything that needs the model
// as data rather than as code (the Z3 encoding, footprints, the independent
// re-execution of traces) reads this form.
//
// Terms of different arenas must not be mixed. An Arena outlives its terms.
// Arithmetic must stay within 32 bits. Misuse (an operand of the wrong sort, a
// constant that overflows) is a programmer error: std::invalid_argument,
// std::overflow_error.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace kcheck::ir {

using NodeId = std::uint32_t;
using VariableId = std::uint32_t;

enum class Op : std::uint8_t {
    constant,  // Int, or Bool with value 0 or 1
    variable,  // Int: the value of a state variable before the step
    add,       // Int x Int -> Int
    subtract,  // Int x Int -> Int
    equal,     // Int x Int -> Bool
    less,      // Int x Int -> Bool
    both,      // Bool x Bool -> Bool
    either,    // Bool x Bool -> Bool
    negate,    // Bool -> Bool
    select,    // Bool x T x T -> T
};

/// 0 to 3: how many of a, b, c a node of this kind uses.
constexpr int operand_count(Op op) {
    if (op == Op::constant || op == Op::variable) return 0;
    return op == Op::negate ? 1 : op == Op::select ? 3 : 2;
}

enum class Sort : std::uint8_t { boolean, integer };

struct Node {
    Op op;
    Sort sort;
    std::int32_t value = 0;  // the constant, or the VariableId
    NodeId a = 0, b = 0, c = 0;

    bool operator==(const Node&) const = default;
};

class Arena;

/// A handle to a node. Copying is free.
class Term {
public:
    Term() = default;
    Term(Arena& arena, NodeId id) : arena_(&arena), id_(id) {}

    NodeId id() const { return id_; }
    /// False for a default-constructed term, such as the lemma of an invariant without one.
    bool is_set() const { return arena_ != nullptr; }
    Arena& arena() const { return *arena_; }
    const Node& node() const;
    bool is_constant() const { return node().op == Op::constant; }
    bool is_constant(std::int32_t value) const { return is_constant() && node().value == value; }

private:
    Arena* arena_ = nullptr;
    NodeId id_ = 0;
};

class Arena {
public:
    Arena() = default;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    Term integer(std::int32_t value);
    Term boolean(bool value);
    Term variable(VariableId variable);
    Term make(Op op, Term a, Term b = {}, Term c = {});

    const Node& node(NodeId id) const { return nodes_[id]; }
    std::size_t size() const { return nodes_.size(); }

private:
    Term intern(const Node& node);

    struct Hash {
        std::size_t operator()(const Node& node) const;
    };
    std::vector<Node> nodes_;
    std::unordered_map<Node, NodeId, Hash> ids_;
};

inline const Node& Term::node() const { return arena_->node(id_); }

Term operator+(Term a, Term b);
Term operator+(Term a, int b);
Term operator-(Term a, Term b);
Term operator-(Term a, int b);
Term operator==(Term a, Term b);
Term operator==(Term a, int b);
Term operator!=(Term a, Term b);
Term operator!=(Term a, int b);
Term operator<(Term a, Term b);
Term operator<(Term a, int b);
Term operator<=(Term a, Term b);
Term operator<=(Term a, int b);
Term operator>(Term a, Term b);
Term operator>(Term a, int b);
Term operator>=(Term a, Term b);
Term operator>=(Term a, int b);
// Both operands are always built: there is no short circuit over terms.
Term operator&&(Term a, Term b);
Term operator&&(Term a, bool b);
Term operator||(Term a, Term b);
Term operator||(Term a, bool b);
Term operator!(Term a);
Term select(Term condition, Term then, Term otherwise);

/// Values of terms in one state. Shared subterms are computed once for each
/// call of `reset`; a Bool is 0 or 1.
class Evaluator {
public:
    explicit Evaluator(const Arena& arena) : arena_(arena) {}

    /// `values[v]` is the value of variable v. The vector is read until the next reset.
    void reset(const std::vector<std::int32_t>& values);
    std::int32_t operator()(Term term) { return value(term.id()); }

private:
    std::int32_t value(NodeId id);

    const Arena& arena_;
    const std::vector<std::int32_t>* values_ = nullptr;
    std::vector<std::int32_t> cache_;
    std::vector<std::uint32_t> stamp_;
    std::uint32_t now_ = 0;
    std::vector<NodeId> pending_;  // the explicit stack: terms are thousands of levels deep
};

/// The variables that a term reads, ascending, each once.
std::vector<VariableId> variables_of(const Arena& arena, const std::vector<Term>& terms);

/// Infix text, with variables named by `name`. Shared subterms are written at
/// each use, so the text can be exponentially larger than the term: for people,
/// and for terms that people can read.
std::string to_string(Term term, const std::function<std::string(VariableId)>& name);

}  // namespace kcheck::ir
