// The files behind `-f FILE|DIR|-`, read and checked to be text.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include "manifests/ground.hpp"

namespace kcheck::manifests {

struct Source {
    std::string name;  // as the user would name it; "-" for standard input
    std::string text;  // valid UTF-8 without control characters and byte order mark
};

/// A larger manifest is a mistake (or /dev/zero).
inline constexpr std::size_t source_size_limit = 16u << 20;

/// As kubectl: a directory stands for its *.yaml, *.yml and *.json files, by name, without
/// its subdirectories. Throws Failure for whatever cannot be read as text.
std::vector<Source> read_sources(const std::vector<std::string>& paths, std::istream& standard_input);

}  // namespace kcheck::manifests
