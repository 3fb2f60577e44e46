#include "cli/prove_reductions.hpp"

#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>

#include "checker/reductions/table_file.hpp"
#include "cli/output_file.hpp"
#include "cli/reductions_report.hpp"
#include "cli/setup.hpp"
#include "kubernetes/text.hpp"
#include "scenarios/run.hpp"

namespace kcheck::cli {

namespace {

/// It is written at the end of the run, over one that was written before and over nothing else.
Applied check_table(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored) && !checker::reductions::is_table(path))
        return refuse(fmt::format("--table: {} is no table of kcheck, and would be lost (name another file)",
                                  kubernetes::quote(path)));
    if (const auto opened = OutputFile::open(path); !opened) return tl::unexpected(opened.error());
    return {};
}

}  // namespace

tl::expected<ProvedText, UsageError> prove_reductions(const Options& options) {
    if (options.table_file)
        if (const auto usable = check_table(*options.table_file); !usable)
            return tl::unexpected(usable.error());
    const auto setup = set_up(options);
    if (!setup) return tl::unexpected(setup.error());
    const auto only = only_workload(*setup, "a table");
    if (!only) return tl::unexpected(only.error());
    const auto& workload = **only;
    ProvedText result;
    try {
        const auto proved =
            scenarios::prove_reductions(workload.configuration, workload.wanted, options.table_file);
        if (!proved.not_used.empty())
            result.notes.push_back(fmt::format("{} is not used, but made anew: {}",
                                               kubernetes::quote(*options.table_file), proved.not_used));
        const auto of = describe(workload.configuration, workload.wanted);
        result.text = options.output == Output::json
                          ? relations_json(of, proved)
                          : relations_text(of, proved, options.output == Output::markdown);
        result.exit = proved.all_hold() ? ExitCode::holds : ExitCode::violated;
    } catch (const std::length_error&) {
        return refuse(std::string(scenarios::too_large));
    }
    return result;
}

}  // namespace kcheck::cli
