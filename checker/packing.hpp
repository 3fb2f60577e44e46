// For a State that is no plain value: its contents as bytes and back, front to back.
//
//     void pack(const State& state, std::span<std::byte> bytes) const {
//         PackWriter out(bytes);
//         out.put(state.turn);
//         out.put_all(state.queue);  // a std::vector
//     }
//     void unpack(std::span<const std::byte> bytes, State& state) const {
//         PackReader in(bytes);
//         in.get(state.turn);
//         in.get_all(state.queue);
//     }
//
// What is written is a function of the values, so equal States have equal bytes, as model.hpp asks: all of a
// plain value is its value, a sequence is its length (two bytes) and its elements, and what is behind the
// last write stays zero. Where a member does not decide the length of what follows, as here, different
// States have different bytes, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <ranges>
#include <span>
#include <stdexcept>

#include "checker/model.hpp"

namespace kcheck::checker {

class PackWriter {
public:
    /// `bytes` are all zero, as those are that `pack` is given.
    explicit PackWriter(std::span<std::byte> bytes) : rest_(bytes) {}

    /// Throws std::length_error, here and below, if there is no room: state_bytes() is too small.
    template <PlainValue T>
    void put(const T& value) {
        if (rest_.size() < sizeof value)
            throw std::length_error("a State needs more bytes than state_bytes() says");
        std::memcpy(rest_.data(), &value, sizeof value);
        rest_ = rest_.subspan(sizeof value);
    }

    /// A sequence of at most 65,535 plain values.
    template <std::ranges::sized_range Sequence>
    requires PlainValue<std::ranges::range_value_t<Sequence>>
    void put_all(const Sequence& values) {
        if (std::ranges::size(values) > std::numeric_limits<std::uint16_t>::max())
            throw std::length_error("a sequence in a State has more than 65535 elements");
        put(static_cast<std::uint16_t>(std::ranges::size(values)));
        for (const std::ranges::range_value_t<Sequence> value : values) put(value);
    }

private:
    std::span<std::byte> rest_;
};

/// Reads in the same order what a PackWriter wrote.
class PackReader {
public:
    explicit PackReader(std::span<const std::byte> bytes) : rest_(bytes) {}

    /// Throws std::out_of_range, here and below, where nothing can have been written.
    template <PlainValue T>
    void get(T& value) {
        if (rest_.size() < sizeof value) throw std::out_of_range("a State is read beyond its bytes");
        std::memcpy(&value, rest_.data(), sizeof value);
        rest_ = rest_.subspan(sizeof value);
    }
    template <PlainValue T>
    T get() {
        T value{};
        get(value);
        return value;
    }

    /// Replaces the contents of a sequence that can be cleared and appended to.
    template <class Sequence>
    requires PlainValue<std::ranges::range_value_t<Sequence>>
    void get_all(Sequence& values) {
        values.clear();
        for (auto left = get<std::uint16_t>(); left > 0; --left)
            values.push_back(get<std::ranges::range_value_t<Sequence>>());
    }

private:
    std::span<const std::byte> rest_;
};

}  // namespace kcheck::checker
