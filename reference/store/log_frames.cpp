#include "reference/store/log_frames.hpp"

#include <algorithm>
#include <boost/crc.hpp>
#include <boost/endian/conversion.hpp>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace kcheck::reference::store {

namespace {

constexpr std::uint32_t magic = 0x4b435732;
constexpr std::size_t header_bytes = 16;
constexpr std::size_t sector_bytes = 512;

struct Header {
    std::uint32_t magic, length, payload_crc, crc;
};

std::uint32_t crc_of(std::string_view bytes) {
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

Header take_header(std::string_view bytes) {
    Header header{};
    for (auto* field : {&header.magic, &header.length, &header.payload_crc, &header.crc})
        *field = take_integer<std::uint32_t>(bytes);
    return header;
}

bool is_sound(const Header& header, std::string_view bytes) {
    return header.magic == magic && header.crc == crc_of(bytes.substr(0, header_bytes - sizeof header.crc));
}

/// Of `bytes`, which are at `offset` in their file.
bool has_sector_of_zeros(std::string_view bytes, std::size_t offset) {
    while (!bytes.empty()) {
        const auto size = std::min(sector_bytes - offset % sector_bytes, bytes.size());
        const auto sector = bytes.substr(0, size);
        if (std::all_of(sector.begin(), sector.end(), [](char byte) { return byte == 0; })) return true;
        bytes.remove_prefix(size);
        offset += size;
    }
    return false;
}

std::string take_string(std::string_view& bytes, std::size_t size) {
    if (bytes.size() < size) throw std::runtime_error("a version ends early");
    std::string result(bytes.substr(0, size));
    bytes.remove_prefix(size);
    return result;
}

}  // namespace

template <class Integer>
void put_integer(std::string& bytes, Integer value) {
    const Integer little = boost::endian::native_to_little(value);
    bytes.append(reinterpret_cast<const char*>(&little), sizeof little);
}
template void put_integer(std::string&, std::uint32_t);
template void put_integer(std::string&, std::uint64_t);
template void put_integer(std::string&, std::int64_t);

template <class Integer>
Integer take_integer(std::string_view& bytes) {
    if (bytes.size() < sizeof(Integer)) throw std::runtime_error("a version ends early");
    Integer value;
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes.remove_prefix(sizeof value);
    return boost::endian::little_to_native(value);
}
template std::uint32_t take_integer(std::string_view&);
template std::uint64_t take_integer(std::string_view&);
template std::int64_t take_integer(std::string_view&);

void put_version(std::string& bytes, const KeyValue& version) {
    put_integer(bytes, version.create_revision);
    put_integer(bytes, version.mod_revision);
    put_integer(bytes, version.version);
    put_integer(bytes, static_cast<std::uint32_t>(version.key.size()));
    put_integer(bytes, static_cast<std::uint32_t>(version.value.size()));
    bytes += version.key;
    bytes += version.value;
}

Version take_version(std::string_view& bytes) {
    auto version = std::make_shared<KeyValue>();
    version->create_revision = take_integer<Revision>(bytes);
    version->mod_revision = take_integer<Revision>(bytes);
    version->version = take_integer<std::int64_t>(bytes);
    const auto key_size = take_integer<std::uint32_t>(bytes);
    const auto value_size = take_integer<std::uint32_t>(bytes);
    version->key = take_string(bytes, key_size);
    version->value = take_string(bytes, value_size);
    return version;
}

std::string to_frame(std::string_view payload) {
    if (payload.size() > std::numeric_limits<std::uint32_t>::max())
        throw std::length_error("a commit of 4 GiB or more");
    std::string bytes;
    put_integer(bytes, magic);
    put_integer(bytes, static_cast<std::uint32_t>(payload.size()));
    put_integer(bytes, crc_of(payload));
    put_integer(bytes, crc_of(bytes));
    return bytes.append(payload);
}

Frame read_frame(std::string_view bytes, std::size_t offset) {
    if (bytes.size() < header_bytes) return {Frame::State::torn};
    const Header header = take_header(bytes);
    if (!is_sound(header, bytes)) {
        const bool torn = has_sector_of_zeros(bytes, offset) && !has_whole_frame(bytes);
        return {torn ? Frame::State::torn : Frame::State::corrupt};
    }
    const std::size_t size = header_bytes + header.length;
    if (bytes.size() < size) return {Frame::State::torn};
    const auto payload = bytes.substr(header_bytes, header.length);
    if (crc_of(payload) == header.payload_crc) return {Frame::State::whole, payload, size};
    const bool torn = bytes.size() == size && has_sector_of_zeros(bytes, offset);
    return {torn ? Frame::State::torn : Frame::State::corrupt};
}

bool is_of_earlier_format(std::string_view bytes) {
    constexpr std::uint32_t earlier_magic = 0x4b435731;
    return bytes.size() >= sizeof earlier_magic && take_integer<std::uint32_t>(bytes) == earlier_magic;
}

bool has_whole_frame(std::string_view bytes) {
    std::string pattern;
    put_integer(pattern, magic);
    for (auto at = bytes.find(pattern); at != bytes.npos; at = bytes.find(pattern, at + 1)) {
        const auto rest = bytes.substr(at);
        if (rest.size() < header_bytes) return false;
        const Header header = take_header(rest);
        if (!is_sound(header, rest) || rest.size() < header_bytes + header.length) continue;
        if (crc_of(rest.substr(header_bytes, header.length)) == header.payload_crc) return true;
    }
    return false;
}

}  // namespace kcheck::reference::store
