// The properties that a call of kcheck prove names.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "cli/options.hpp"
#include "invariants/property.hpp"

namespace kcheck::cli {

/// Why they cannot be proved, if they cannot: there is no such property, or it is one of liveness.
tl::expected<std::vector<const invariants::Property*>, UsageError> provable(
    const std::vector<std::string>& names);

}  // namespace kcheck::cli
