// Where something stands in the user's input, and what is wrong with it.
// Every refusal of an input is one Error, which renders as one line.
#pragma once

#include <string>
#include <string_view>

namespace kcheck::kubernetes {

/// A position in a file. Lines and columns count from 1, columns in bytes; line 0 means
/// the file as a whole.
struct Place {
    int line = 0;
    int column = 0;
    friend bool operator==(const Place&, const Place&) = default;
};

/// The position of byte `offset` of `text`.
Place place_of_offset(std::string_view text, std::size_t offset);

/// Why the input is refused.
struct Error {
    std::string file;  // as the user named it; "-" is standard input; may be empty
    Place place;
    std::string message;
    std::string hint;  // what would be right; may be empty
};

/// `app.yaml:12:7: error: message (hint)`, without a line break.
std::string to_string(const Error& error);

/// How an Error travels inside a folder; none lets it out.
struct Failure {
    Error error;
};

}  // namespace kcheck::kubernetes
