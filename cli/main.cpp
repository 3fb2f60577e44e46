// kcheck: wires the folders; what a check and a gate do is in scenarios/.
#include <cstdio>
#include <exception>
#include <limits>
#include <new>
#include <optional>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/catalogue.hpp"
#include "cli/conform.hpp"
#include "cli/export.hpp"
#include "cli/gate.hpp"
#include "cli/interrupt.hpp"
#include "cli/output_file.hpp"
#include "cli/parse.hpp"
#include "cli/provable.hpp"
#include "cli/prove_reductions.hpp"
#include "cli/replay.hpp"
#include "cli/report.hpp"
#include "cli/up.hpp"
#include "cli/version.hpp"
#include "scenarios/run.hpp"
#include "traces/counterexamples/itf.hpp"
#include "traces/counterexamples/json.hpp"

namespace kcheck::cli {

namespace {

int code(ExitCode exit) { return static_cast<int>(exit); }

int refuse(const UsageError& error) {
    fmt::print(stderr, "kcheck: {}\n", error.message);
    return code(ExitCode::usage);
}

int contradict(const std::string& message) {
    fmt::print(
        stderr,
        "kcheck: INTERNAL ERROR: {}\n"
        "kcheck: this is a defect of kcheck; no verdict of this run can be relied on. Please report it.\n",
        message);
    return code(ExitCode::internal);
}

/// The files of --trace-out and --itf-out, opened before the run.
struct TraceFiles {
    struct File {
        OutputFile file;
        bool itf;
    };
    std::vector<File> files;

    static tl::expected<TraceFiles, UsageError> open(const Options& options) {
        TraceFiles result;
        const auto add = [&](const std::optional<std::string>& path, bool itf) -> Applied {
            if (!path) return {};
            auto file = OutputFile::open(*path);
            if (!file) return tl::unexpected(file.error());
            result.files.push_back({std::move(*file), itf});
            return {};
        };
        if (const auto added =
                add(options.trace_out, options.trace_out && options.trace_out->ends_with(".itf.json"));
            !added)
            return tl::unexpected(added.error());
        if (const auto added = add(options.itf_out, true); !added) return tl::unexpected(added.error());
        return result;
    }

