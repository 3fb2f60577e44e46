// The cold half of the state store; store.hpp describes the technique. An insertion
// costs O(1) expected; a growth re-hashes one partition, twice a state in all.
#define XXH_INLINE_ALL
#include "checker/store.hpp"

#include <xxhash.h>

#include <cmath>
#include <numeric>
#include <stdexcept>

namespace kcheck::checker {

namespace {

constexpr std::uint32_t slots_initial = 64;
constexpr double growth = 1.5;
constexpr double load_max = 0.8;

std::uint32_t size_limit(std::size_t slots) {
    return static_cast<std::uint32_t>(static_cast<double>(slots) * load_max);
}

}  // namespace

std::uint64_t xxh3(std::span<const std::byte> bytes, std::uint64_t seed) {
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

StorePartition::StorePartition(std::size_t state_bytes, HashFunction hash, std::uint64_t seed,
                               std::uint32_t slots)
    : state_bytes_(state_bytes),
      hash_(hash),
      seed_(seed),
      slots_(slots, empty),
      size_limit_(size_limit(slots)) {}

std::uint32_t StorePartition::append(const std::byte* state, StateId parent) {
    if (size_ >= index_max) throw std::length_error("a partition of the state store is full");
    if (size_ == chunks_.size() << chunk_bits)
        chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(state_bytes_ << chunk_bits));
    std::memcpy(chunks_.back().get() + (size_ & chunk_mask) * state_bytes_, state, state_bytes_);
    parents_.push_back(parent);
    return size_++;
}

void StorePartition::grow() {
    const auto capacity = static_cast<std::size_t>(static_cast<double>(slots_.size()) * growth);
    slots_ = {};  // freed before its successor is allocated: the states suffice to rebuild it
    slots_.shrink_to_fit();
    slots_.assign(capacity, empty);
    size_limit_ = size_limit(capacity);

    // The states are read in order; only the writes to the table are scattered.
    constexpr std::uint32_t ahead = 16;
    std::array<std::uint64_t, ahead> hashes{};
    for (std::uint32_t i = 0; i < size_ + ahead; ++i) {
        const std::uint64_t due = hashes[i % ahead];
        if (i < size_) {
            hashes[i % ahead] = hash_(state(i), seed_);
            __builtin_prefetch(&slots_[home(hashes[i % ahead])], 1);
        }
        if (i < ahead) continue;
        std::uint32_t at = home(due);
        while (slots_[at] != empty) at = next(at);
        slots_[at] = tag(due) | (i - ahead);
    }
}

std::optional<std::uint32_t> StorePartition::find(const std::byte* state, std::uint64_t hash) const {
    for (std::uint32_t at = home(hash); slots_[at] != empty; at = next(at)) {
        if ((slots_[at] & ~index_mask) != tag(hash)) continue;
        const std::uint32_t index = slots_[at] & index_mask;
        if (std::memcmp(address(index), state, state_bytes_) == 0) return index;
    }
    return std::nullopt;
}

std::size_t StorePartition::bytes() const {
    return chunks_.size() * (state_bytes_ << chunk_bits) + chunks_.capacity() * sizeof(chunks_[0]) +
           parents_.bytes() + slots_.capacity() * sizeof(slots_[0]) + levels_.capacity() * sizeof(Level);
}

void StorePartition::close_level(std::uint32_t depth) {
    if (level_open_ == size_) return;
    levels_.push_back({depth, level_open_});
    level_open_ = size_;
}

std::uint32_t StorePartition::depth(std::uint32_t index) const {
    const auto after =
        std::upper_bound(levels_.begin(), levels_.end(), index,
                         [](std::uint32_t wanted, const Level& level) { return wanted < level.begin; });
    return std::prev(after)->depth;
}

std::uint32_t StorePartition::level_begin(std::uint32_t depth) const {
    return !levels_.empty() && levels_.back().depth == depth ? levels_.back().begin : size_;
}

StateStore::StateStore(std::size_t state_bytes, HashFunction hash, std::uint64_t seed)
    : state_bytes_(state_bytes), hash_(hash), seed_(seed) {
    partitions_.reserve(partition_count);
    for (std::uint32_t p = 0; p < partition_count; ++p) {
        const double stagger = std::pow(growth, static_cast<double>(p) / partition_count);
        partitions_.emplace_back(state_bytes, hash, seed,
                                 static_cast<std::uint32_t>(slots_initial * stagger));
    }
}

std::uint64_t StateStore::size() const {
    return std::accumulate(partitions_.begin(), partitions_.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const StorePartition& p) { return sum + p.size(); });
}

std::size_t StateStore::bytes() const {
    return std::accumulate(partitions_.begin(), partitions_.end(), std::size_t{0},
                           [](std::size_t sum, const StorePartition& p) { return sum + p.bytes(); });
}

std::size_t StateStore::id_bound() const {
    std::size_t most = 0;
    for (const auto& p : partitions_) most = std::max<std::size_t>(most, p.size());
    return most << partition_bits;
}

std::optional<StateId> StateStore::find(std::span<const std::byte> state) const {
    const std::uint64_t hash = hash_of(state);
    const std::uint32_t partition = partition_of_hash(hash);
    const auto index = partitions_[partition].find(state.data(), hash);
    return index ? std::optional(state_id(partition, *index)) : std::nullopt;
}

std::vector<StateId> StateStore::path_to(StateId id) const {
    std::vector<StateId> path;
    for (; id != no_state; id = parent(id)) path.push_back(id);
    std::reverse(path.begin(), path.end());
    return path;
}

}  // namespace kcheck::checker
