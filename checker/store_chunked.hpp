// A sequence that only grows, in chunks: appending never moves what is there, so
// the peak is the size and not twice the size as with std::vector.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace kcheck::checker {

template <class T, unsigned chunk_bits>
class ChunkedVector {
public:
    static constexpr std::size_t chunk_size = std::size_t{1} << chunk_bits;

    std::size_t size() const { return size_; }

    const T& operator[](std::size_t at) const { return chunks_[at >> chunk_bits][at & (chunk_size - 1)]; }

    void push_back(T value) {
        if (size_ == chunks_.size() * chunk_size)
            chunks_.push_back(std::make_unique_for_overwrite<T[]>(chunk_size));
        chunks_.back()[size_ & (chunk_size - 1)] = value;
        ++size_;
    }

    /// Bytes allocated.
    std::size_t bytes() const {
        return chunks_.size() * chunk_size * sizeof(T) + chunks_.capacity() * sizeof(chunks_[0]);
    }

private:
    std::vector<std::unique_ptr<T[]>> chunks_;
    std::size_t size_ = 0;
};

}  // namespace kcheck::checker
