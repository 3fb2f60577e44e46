// The records of a WriteAheadLog, as bytes.
//
// A frame is: magic, length of the payload, CRC-32 of the payload, CRC-32 of these twelve bytes (32 bits
// each, little-endian), and the payload, a sequence of versions. With a checksum of its own the length can be
// believed: a file that ends before its last frame does is the torn write of a crash, and a whole frame with
// a wrong checksum is a broken disk (as etcd tells them apart, server/storage/wal/decoder.go: isTornEntry,
// ErrCRCMismatch).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "reference/store/version_history.hpp"

namespace kcheck::reference::store {

struct Frame {
    enum class State : std::uint8_t {
        whole,
        torn,    // its end never came to the disk
        corrupt  // it is all there, and not what was written
    };
    State state = State::whole;
    std::string_view payload = {};  // of a whole one
    std::size_t size = 0;           // of a whole one, with its header
};

/// The frame that `bytes` begin with: the rest of a file from `offset` on, not empty.
///
/// A machine that crashes may leave a file longer than what was written, filled with zeros, a sector at a
/// time. No version has a sector full of zeros.
Frame read_frame(std::string_view bytes, std::size_t offset);

/// Whether a file begins as files did before frames were like this.
bool is_of_earlier_format(std::string_view bytes);

/// Whether there is a whole frame anywhere.
bool has_whole_frame(std::string_view bytes);

/// Throws std::length_error if the payload has 4 GiB or more.
std::string to_frame(std::string_view payload);

template <class Integer>
void put_integer(std::string& bytes, Integer value);
void put_version(std::string& bytes, const KeyValue& version);

// The inverse: cut off the front of `bytes`. Throw std::runtime_error if that is too short.
template <class Integer>
Integer take_integer(std::string_view& bytes);
Version take_version(std::string_view& bytes);

}  // namespace kcheck::reference::store
