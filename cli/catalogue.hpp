// kcheck list and kcheck explain: what there is to check and to switch, from the registries.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "cli/options.hpp"

namespace kcheck::cli {

/// What `kcheck list` prints of properties, variants, components, actions, reductions or
/// options. docs/properties.md and docs/cli.md are the first and the last in markdown.
tl::expected<std::string, UsageError> list(const Options& options);

/// Everything about one property or variant.
tl::expected<std::string, UsageError> explain(const Options& options);

}  // namespace kcheck::cli
