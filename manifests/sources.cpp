#include "manifests/sources.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

namespace kcheck::manifests {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& file, Place place, std::string message, std::string hint = "") {
    throw Failure{{file, place, std::move(message), std::move(hint)}};
}

/// The length of the UTF-8 sequence at the start of `text`; 0 if there is none.
/// Overlong forms, surrogates and what exceeds U+10FFFF are not UTF-8 (RFC 3629).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xF5   ? 0
                               : first >= 0xF0 ? 4
                               : first >= 0xE0 ? 3
                               : first >= 0xC2 ? 2
                                               : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    const unsigned char second = byte(1);
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool surrogate = first == 0xED && second >= 0xA0;
    const bool beyond = first == 0xF4 && second >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
}

/// yaml-cpp takes the byte 0x04 for the end of the file and lets others pass; a manifest
/// has no use for any of them.
void require_text(const Source& source) {
    const std::string_view text = source.text;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_length(text.substr(at));
        if (length == 0)
            fail(source.name, place_of_offset(text, at),
                 fmt::format("not valid UTF-8: byte 0x{:02x}", static_cast<unsigned char>(text[at])),
                 at == 0 ? "is it UTF-16, or no text at all?" : "");
        const auto byte = static_cast<unsigned char>(text[at]);
        if ((byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7F)
            fail(source.name, place_of_offset(text, at),
                 byte == 0 ? "a NUL byte in the text"
                           : fmt::format("a control character in the text: 0x{:02x}", byte));
        at += length;
    }
}

Source read_stream(const std::string& name, std::istream& stream) {
    Source source{name, {}};
    std::array<char, 65536> chunk;
    errno = 0;
    while (stream && source.text.size() <= source_size_limit) {
        stream.read(chunk.data(), chunk.size());
        source.text.append(chunk.data(), static_cast<std::size_t>(stream.gcount()));
    }
    if (stream.bad()) fail(name, {}, "cannot be read", errno == 0 ? "" : std::strerror(errno));
    if (source.text.size() > source_size_limit)
        fail(name, {}, fmt::format("larger than {} MiB", source_size_limit >> 20));
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (source.text.starts_with(byte_order_mark)) source.text.erase(0, byte_order_mark.size());
    require_text(source);
    return source;
}

Source read_file(const std::string& name) {
    errno = 0;
    std::ifstream stream(name, std::ios::binary);
    if (!stream) fail(name, {}, "cannot be opened", std::strerror(errno));
    return read_stream(name, stream);
}

std::vector<Source> read_directory(const std::string& name) {
    std::vector<std::string> files;
    std::error_code problem;
    for (fs::directory_iterator entry(name, problem), end; !problem && entry != end;
         entry.increment(problem)) {
        const std::string extension = entry->path().extension().string();
        const bool manifest = extension == ".yaml" || extension == ".yml" || extension == ".json";
        std::error_code ignored;
        if (manifest && !entry->is_directory(ignored)) files.push_back(entry->path().string());
    }
    if (problem) fail(name, {}, "the directory cannot be read", problem.message());
    if (files.empty()) fail(name, {}, "no .yaml, .yml or .json file in this directory");
    std::sort(files.begin(), files.end());
    std::vector<Source> sources;
    for (const std::string& file : files) sources.push_back(read_file(file));
    return sources;
}

}  // namespace

std::vector<Source> read_sources(const std::vector<std::string>& paths, std::istream& standard_input) {
    std::vector<Source> sources;
    bool standard_input_read = false;
    for (const std::string& path : paths) {
        if (path == "-") {
            if (standard_input_read) fail("-", {}, "standard input can be read only once");
            standard_input_read = true;
            sources.push_back(read_stream("-", standard_input));
            continue;
        }
        std::error_code problem;
        if (fs::is_directory(path, problem)) {
            for (Source& source : read_directory(path)) sources.push_back(std::move(source));
        } else {
            sources.push_back(read_file(path));
        }
    }
    return sources;
}

}  // namespace kcheck::manifests
