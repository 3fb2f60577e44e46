// The set of visited states, stored in full: two states are one only if all of
// their bytes are equal, never because their hashes are.
//
// A hash assigns each state to one of 64 partitions. A partition holds its states
// in the order of their insertion, in chunks that never move, the parent of each in
// the breadth-first tree, and an open-addressing table (linear probing; Knuth, The
// Art of Computer Programming, vol. 3, section 6.4, algorithm L) of 4-byte slots:
// 26 bits of index, 6 bits of tag that spare most comparisons. A table grows by half
// when it is 80 % full, and the partitions start with different capacities so that
// they grow at different moments: the peak is a few percent above the size.
//
// Memory for each state: its bytes, 4 for the parent, 5 to 7.5 for the slot.
// Different partitions may be written by different threads at the same time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "checker/store_chunked.hpp"

namespace kcheck::checker {

inline constexpr unsigned partition_bits = 6;
inline constexpr std::uint32_t partition_count = 1U << partition_bits;

/// The number of a stored state: its index in its partition, then the partition in
/// the low bits, so that arrays indexed by it are nearly dense.
enum class StateId : std::uint32_t {};
inline constexpr StateId no_state{0xFFFFFFFFU};

constexpr std::uint32_t raw(StateId id) { return static_cast<std::uint32_t>(id); }
constexpr std::uint32_t partition_of(StateId id) { return raw(id) & (partition_count - 1); }
constexpr std::uint32_t index_of(StateId id) { return raw(id) >> partition_bits; }
constexpr StateId state_id(std::uint32_t partition, std::uint32_t index) {
    return StateId{(index << partition_bits) | partition};
}

/// Any function of the bytes and the seed is sound; speed wants 64 good bits.
using HashFunction = std::uint64_t (*)(std::span<const std::byte> bytes, std::uint64_t seed);

/// XXH3, 64 bits (xxhash.com).
std::uint64_t xxh3(std::span<const std::byte> bytes, std::uint64_t seed);

/// Bits 58-63 of a hash choose the partition, 32-37 the tag, 0-31 the slot.
constexpr std::uint32_t partition_of_hash(std::uint64_t hash) {
    return static_cast<std::uint32_t>(hash >> (64 - partition_bits));
}

class StorePartition {
public:
    /// Indices are below this. The store as a whole takes over four thousand million
    /// states, far more than fit in memory.
    static constexpr std::uint32_t index_max = (1U << 26) - 2;

    StorePartition(std::size_t state_bytes, HashFunction hash, std::uint64_t seed, std::uint32_t slots);

    struct Insertion {
        std::uint32_t index;
        bool fresh;  // it was not there before
    };

    /// `state` points to state_bytes bytes whose hash is `hash`; `parent` is kept if
    /// the state is fresh. Throws std::length_error if the partition is full.
    Insertion insert(const std::byte* state, std::uint64_t hash, StateId parent);

    /// The index of a state that was inserted.
    std::optional<std::uint32_t> find(const std::byte* state, std::uint64_t hash) const;

    /// Announce insert(..., hash, ...): first the slot, a little later the state.
    void prefetch_slot(std::uint64_t hash) const { __builtin_prefetch(&slots_[home(hash)]); }
    void prefetch_state(std::uint64_t hash) const;

    std::uint32_t size() const { return size_; }
    std::size_t bytes() const;

    std::span<const std::byte> state(std::uint32_t index) const { return {address(index), state_bytes_}; }
    StateId parent(std::uint32_t index) const { return parents_[index]; }

    /// The states since the last call are those at distance `depth`.
    void close_level(std::uint32_t depth);
    std::uint32_t depth(std::uint32_t index) const;
    /// Where the level that was closed last begins.
    std::uint32_t level_begin(std::uint32_t depth) const;

private:
    static constexpr unsigned chunk_bits = 11;
    static constexpr std::uint32_t chunk_mask = (1U << chunk_bits) - 1;
    static constexpr std::uint32_t index_mask = (1U << 26) - 1;
    static constexpr std::uint32_t empty = 0xFFFFFFFFU;  // index_max + 1 with a full tag

    struct Level {
        std::uint32_t depth;
        std::uint32_t begin;
    };

