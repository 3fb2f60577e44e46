// Evaluation and traversal of term DAGs.
//
// Both keep an explicit stack, because the depth of a term grows with the number
// of slots a model loops over and would overflow the native one. Each node is
// visited once: time and memory are linear in the nodes reached. `select` only
// evaluates the arm it takes.
#include <algorithm>
#include <unordered_set>

#include "ir/term.hpp"

namespace kcheck::ir {

void Evaluator::reset(const std::vector<std::int32_t>& values) {
    values_ = &values;
    if (++now_ == 0) {  // wrapped: every stamp could look fresh
        std::fill(stamp_.begin(), stamp_.end(), 0);
        now_ = 1;
    }
}

std::int32_t Evaluator::value(NodeId root) {
    if (stamp_.size() < arena_.size()) {
        stamp_.resize(arena_.size(), 0);
        cache_.resize(arena_.size());
    }
    pending_.assign(1, root);
    const auto known = [this](NodeId id) {
        if (stamp_[id] == now_) return true;
        pending_.push_back(id);
        return false;
    };
    const auto finish = [this](NodeId id, std::int32_t result) {
        cache_[id] = result;
        stamp_[id] = now_;
    };
    while (!pending_.empty()) {
        const NodeId id = pending_.back();
        if (stamp_[id] == now_) {
            pending_.pop_back();
            continue;
        }
        const Node& node = arena_.node(id);
        switch (node.op) {
            case Op::constant: finish(id, node.value); continue;
            case Op::variable: finish(id, values_->at(static_cast<VariableId>(node.value))); continue;
            case Op::negate:
                if (known(node.a)) finish(id, cache_[node.a] == 0);
                continue;
            case Op::select:
                if (known(node.a)) {
                    const NodeId arm = cache_[node.a] != 0 ? node.b : node.c;
                    if (known(arm)) finish(id, cache_[arm]);
                }
                continue;
            default: break;
        }
        if (!known(node.a) || !known(node.b)) continue;
        const std::int32_t a = cache_[node.a], b = cache_[node.b];
        switch (node.op) {
            case Op::add: finish(id, a + b); break;
            case Op::subtract: finish(id, a - b); break;
            case Op::equal: finish(id, a == b); break;
            case Op::less: finish(id, a < b); break;
            case Op::both: finish(id, a & b); break;
            default: finish(id, a | b); break;
        }
    }
    return cache_[root];
}

std::vector<VariableId> variables_of(const Arena& arena, const std::vector<Term>& terms) {
    // A set, not a bitmap of the arena: a model asks this for thousands of small terms.
    std::unordered_set<NodeId> seen;
    std::vector<NodeId> pending;
    std::vector<VariableId> variables;
    const auto visit = [&](NodeId id) {
        if (seen.insert(id).second) pending.push_back(id);
    };
    for (const Term term : terms) visit(term.id());
    while (!pending.empty()) {
        const Node& node = arena.node(pending.back());
        pending.pop_back();
        const int operands = operand_count(node.op);
        if (node.op == Op::variable) variables.push_back(static_cast<VariableId>(node.value));
        if (operands > 0) visit(node.a);
        if (operands > 1) visit(node.b);
        if (operands > 2) visit(node.c);
    }
    std::sort(variables.begin(), variables.end());
    return variables;
}

}  // namespace kcheck::ir
