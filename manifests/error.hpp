// Where something stands in the user's input, and what is wrong with it.
// Every refusal of this folder is one Error, which renders as one line.
#pragma once

#include <string>
#include <string_view>

namespace kcheck::manifests {

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

/// How an Error travels inside this folder; it never leaves it (see read.hpp).
struct Failure {
    Error error;
};

/// `text` in double quotes, with what would break a line or a terminal escaped, and cut
/// when it is long: for quoting the user's input back.
std::string quote(std::string_view text);

/// Edit distance (insert, delete, substitute, swap of neighbours), letter case ignored.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The one of `known` that `name` was probably meant to be; empty when none is near.
template <typename Names>
std::string_view nearest(std::string_view name, const Names& known) {
    std::string_view best;
    if (name.size() > 100) return best;  // no typo of any field's name
    std::size_t best_distance = name.size() / 3 + 1;
    for (std::string_view candidate : known) {
        const std::size_t distance = edit_distance(name, candidate);
        if (distance < best_distance || (distance == best_distance && best.empty())) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

}  // namespace kcheck::manifests
