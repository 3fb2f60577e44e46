// Simultaneous substitution of terms for variables.
//
// Terms are rebuilt bottom up through the target's simplifier, so constants that
// are substituted in fold away. A subterm of the target itself that mentions no
// replaced variable comes back as the same node: that is how the symbolic engine
// sees which part of an invariant an action can touch.
#pragma once

#include <functional>
#include <unordered_map>

#include "ir/term.hpp"

namespace kcheck::ir {

/// One substitution, applied to any number of terms of `source`; shared subterms
/// are rebuilt once over its life. `source` and `target` may be the same arena.
class Substitution {
public:
    /// `replacement(v)` is an Int term of `target`.
    Substitution(const Arena& source, Arena& target, std::function<Term(VariableId)> replacement)
        : source_(source), target_(target), replacement_(std::move(replacement)) {}

    Term operator()(Term term);

private:
    const Arena& source_;
    Arena& target_;
    std::function<Term(VariableId)> replacement_;
    std::unordered_map<NodeId, Term> done_;
};

}  // namespace kcheck::ir