    Applied write(const traces::Trace& trace) {
        for (auto& [file, itf] : files) {
            std::ostringstream content;
            (itf ? traces::write_itf : traces::write_json)(content, trace);
            if (const auto written = file.commit(content.str()); !written) return written;
        }
        return {};
    }
};

/// Throws std::length_error if the configuration is too large.
tl::expected<Result, scenarios::InternalError> run_one(const Workload& workload,
                                                       const std::vector<const invariants::Property*>& wanted,
                                                       const Options& options, double left_s,
                                                       ProgressLine& line) {
    const auto& stop = stop_on_signals();
    if (options.command != Command::prove) {
        auto check = check_options(options);
        check.limits.timeout_s = left_s;
        std::string at;
        return scenarios::check(workload.configuration, workload.wanted, check,
                                {&stop, [&](const checker::Progress& p) { line.show(p, at); },
                                 [&](int level) { at = fmt::format("level {}: ", level); }});
    }
    auto proof = proof_options(options);
    proof.timeout_s = left_s;
    const scenarios::ProofWatching proving{&stop, [&](const std::string& text) { line.say(text); },
                                           [&](const PropertyResult& row) {
                                               if (wanted.size() < 2 || options.output != Output::text)
                                                   return;
                                               line.erase();
                                               fmt::print(stderr, "{}: {}\n", row.property->name,
                                                          to_string(row.verdict));
                                           }};
    return scenarios::prove(model::Pipeline(workload.configuration, workload.wanted.plain()), wanted, proof,
                            proving);
}

int run_checker(const Options& options, const std::string& call) {
    std::vector<const invariants::Property*> wanted;
    if (options.command == Command::prove) {
        const auto found = provable(options.arguments);
        if (!found) return refuse(found.error());
        wanted = *found;
    }
    auto files = TraceFiles::open(options);
    if (!files) return refuse(files.error());
    const auto setup = set_up(options);
    if (!setup) return refuse(setup.error());

    ProgressLine line(shows_colour(stderr, false) && options.output == Output::text);
    const auto timeout_s = options.timeout_s.value_or(std::numeric_limits<double>::infinity());
    tl::expected<std::vector<Outcome>, scenarios::InternalError> ran;
    try {
        ran = scenarios::run_all(setup->workloads, options.strict, timeout_s,
                                 [&](const Workload& workload, double left_s) {
                                     return run_one(workload, wanted, options, left_s, line);
                                 });
    } catch (const std::length_error&) {
        line.erase();
        return refuse({std::string(scenarios::too_large)});
    }
    line.erase();
    if (!ran) return contradict(ran.error().message);
    auto& outcomes = *ran;
    for (auto& outcome : outcomes) outcome.result.command = call;
    if (const auto* row = shown(options, outcomes))
        if (const auto written = files->write(*row->trace); !written) return refuse(written.error());
    const Paint paint(shows_colour(stdout, options.no_color));
    fmt::print("{}", options.output == Output::json ? report_json(*setup, outcomes)
                                                    : report_text(*setup, outcomes, options, paint));
    return code(exit_code(overall(outcomes)));
}

int print(const tl::expected<std::string, UsageError>& text) {
    if (!text) return refuse(text.error());
    fmt::print("{}", *text);
    return code(ExitCode::holds);
}

int run(const std::vector<std::string>& words) {
    if (words.empty()) {
        fmt::print(
            stderr,
            "kcheck: nothing to check; try: kcheck --replicas 2 --nodes 2 (all there is: kcheck --help)\n");
        return code(ExitCode::usage);
    }
    const auto options = parse(words);
    if (!options) return refuse(options.error());
    if (options->help) return print(help_text());
    if (options->version) return print(fmt::format("kcheck {}\n", version));
    switch (options->command) {
        case Command::list: return print(list(*options));
        case Command::explain: return print(explain(*options));
        case Command::replay: {
            const auto replayed = replay(*options);
            if (!replayed) return refuse(replayed.error());
            fmt::print("{}", replayed->text);
            return code(replayed->exit);
        }
        case Command::conform: {
            const auto conformed = conform(*options, stop_on_signals());
            if (!conformed) return refuse(conformed.error());
            fmt::print("{}", conformed->text);
            return code(conformed->exit);
        }
        case Command::gate: {
            const auto gated = gate(*options);
            if (!gated) return refuse(gated.error());
            fmt::print("{}", gated->text);
            return code(gated->exit);
        }
        case Command::exporting: {
            const auto text = export_model(*options);
            if (!text) return refuse(text.error());
            std::fputs(text->c_str(), stdout);  // unlike fmt::print it leaves a failure to main()
            return code(ExitCode::holds);
        }
        case Command::prove_reductions: {
            const auto proved = prove_reductions(*options);
            if (!proved) return refuse(proved.error());
            for (const auto& note : proved->notes) fmt::print(stderr, "kcheck: {}\n", note);
            std::fputs(proved->text.c_str(), stdout);
            return code(proved->exit);
        }
        case Command::up: return refuse(become_up(options->arguments));
        case Command::check:
        case Command::prove: break;
    }
    return run_checker(*options, fmt::format("kcheck {}", fmt::join(words, " ")));
}

}  // namespace

}  // namespace kcheck::cli

int main(int count, char** arguments) {
    using namespace kcheck::cli;
    int exit = 0;
    try {
        exit = run({arguments + 1, arguments + count});
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "kcheck: incomplete: out of memory (--max-memory ends a run in good order)\n");
        exit = static_cast<int>(ExitCode::incomplete);
    } catch (const std::length_error& error) {  // of the state store: a limit of the engine
        fmt::print(stderr, "kcheck: incomplete: {}\n", error.what());
        exit = static_cast<int>(ExitCode::incomplete);
    } catch (const std::exception& error) {
        exit = contradict(error.what());
    }
    // A verdict that could not be written down was not delivered.
    if ((std::fflush(stdout) != 0 || std::ferror(stdout) != 0) && exit == 0) {
        fmt::print(stderr, "kcheck: standard output cannot be written\n");
        exit = static_cast<int>(ExitCode::usage);
    }
    return exit;
}
