#include "model/layout.hpp"

#include <bit>
#include <stdexcept>
#include <utility>

namespace kcheck::model {

Slot Layout::add(Variable variable) {
    if (variables_.size() == variables_most || variable.size > 256)
        throw std::length_error("this configuration needs more state variables than kcheck has room for");
    const auto slot = static_cast<Slot>(variables_.size());
    const auto bits = std::bit_width(static_cast<unsigned>(variable.size - 1));
    if (bits > 0) {
        fields_.push_back({slot, static_cast<std::uint8_t>(bits)});
        bits_ += static_cast<std::size_t>(bits);
    }
    variables_.push_back(std::move(variable));
    return slot;
}

void Layout::pack(const Valuation& state, std::span<std::byte> bytes) const {
    std::uint64_t word = 0;
    int used = 0;
    std::size_t at = 0;
    for (const auto& field : fields_) {
        word |= std::uint64_t{state.value[field.slot]} << used;
        used += field.bits;
        while (used >= 8) {
            bytes[at++] = static_cast<std::byte>(word);
            word >>= 8;
            used -= 8;
        }
    }
    if (used > 0) bytes[at] = static_cast<std::byte>(word);
}

void Layout::unpack(std::span<const std::byte> bytes, Valuation& state) const {
    state = {};
    std::uint64_t word = 0;
    int have = 0;
    std::size_t at = 0;
    for (const auto& field : fields_) {
        while (have < field.bits) {
            word |= std::uint64_t{std::to_integer<std::uint8_t>(bytes[at++])} << have;
            have += 8;
        }
        state.value[field.slot] = static_cast<std::uint8_t>(word & ((1U << field.bits) - 1));
        word >>= field.bits;
        have -= field.bits;
    }
}

}  // namespace kcheck::model
