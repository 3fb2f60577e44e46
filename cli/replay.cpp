#include "cli/replay.hpp"

#include <sstream>

#include <fmt/format.h>

#include "cli/replay_on.hpp"
#include "cli/terminal.hpp"
#include "traces/counterexamples/json.hpp"
#include "traces/counterexamples/text.hpp"

namespace kcheck::cli {

tl::expected<Replayed, UsageError> replay(const Options& options) {
    const auto& path = options.arguments.front();
    const auto trace = traces::load(path);
    if (!trace) return tl::unexpected(UsageError{trace.error()});
    if (const auto executed = traces::execute(*trace); !executed)
        return tl::unexpected(
            UsageError{fmt::format("{}: the trace cannot be re-executed: {}", path, executed.error())});
    if (options.on) return replay_on(options, *trace);

    std::ostringstream text;
    if (options.output == Output::json) {
        traces::write_json(text, *trace);
    } else {
        traces::write_text(text, *trace,
                           {.receipts = options.receipts, .colour = shows_colour(stdout, options.no_color)});
        text << (trace->property.empty()
                     ? "confirmed: every step is one of the model\n"
                     : fmt::format("violated: {}, as recorded; every step was executed again\n",
                                   trace->property));
    }
    return Replayed{text.str(), trace->property.empty() ? ExitCode::holds : ExitCode::violated};
}

}  // namespace kcheck::cli
