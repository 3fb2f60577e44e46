#include "cli/gate.hpp"

#include <algorithm>
#include <chrono>
#include <sstream>

#include <fmt/format.h>

#include "cli/interrupt.hpp"
#include "cli/output_file.hpp"
#include "cli/parse.hpp"
#include "cli/replay_on.hpp"
#include "cli/setup.hpp"
#include "cli/terminal.hpp"

namespace kcheck::cli {

namespace driver = traces::driver;

namespace {

using scenarios::GateCall;
using scenarios::GateCase;
using Status = GateCase::Status;

void show(const GateCase& one, const Options& options) {
    if (options.output == Output::json) return;
    const Paint paint(shows_colour(stdout, options.no_color));
    const auto [word, colour] = one.status == Status::passed    ? std::pair("passed", Colour::green)
                                : one.status == Status::failed  ? std::pair("FAILED", Colour::red)
                                : one.status == Status::skipped ? std::pair("skipped", Colour::dim)
                                                                : std::pair("incomplete", Colour::yellow);
    fmt::print("  {} {:8} {}: {}\n", paint(colour, fmt::format("{:10}", word)), one.suite, one.name,
               one.summary);
    if (!one.details.empty()) fmt::print("{}", one.details);
    std::fflush(stdout);
}

tl::expected<GateCall, std::string> read_call(const std::string& line) {
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    const auto parsed = parse(words);
    if (!parsed) return tl::unexpected(parsed.error().message);
    if (parsed->command != Command::check) return tl::unexpected<std::string>("it is not a configuration");
    auto setup = set_up(*parsed);
    if (!setup) return tl::unexpected(setup.error().message);
    if (setup->workloads.size() > 1)
        return tl::unexpected(
            fmt::format("it has {} Deployments (choose one with --deployment)", setup->workloads.size()));
    return GateCall{std::move(setup->workloads.front()), check_options(*parsed), parsed->strict};
}

}  // namespace

tl::expected<Gated, UsageError> gate(const Options& options) {
    const auto refuse = [](std::string message) { return tl::unexpected(UsageError{std::move(message)}); };
    if (!options.on) return refuse("gate needs an implementation: --on reference, or --on exec:COMMAND");
    auto plan = scenarios::default_plan();
    if (!options.arguments.empty()) {
        auto read = scenarios::read_plan(options.arguments.front());
        if (!read) return refuse(read.error());
        plan = std::move(*read);
    }
    std::optional<OutputFile> junit_file, sarif_file;
    const auto open = [](const std::optional<std::string>& path, std::optional<OutputFile>& file) -> Applied {
        if (!path) return {};
        auto opened = OutputFile::open(*path);
        if (!opened) return tl::unexpected(opened.error());
        file.emplace(std::move(*opened));
        return {};
    };
    if (const auto opened = open(options.junit, junit_file); !opened) return tl::unexpected(opened.error());
    if (const auto opened = open(options.sarif, sarif_file); !opened) return tl::unexpected(opened.error());

    const auto timeout =
        std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(options.driver_timeout_s));
    const auto implementation =
        start_implementation(*options.on, {.timeout = timeout, .stop = &stop_on_signals()});
    if (!implementation) return tl::unexpected(implementation.error());
    auto replayer = driver::Replayer::greet(**implementation);
    if (!replayer) return refuse(fmt::format("--on {}: {}", *options.on, replayer.error().message));

    const auto ran = scenarios::run_gate(plan, std::move(*replayer),
                                         {.read = read_call,
                                          .on_case = [&](const GateCase& one) { show(one, options); },
                                          .stop = &stop_on_signals(),
                                          .implementation = fmt::format("--on {}", *options.on),
                                          .of_variants = check_options({}),
                                          .walks = options.walks,
                                          .seed = options.seed});
    if (!ran) return refuse(ran.error());
    const auto& cases = *ran;
    if (const auto closed = (*implementation)->close(); !closed)
        return refuse(fmt::format("--on {}: {}", *options.on, closed.error().message));
    if (junit_file)
        if (const auto written = junit_file->commit(junit(cases)); !written)
            return tl::unexpected(written.error());
    if (sarif_file)
        if (const auto written = sarif_file->commit(sarif(cases)); !written)
            return tl::unexpected(written.error());

    const auto count = [&](Status status) {
        return std::count_if(cases.begin(), cases.end(),
                             [&](const GateCase& one) { return one.status == status; });
    };
    const auto status = overall(cases, stop_on_signals().load());
    const auto exit = status == Status::passed   ? ExitCode::holds
                      : status == Status::failed ? ExitCode::violated
                                                 : ExitCode::incomplete;
    const auto text = fmt::format("{} passed, {} failed, {} incomplete, {} skipped\n", count(Status::passed),
                                  count(Status::failed), count(Status::incomplete), count(Status::skipped));
    return Gated{options.output == Output::json ? json(cases) : text, exit};
}

}  // namespace kcheck::cli
