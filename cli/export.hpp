// kcheck export: the plain pipeline of a configuration, for other checkers.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "cli/options.hpp"

namespace kcheck::cli {

/// The model; empty if it has been written to --output-file.
tl::expected<std::string, UsageError> export_model(const Options& options);

}  // namespace kcheck::cli
