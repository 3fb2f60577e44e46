// SIGINT and SIGTERM end a run in good order: incomplete, with what was covered.
#pragma once

#include <atomic>

namespace kcheck::cli {

/// The flag that the signals set from now on. A second signal ends the process at once.
const std::atomic<bool>& stop_on_signals();

}  // namespace kcheck::cli
