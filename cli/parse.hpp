// From the words of a call to Options.
#pragma once

#include <tl/expected.hpp>

#include "cli/options.hpp"

namespace kcheck::cli {

/// `words` is the call without the name of the program.
tl::expected<Options, UsageError> parse(const std::vector<std::string>& words);

}  // namespace kcheck::cli
