// Post-order rebuild with an explicit stack; linear in the nodes reached.
#include "ir/substitution.hpp"

namespace kcheck::ir {

Term Substitution::operator()(Term root) {
    std::vector<NodeId> pending{root.id()};
    const auto rebuilt = [this](NodeId id) { return done_.at(id); };
    while (!pending.empty()) {
        const NodeId id = pending.back();
        if (done_.contains(id)) {
            pending.pop_back();
            continue;
        }
        const Node node = source_.node(id);  // a copy: building may grow the arena under a reference
        const int operands = operand_count(node.op);
        const NodeId operand[] = {node.a, node.b, node.c};
        bool ready = true;
        for (int i = 0; i < operands; ++i) {
            if (!done_.contains(operand[i])) {
                pending.push_back(operand[i]);
                ready = false;
            }
        }
        if (!ready) continue;
        Term result;
        if (node.op == Op::constant) {
            result =
                node.sort == Sort::boolean ? target_.boolean(node.value != 0) : target_.integer(node.value);
        } else if (node.op == Op::variable) {
            result = replacement_(static_cast<VariableId>(node.value));
        } else {
            result = target_.make(node.op, rebuilt(node.a), operands > 1 ? rebuilt(node.b) : Term(),
                                  operands > 2 ? rebuilt(node.c) : Term());
        }
        done_.emplace(id, result);
    }
    return rebuilt(root.id());
}

}  // namespace kcheck::ir
