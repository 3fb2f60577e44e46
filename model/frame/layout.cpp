// Packing gathers the low bits of every variable, in their order. Eight variables
// are one 64-bit word, and their bits are extracted from it under a mask: one instruction
// (PEXT, PDEP) where the processor has it, a loop over the mask's bits where not. Both
// give the same bytes.
#include "model/frame/layout.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace kcheck::model {

static_assert(std::endian::native == std::endian::little, "words are read as eight consecutive variables");

namespace {

struct Portable {
    static std::uint64_t extract(std::uint64_t value, std::uint64_t mask) {
        std::uint64_t result = 0;
        for (int at = 0; mask != 0; ++at, mask &= mask - 1)
            result |= ((value >> std::countr_zero(mask)) & 1U) << at;
        return result;
    }
    static std::uint64_t deposit(std::uint64_t value, std::uint64_t mask) {
        std::uint64_t result = 0;
        for (; mask != 0; value >>= 1, mask &= mask - 1) result |= (value & 1U) << std::countr_zero(mask);
        return result;
    }
};

/// Appends words of some bits each to a sequence of bytes.
template <class Bits, class Groups>
inline void gather(const Groups& groups, const std::uint8_t* from, std::byte* to, std::size_t size) {
    std::uint64_t word = 0;
    int used = 0;
    std::size_t at = 0;
    for (const auto& group : groups) {
        std::uint64_t eight;
        std::memcpy(&eight, from, 8);
        from += 8;
        if (group.bits == 0) continue;
        const auto bits = Bits::extract(eight, group.mask);
        word |= bits << used;
        used += group.bits;
        if (used < 64) continue;
        std::memcpy(to + at, &word, 8);
        at += 8;
        used -= 64;
        word = used == 0 ? 0 : bits >> (group.bits - used);
    }
    if (at < size) std::memcpy(to + at, &word, size - at);
}

template <class Bits, class Groups>
inline void scatter(const Groups& groups, const std::byte* from, std::size_t size, std::uint8_t* to) {
    std::uint64_t word = 0;
    int have = 0;
    std::size_t at = 0;
    for (const auto& group : groups) {
        std::uint64_t bits = word;
        int taken = group.bits;
        if (have < group.bits) {
            std::uint64_t next = 0;
            if (at < size) std::memcpy(&next, from + at, std::min<std::size_t>(8, size - at));
            at += std::min<std::size_t>(8, size - at);
            if (have > 0)
                bits |= next << have;
            else
                bits = next;
            taken = group.bits - have;
            word = next;
            have = 64;
        }
        const auto eight = Bits::deposit(bits, group.mask);
        word = taken == 64 ? 0 : word >> taken;
        have -= taken;
        std::memcpy(to, &eight, 8);
        to += 8;
    }
}

#if defined(__x86_64__)
// As assembly, so that the rest of the file need not be compiled for such a processor.
struct Bmi2 {
    static std::uint64_t extract(std::uint64_t value, std::uint64_t mask) {
        std::uint64_t result;
        asm("pext %2, %1, %0" : "=r"(result) : "r"(value), "r"(mask));
        return result;
    }
    static std::uint64_t deposit(std::uint64_t value, std::uint64_t mask) {
        std::uint64_t result;
        asm("pdep %2, %1, %0" : "=r"(result) : "r"(value), "r"(mask));
        return result;
    }
};
const bool has_bmi2 = __builtin_cpu_supports("bmi2");
#endif

}  // namespace

VariableId Layout::add(Variable variable) {
    if (variables_.size() == variables_most || variable.size > 256)
        throw std::length_error("this configuration needs more state variables than kcheck has room for");
    const auto id = static_cast<VariableId>(variables_.size());
    const auto bits = std::bit_width(static_cast<unsigned>(variable.size - 1));
    if (id % 8 == 0) groups_.emplace_back();
    groups_.back().mask |= ((std::uint64_t{1} << bits) - 1) << (8 * (id % 8));
    groups_.back().bits += bits;
    bits_ += static_cast<std::size_t>(bits);
    variables_.push_back(std::move(variable));
    return id;
}

void Layout::pack(const Valuation& state, std::span<std::byte> bytes) const {
#if defined(__x86_64__)
    if (has_bmi2) return gather<Bmi2>(groups_, state.value.data(), bytes.data(), packed_bytes());
#endif
    gather<Portable>(groups_, state.value.data(), bytes.data(), packed_bytes());
}

void Layout::unpack(std::span<const std::byte> bytes, Valuation& state) const {
    state = {};
#if defined(__x86_64__)
    if (has_bmi2) return scatter<Bmi2>(groups_, bytes.data(), packed_bytes(), state.value.data());
#endif
    scatter<Portable>(groups_, bytes.data(), packed_bytes(), state.value.data());
}

}  // namespace kcheck::model
