#include "ir/export/definitions.hpp"

#include <array>

namespace kcheck::ir {

namespace {

constexpr std::size_t inline_most = 120;  // characters; parsers of expressions have stacks that end

std::array<NodeId, 3> operands_of(const Node& node) { return {node.a, node.b, node.c}; }

/// The nodes below the terms, operands first. The stack is explicit: terms are thousands of levels deep.
std::vector<NodeId> in_order(const Arena& arena, const std::vector<Term>& terms,
                             std::unordered_map<NodeId, int>& uses) {
    std::vector<NodeId> order;
    std::unordered_map<NodeId, bool> done;
    std::vector<std::pair<NodeId, bool>> pending;
    for (const Term term : terms) {
        ++uses[term.id()];
        pending.emplace_back(term.id(), false);
        while (!pending.empty()) {
            const auto [id, ready] = pending.back();
            pending.pop_back();
            if (done[id]) continue;
            if (ready) {
                done[id] = true;
                order.push_back(id);
                continue;
            }
            pending.emplace_back(id, true);
            const Node& node = arena.node(id);
            for (int i = 0; i < operand_count(node.op); ++i)
                pending.emplace_back(operands_of(node)[static_cast<std::size_t>(i)], false);
        }
    }
    for (const NodeId id : order) {
        const Node& node = arena.node(id);
        for (int i = 0; i < operand_count(node.op); ++i)
            ++uses[operands_of(node)[static_cast<std::size_t>(i)]];
    }
    return order;
}

}  // namespace

Definitions::Definitions(const Arena& arena, const Notation& notation, const std::vector<Term>& terms) {
    std::unordered_map<NodeId, int> uses;
    for (const NodeId id : in_order(arena, terms, uses)) {
        const Node& node = arena.node(id);
        const int operands = operand_count(node.op);
        if (operands == 0) {
            text_[id] = notation.leaf(node);
            continue;
        }
        const auto text = [&](int i) {
            return i < operands ? text_.at(operands_of(node)[static_cast<std::size_t>(i)]) : std::string();
        };
        auto value = notation.compound(node.op, text(0), text(1), text(2));
        if (uses[id] > 1 || value.size() > inline_most) {
            auto name = "t" + std::to_string(definitions_.size());
            definitions_.push_back({name, std::move(value)});
            value = std::move(name);
        }
        text_[id] = std::move(value);
        if (id == terms.front().id()) of_first_ = definitions_.size();
    }
}

}  // namespace kcheck::ir
