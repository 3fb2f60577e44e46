// Words for messages: quoting the input back, and what was probably meant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kcheck::kubernetes {

/// `text` in double quotes, with what would break a line or a terminal escaped, and cut
/// when it is long: for quoting the user's input back.
std::string quote(std::string_view text);

/// strconv.ParseInt(text, 10, 64)
std::optional<std::int64_t> parse_integer(std::string_view text);

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

}  // namespace kcheck::kubernetes
