// A set of fairness classes: one bit for each class of a transition system. A class is
// often an object (this pod's scheduling), so 64 are not enough; a fixed number of words
// keeps the set a plain value that is copied and compared without thought.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <stdexcept>

namespace kcheck::ir {

class ClassMask {
    static constexpr std::size_t word_bits = 64;
    static constexpr std::size_t word_count = 4;

public:
    static constexpr std::size_t capacity = word_bits * word_count;

    constexpr ClassMask() = default;
    /// The classes 0 to 63, for models that have no more.
    constexpr explicit ClassMask(std::uint64_t low) : words_{low} {}
    /// {i}. Throws std::out_of_range from `capacity` on.
    static constexpr ClassMask bit(std::size_t i) {
        ClassMask one;
        one.set(i);
        return one;
    }
    /// {0, ..., count - 1}. Throws std::out_of_range beyond `capacity`.
    static constexpr ClassMask first(std::size_t count) {
        if (count > capacity) throw std::out_of_range("more than 256 fairness classes");
        ClassMask all;
        for (std::size_t w = 0; w < word_count; ++w) {
            const std::size_t below = count > w * word_bits ? count - w * word_bits : 0;
            all.words_[w] = below >= word_bits ? ~std::uint64_t{0} : (std::uint64_t{1} << below) - 1;
        }
        return all;
    }

    constexpr bool test(std::size_t i) const {
        return i < capacity && (words_[i / word_bits] >> (i % word_bits) & 1) != 0;
    }
    constexpr ClassMask& set(std::size_t i) {
        if (i >= capacity) throw std::out_of_range("fairness classes are numbered from 0 to 255");
        words_[i / word_bits] |= std::uint64_t{1} << (i % word_bits);
        return *this;
    }

    constexpr bool any() const { return (words_[0] | words_[1] | words_[2] | words_[3]) != 0; }
    constexpr bool none() const { return !any(); }
    constexpr bool intersects(const ClassMask& other) const { return (*this & other).any(); }
    constexpr bool contains(const ClassMask& other) const { return (other - *this).none(); }
    constexpr std::size_t count() const {
        std::size_t sum = 0;
        for (const std::uint64_t word : words_) sum += static_cast<std::size_t>(std::popcount(word));
        return sum;
    }

    constexpr ClassMask& operator|=(const ClassMask& other) {
        for (std::size_t w = 0; w < word_count; ++w) words_[w] |= other.words_[w];
        return *this;
    }
    constexpr ClassMask& operator&=(const ClassMask& other) {
        for (std::size_t w = 0; w < word_count; ++w) words_[w] &= other.words_[w];
        return *this;
    }
    /// The classes of this that are not in `other`.
    constexpr ClassMask& operator-=(const ClassMask& other) {
        for (std::size_t w = 0; w < word_count; ++w) words_[w] &= ~other.words_[w];
        return *this;
    }
    friend constexpr ClassMask operator|(ClassMask a, const ClassMask& b) { return a |= b; }
    friend constexpr ClassMask operator&(ClassMask a, const ClassMask& b) { return a &= b; }
    friend constexpr ClassMask operator-(ClassMask a, const ClassMask& b) { return a -= b; }
    /// All of the 256 that are not in this.
    constexpr ClassMask operator~() const { return first(capacity) - *this; }

    constexpr bool operator==(const ClassMask&) const = default;
    constexpr auto operator<=>(const ClassMask&) const = default;  // some total order

    /// The classes in it, in increasing order.
    class Iterator {
    public:
        using value_type = std::size_t;
        using difference_type = std::ptrdiff_t;

        constexpr Iterator() = default;
        constexpr explicit Iterator(const std::array<std::uint64_t, word_count>& rest) : rest_(rest) {
            skip();
        }
        constexpr std::size_t operator*() const {
            return word_ * word_bits + static_cast<std::size_t>(std::countr_zero(rest_[word_]));
        }
        constexpr Iterator& operator++() {
            rest_[word_] &= rest_[word_] - 1;
            skip();
            return *this;
        }
        constexpr Iterator operator++(int) {
            const Iterator before = *this;
            ++*this;
            return before;
        }
        constexpr bool operator==(const Iterator&) const = default;
        constexpr bool operator==(std::default_sentinel_t) const { return word_ == word_count; }

    private:
        constexpr void skip() {
            while (word_ < word_count && rest_[word_] == 0) ++word_;
        }
        std::array<std::uint64_t, word_count> rest_{};
        std::size_t word_ = 0;
    };
    constexpr Iterator begin() const { return Iterator(words_); }
    constexpr std::default_sentinel_t end() const { return {}; }

    constexpr std::size_t hash() const {
        std::uint64_t sum = 0;
        for (const std::uint64_t word : words_) sum = (sum ^ word) * 0x9E3779B97F4A7C15U + (sum >> 29);
        return sum;
    }

private:
    std::array<std::uint64_t, word_count> words_{};
};

}  // namespace kcheck::ir
