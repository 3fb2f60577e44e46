// Recording of the transition graph: an adjacency list in compressed sparse row form,
// one for each partition of the state store, so that a state's number finds its row
// without a map. Appending is O(1) amortised; a row is found in O(1).
#include "checker/explicit_graph.hpp"

#include <limits>
#include <stdexcept>

namespace kcheck::checker {

void TransitionGraph::append(std::uint32_t partition, std::span<const StateId> targets,
                             std::span<const LabelNumber> labels, bool quiescent) {
    Partition& row = partitions_[partition];
    if (row.targets.size() + targets.size() > std::numeric_limits<std::uint32_t>::max())
        throw std::length_error("a partition of the transition graph is full");
    row.begins.push_back(static_cast<std::uint32_t>(row.targets.size()));
    row.quiescent.push_back(quiescent);
    for (const StateId target : targets) row.targets.push_back(target);
    for (const LabelNumber label : labels) {
        // The first number that needs a second byte gives one to those before it.
        if (row.high.size() > 0 || label > 0xFF) {
            while (row.high.size() < row.labels.size()) row.high.push_back(0);
            row.high.push_back(static_cast<std::uint8_t>(label >> 8));
        }
        row.labels.push_back(static_cast<std::uint8_t>(label & 0xFF));
    }
}

ClassMask TransitionGraph::classes() const {
    ClassMask all = reported_;
    for (const EdgeLabel& label : labels_.all()) all |= label.classes;
    return all;
}

LabelNumber LabelTable::intern(const EdgeLabel& label) {
    if (const auto known = numbers_.find(label); known != numbers_.end()) return known->second;
    if (labels_.size() > std::numeric_limits<LabelNumber>::max())
        throw std::length_error("more than 65536 combinations of fairness classes and counted properties");
    const auto number = static_cast<LabelNumber>(labels_.size());
    numbers_.emplace(label, number);
    labels_.push_back(label);
    return number;
}

void LabelTable::clear() {
    labels_.clear();
    numbers_.clear();
}

std::size_t LabelTable::bytes() const {
    constexpr std::size_t node = sizeof(EdgeLabel) + sizeof(LabelNumber) + 3 * sizeof(void*);
    return labels_.capacity() * sizeof(EdgeLabel) + numbers_.size() * node +
           numbers_.bucket_count() * sizeof(void*);
}

std::size_t TransitionGraph::bytes() const {
    std::size_t sum = sizeof(*this) + labels_.bytes();
    for (const Partition& row : partitions_)
        sum += row.begins.bytes() + row.quiescent.capacity() / 8 + row.targets.bytes() + row.labels.bytes() +
               row.high.bytes();
    return sum;
}

}  // namespace kcheck::checker
