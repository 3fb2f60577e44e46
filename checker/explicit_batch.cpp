// Counting sort of a slice's successors by partition: O(n), stable, so the order of
// insertion into a partition is the order of emission whoever inserts.
#include "checker/explicit_batch.hpp"

#include <algorithm>

namespace kcheck::checker {

void Batch::clear() {
    states_.clear();
    sources_.clear();
    rows_.clear();
    labels_.clear();
    label_of_.clear();
    deadlocks_ = quiescent_ = 0;
    first_deadlock_ = first_quiescent_ = no_state;
    enabled_reported_ = false;
    reported_ = {};
}

void Batch::add_label(const EdgeLabel& label) {
    // Successive transitions often share a label.
    const bool again = !label_of_.empty() && labels_[label_of_.back()] == label;
    label_of_.push_back(again ? label_of_.back() : labels_.intern(label));
}

void Batch::close_source(StateId source, bool quiescent) {
    const std::size_t first = rows_.empty() ? 0 : rows_.back().last;
    std::fill(sources_.begin() + static_cast<std::ptrdiff_t>(first), sources_.end(), source);
    rows_.push_back({source, static_cast<std::uint32_t>(sources_.size()), quiescent});
    if (first == sources_.size()) {
        ++deadlocks_;
        first_deadlock_ = std::min(first_deadlock_, source);
    }
    if (quiescent) {
        ++quiescent_;
        first_quiescent_ = std::min(first_quiescent_, source);
    }
}

void Batch::sort(const StateStore& store) {
    const std::size_t count = sources_.size();
    hashes_.resize(count);
    order_.resize(count);
    ids_.resize(label_of_.size());
    begins_.assign(partition_count + 1, 0);
    for (std::size_t i = 0; i < count; ++i) {
        hashes_[i] = store.hash_of({states_.data() + i * store.state_bytes(), store.state_bytes()});
        ++begins_[partition_of_hash(hashes_[i]) + 1];
    }
    for (std::uint32_t p = 0; p < partition_count; ++p) begins_[p + 1] += begins_[p];
    std::vector<std::uint32_t> next(begins_.begin(), begins_.end() - 1);
    for (std::size_t i = 0; i < count; ++i)
        order_[next[partition_of_hash(hashes_[i])]++] = static_cast<std::uint32_t>(i);
}

void Batch::record(TransitionGraph& graph) {
    std::vector<LabelNumber> number;
    for (const EdgeLabel& label : labels_.all()) number.push_back(graph.intern(label));
    numbers_.resize(label_of_.size());
    std::transform(label_of_.begin(), label_of_.end(), numbers_.begin(),
                   [&](LabelNumber label) { return number[label]; });
    if (enabled_reported_) graph.add_reported(reported_);
    std::uint32_t first = 0;
    for (const Row& row : rows_) {
        graph.append(partition_of(row.source), std::span(ids_).subspan(first, row.last - first),
                     std::span(numbers_).subspan(first, row.last - first), row.quiescent);
        first = row.last;
    }
}

std::size_t Batch::bytes() const {
    return states_.capacity() + hashes_.capacity() * sizeof(std::uint64_t) +
           (sources_.capacity() + ids_.capacity()) * sizeof(StateId) +
           (order_.capacity() + begins_.capacity()) * sizeof(std::uint32_t) +
           (label_of_.capacity() + numbers_.capacity()) * sizeof(LabelNumber) +
           rows_.capacity() * sizeof(Row) + labels_.bytes();
}

}  // namespace kcheck::checker
