// Recording of the transition graph: an adjacency list in compressed sparse row form,
// one for each partition of the state store, so that a state's number finds its row
// without a map. Appending is O(1) amortised; a row is found in O(1).
#include "checker/explicit_graph.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace kcheck::checker {

void TransitionGraph::append(std::uint32_t partition, std::span<const StateId> targets,
                             std::span<const std::uint8_t> labels, bool quiescent) {
    Partition& row = partitions_[partition];
    if (row.targets.size() + targets.size() > std::numeric_limits<std::uint32_t>::max())
        throw std::length_error("a partition of the transition graph is full");
    row.begins.push_back(static_cast<std::uint32_t>(row.targets.size()));
    row.quiescent.push_back(quiescent);
    for (const StateId target : targets) row.targets.push_back(target);
    for (const std::uint8_t label : labels) row.labels.push_back(label);
}

std::uint8_t TransitionGraph::intern(const EdgeLabel& label) {
    const auto found = std::find(labels_.begin(), labels_.end(), label);
    const auto number = static_cast<std::size_t>(found - labels_.begin());
    if (number > std::numeric_limits<std::uint8_t>::max())
        throw std::length_error("more than 256 combinations of fairness classes and counted properties");
    if (found == labels_.end()) labels_.push_back(label);
    return static_cast<std::uint8_t>(number);
}

std::size_t TransitionGraph::bytes() const {
    std::size_t sum = sizeof(*this) + labels_.capacity() * sizeof(EdgeLabel);
    for (const Partition& row : partitions_)
        sum += row.begins.bytes() + row.quiescent.capacity() / 8 + row.targets.bytes() + row.labels.bytes();
    return sum;
}

}  // namespace kcheck::checker
