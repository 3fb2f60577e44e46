#include "cli/provable.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/values.hpp"

namespace kcheck::cli {

tl::expected<std::vector<const invariants::Property*>, UsageError> provable(
    const std::vector<std::string>& names) {
    std::vector<std::string_view> known;
    for (const auto& property : invariants::properties())
        if (property.kind == invariants::Kind::safety) known.push_back(property.name);
    std::vector<const invariants::Property*> wanted;
    for (const auto& name : names) {
        const auto* property = invariants::find_property(name);
        if (property != nullptr && property->kind != invariants::Kind::safety)
            return tl::unexpected(UsageError{fmt::format(
                "{} is about infinite runs, which induction does not reach (kcheck --property {})", name,
                name)});
        if (property == nullptr) {
            const auto read = read_name(name, "safety property", known);
            return tl::unexpected(UsageError{read.error()});
        }
        if (std::ranges::find(wanted, property) == wanted.end()) wanted.push_back(property);
    }
    return wanted;
}

}  // namespace kcheck::cli
