#include "kubernetes/error.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kcheck::kubernetes {

Place place_of_offset(std::string_view text, std::size_t offset) {
    Place place{1, 1};
    for (const char c : text.substr(0, offset)) {
        if (c == '\n') {
            ++place.line;
            place.column = 1;
        } else {
            ++place.column;
        }
    }
    return place;
}

namespace {

std::string rendered(const std::string& file, Place place, const std::string& message) {
    std::string line;
    if (!file.empty()) {
        line = file + ":";
        if (place.line > 0) line += fmt::format("{}:{}:", place.line, place.column);
        line += " ";
    }
    line += "error: " + message;
    // A message may quote a library's; whatever it says, it stays one line.
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

}  // namespace

std::string to_string(const Error& error) {
    std::string message = error.message;
    if (!error.hint.empty()) message += " (" + error.hint + ")";
    return rendered(error.file, error.place, message);
}

}  // namespace kcheck::kubernetes
