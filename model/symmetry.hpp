// Symmetry of the pods of one owner, and of equal nodes.
//
// Two states that differ only in which slot holds which pod, or in which of two
// equal nodes is which, have the same future up to that renaming (Ip and Dill,
// "Better verification through symmetry", 1996). `canonicalize` picks one
// representative: pods are sorted by everything the state says of them, for
// every order of the equal nodes that a cheap signature leaves open. The result is
// exact: equal up to renaming iff equal representatives. It says nothing of fairness classes
// of single pods and nodes: checker/liveness_unfold.hpp decides these.
#pragma once

#include "model/encoding.hpp"

namespace kcheck::model {

class Symmetry {
public:
    explicit Symmetry(const Encoding& encoding);

    void canonicalize(Valuation& state) const;

    /// Whether anything in the state is about the slot.
    bool is_used(const Valuation& state, int p) const;
    /// Whether exchanging the two slots leaves the state as it is.
    bool are_equal(const Valuation& state, int p, int q) const;

private:
    static constexpr int pods_most = 32;
    static constexpr int nodes_most = 8;
    // The sort key of a pod: its own variables, then which references point to it.
    static constexpr std::size_t own_words = 4;
    using Words = std::array<std::uint64_t, 10>;
    struct Place {
        std::size_t word, shift;
    };

    void sort_pods(Valuation& state, Valuation& spare) const;
    /// `to[n]`: the place that node n takes.
    void rename_nodes(Valuation& state, const std::vector<int>& to, Valuation& spare) const;
    void assign(Valuation& to, const Valuation& from) const;
    std::uint64_t signature(const Valuation& state, int node) const;

    int pods_ = 0;
    int nodes_ = 0;
    std::size_t bytes_ = 0;
    std::vector<std::vector<VariableId>> of_pod_;   // [pod][i]: variables that take room
    std::vector<std::vector<VariableId>> of_node_;  // [node][i]
    std::vector<Place> places_;                     // [i]: where of_pod_[*][i] stands in the key
    std::vector<VariableId> to_pod_, to_node_;      // variables whose values are references
    std::vector<std::vector<int>> orders_;          // every order of equal nodes, the given one first
    std::vector<int> kind_;                         // [node]: the first node that is its equal
    bool equal_nodes_ = false;

    // For signatures: of each pod, its variables by how they relate to nodes.
    std::vector<std::vector<VariableId>> plain_of_pod_, to_node_of_pod_;
    std::vector<std::vector<std::vector<VariableId>>> of_pod_on_node_;  // [pod][node][i]
    std::vector<std::vector<VariableId>> only_of_node_;                 // [node][i]: no pod, no reference
};

}  // namespace kcheck::model