    const std::byte* address(std::uint32_t index) const {
        return chunks_[index >> chunk_bits].get() + (index & chunk_mask) * state_bytes_;
    }
    static std::uint32_t tag(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32) << 26; }
    /// Lemire's multiplication in place of a modulus: the capacity is any number.
    std::uint32_t home(std::uint64_t hash) const {
        return static_cast<std::uint32_t>(((hash & 0xFFFFFFFFU) * slots_.size()) >> 32);
    }
    std::uint32_t next(std::uint32_t slot) const { return slot + 1 == slots_.size() ? 0 : slot + 1; }
    std::uint32_t append(const std::byte* state, StateId parent);
    void grow();

    std::size_t state_bytes_;
    HashFunction hash_;
    std::uint64_t seed_;
    std::vector<std::unique_ptr<std::byte[]>> chunks_;
    ChunkedVector<StateId, chunk_bits> parents_;
    std::vector<std::uint32_t> slots_;
    std::uint32_t size_ = 0;
    std::uint32_t size_limit_ = 0;  // grow beyond this
    std::uint32_t level_open_ = 0;  // first index of the level that is not closed
    std::vector<Level> levels_;     // only those with a state here
};

class StateStore {
public:
    /// More states than this are refused; leaves room for uneven partitions.
    static constexpr std::uint64_t states_max = 4'000'000'000;

    StateStore(std::size_t state_bytes, HashFunction hash, std::uint64_t seed);

    std::uint64_t hash_of(std::span<const std::byte> state) const { return hash_(state, seed_); }
    StorePartition& partition(std::uint32_t number) { return partitions_[number]; }
    const StorePartition& partition(std::uint32_t number) const { return partitions_[number]; }

    std::size_t state_bytes() const { return state_bytes_; }
    std::uint64_t size() const;
    std::size_t bytes() const;
    /// Every id is below this; most numbers below it are ids.
    std::size_t id_bound() const;

    std::span<const std::byte> state(StateId id) const {
        return partitions_[partition_of(id)].state(index_of(id));
    }
    /// The id of a state, if it is there.
    std::optional<StateId> find(std::span<const std::byte> state) const;
    /// Parent in the breadth-first tree; no_state for an initial state.
    StateId parent(StateId id) const { return partitions_[partition_of(id)].parent(index_of(id)); }
    /// Length of a shortest path from an initial state.
    std::uint32_t depth(StateId id) const { return partitions_[partition_of(id)].depth(index_of(id)); }
    /// A shortest path: an initial state first, `id` last.
    std::vector<StateId> path_to(StateId id) const;

    /// Calls f(StateId) for all states, in the order of the ids within each partition.
    template <class F>
    void for_each(F&& f) const {
        for (std::uint32_t p = 0; p < partition_count; ++p)
            for (std::uint32_t i = 0; i < partitions_[p].size(); ++i) f(state_id(p, i));
    }

private:
    std::size_t state_bytes_;
    HashFunction hash_;
    std::uint64_t seed_;
    std::vector<StorePartition> partitions_;
};

inline StorePartition::Insertion StorePartition::insert(const std::byte* state, std::uint64_t hash,
                                                        StateId parent) {
    const std::uint32_t wanted = tag(hash);
    std::uint32_t at = home(hash);
    for (; slots_[at] != empty; at = next(at)) {
        const std::uint32_t slot = slots_[at];
        if ((slot & ~index_mask) != wanted) continue;
        const std::uint32_t index = slot & index_mask;
        if (std::memcmp(address(index), state, state_bytes_) == 0) return {index, false};
    }
    const std::uint32_t index = append(state, parent);
    slots_[at] = wanted | index;
    if (size_ > size_limit_) grow();
    return {index, true};
}

inline void StorePartition::prefetch_state(std::uint64_t hash) const {
    const std::uint32_t wanted = tag(hash);
    for (std::uint32_t at = home(hash); slots_[at] != empty; at = next(at)) {
        if ((slots_[at] & ~index_mask) != wanted) continue;
        __builtin_prefetch(address(slots_[at] & index_mask));
        return;
    }
}

}  // namespace kcheck::checker
