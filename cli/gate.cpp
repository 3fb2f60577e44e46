#include "cli/gate.hpp"

#include <algorithm>
#include <chrono>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "cli/check.hpp"
#include "cli/conform.hpp"
#include "cli/interrupt.hpp"
#include "cli/output_file.hpp"
#include "cli/parse.hpp"
#include "cli/replay_on.hpp"
#include "cli/terminal.hpp"
#include "invariants/violations.hpp"
#include "model/variants.hpp"
#include "traces/driver/coverage.hpp"
#include "traces/driver/run_on.hpp"
#include "traces/recordings/conformance.hpp"

namespace kcheck::cli {

namespace recordings = traces::recordings;

namespace driver = traces::driver;

namespace {

using driver::Agreement;
using Status = GateCase::Status;

constexpr std::size_t walk_length = 200;
constexpr std::uint64_t cover_states_most = 1'000'000;

/// A driver that fails, or a wrong call in the plan: there is nothing to go on with.
struct Failure {
    std::string message;
};

std::vector<std::string> split(const std::string& call) {
    std::istringstream stream(call);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

class Gate {
public:
    Gate(const Options& options, GatePlan plan, driver::Replayer replayer)
        : options_(options), plan_(std::move(plan)), replayer_(std::move(replayer)) {}

    std::vector<GateCase> run() {
        for (const auto& call : plan_.verify) add("verify", call, [&](GateCase& one) { verify(one); });
        for (const auto& call : plan_.cover) add("cover", call, [&](GateCase& one) { cover(one); });
        for (const auto& call : plan_.walk) add("walk", call, [&](GateCase& one) { walk(one); });
        if (plan_.variants)
            for (const auto& variant : model::variants())
                add("variant", std::string(variant.name), [&](GateCase& one) { tell_apart(one); });
        for (const auto& path : plan_.conform) add("conform", path, [&](GateCase& one) { admit(one); });
        return std::move(cases_);
    }

private:
    template <class Run>
    void add(const std::string& suite, const std::string& name, Run&& run) {
        if (stop_.load()) return;
        const auto began = std::chrono::steady_clock::now();
        GateCase one;
        one.suite = suite;
        one.name = name;
        run(one);
        one.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        if (stop_.load() && one.status == Status::passed) {
            one.status = Status::incomplete;
            one.summary = "it was interrupted";
        }
        show(one);
        cases_.push_back(std::move(one));
    }

    void show(const GateCase& one) const {
        if (options_.output == Output::json) return;
        const Paint paint(shows_colour(stdout, options_.no_color));
        const auto [word, colour] = one.status == Status::passed    ? std::pair("passed", Colour::green)
                                    : one.status == Status::failed  ? std::pair("FAILED", Colour::red)
                                    : one.status == Status::skipped ? std::pair("skipped", Colour::dim)
                                                                    : std::pair("incomplete", Colour::yellow);
        fmt::print("  {} {:8} {}: {}\n", paint(colour, fmt::format("{:10}", word)), one.suite, one.name,
                   one.summary);
        if (!one.details.empty()) fmt::print("{}", one.details);
        std::fflush(stdout);
    }

    struct Call {
        Options options;
        Workload workload;
    };
    Call read(const std::string& call) const {
        auto parsed = parse(split(call));
        if (!parsed) throw Failure{fmt::format("{}: {}", call, parsed.error().message)};
        if (parsed->command != Command::check)
            throw Failure{fmt::format("{}: it is not a configuration", call)};
        auto setup = set_up(*parsed);
        if (!setup) throw Failure{fmt::format("{}: {}", call, setup.error().message)};
        if (setup->workloads.size() > 1)
            throw Failure{fmt::format("{}: it has {} Deployments (choose one with --deployment)", call,
                                      setup->workloads.size())};
        return {std::move(*parsed), std::move(setup->workloads.front())};
    }

    /// As a call of kcheck decides it. That it contradicts itself is for main() to say.
    Result decide_as_called(const model::Configuration& configuration, const Options& options) const {
        auto result = check(configuration, {}, options, {&stop_, {}});
        if (!result) throw std::logic_error(result.error().message);
        return std::move(*result);
    }

    driver::Replayed replay(const driver::Script& script) {
        auto result = replayer_.run(script);
        if (!result) throw Failure{fmt::format("--on {}: {}", *options_.on, result.error().message)};
        return std::move(*result);
    }

    void verify(GateCase& one) {
        const auto call = read(one.name);
        auto result = decide_as_called(call.workload.configuration, call.options);
        judge(result, call.workload, call.options.strict);
        const auto states = result.covered ? result.covered->states : 0;
        const auto exit = exit_code(result.verdict);
        one.status = exit == ExitCode::holds      ? Status::passed
                     : exit == ExitCode::violated ? Status::failed
                                                  : Status::incomplete;
        one.summary = fmt::format(
            "{} states, {}", grouped(states),
            one.status == Status::incomplete ? result.reason : std::string(to_string(result.verdict)));
        for (const auto& row : result.properties)
            if (row.decides && row.verdict == Verdict::violated)
                one.details += fmt::format("    {} is violated\n", row.property->name);
    }

    /// Notes a run that the implementation does not take; false after the first.
    bool note(GateCase& one, const driver::Script& script) {
        const auto result = replay(script);
        steps_ += result.steps;
        if (result.agreement == Agreement::same) return true;
        one.status = Status::failed;
        one.details = explain(result, script);
        return false;
    }

    void cover(GateCase& one) {
        const auto call = read(one.name);
        const model::Pipeline pipeline(call.workload.configuration, call.workload.wanted);
        steps_ = 0;
        std::uint64_t refused = 0;
        const auto covered = driver::cover(pipeline,
                                           [&](const driver::Run& run) {
                                               if (!note(one, driver::script_of(run.trace, pipeline)))
                                                   ++refused;
                                               return refused == 0 && !stop_.load();
                                           },
                                           {.states_max = cover_states_most, .stop = &stop_});
        if (!covered) throw std::logic_error(covered.error());
        if (!covered->complete) {
            one.status = Status::incomplete;
            one.summary = stop_.load() ? "it was interrupted"
                                       : fmt::format("it has more than {} states, too many to replay all",
                                                     grouped(cover_states_most));
            return;
        }
        const auto share = covered->transitions == 0 ? 100.0
                                                     : 100.0 * static_cast<double>(covered->covered) /
                                                           static_cast<double>(covered->transitions);
        one.summary = fmt::format("{} of {} transitions replayed ({:.0f} %), {} runs, {} steps",
                                  grouped(covered->covered), grouped(covered->transitions), share,
                                  grouped(covered->runs), grouped(steps_));
        if (refused == 0 && covered->covered + covered->out_of_bounds < covered->transitions)
            one.status = Status::incomplete;
    }

    void walk(GateCase& one) {
        const auto call = read(one.name);
        const model::Pipeline pipeline(call.workload.configuration, call.workload.wanted);
        steps_ = 0;
        int walks = 0;
        for (; walks < options_.walks && !stop_.load(); ++walks) {
            const auto run =
                driver::random_walk(pipeline, options_.seed + static_cast<std::uint64_t>(walks), walk_length);
            if (!run) throw std::logic_error(run.error());
            if (!note(one, driver::script_of(run->trace, pipeline))) {
                one.summary = fmt::format("the walk of seed {} is not taken",
                                          options_.seed + static_cast<std::uint64_t>(walks));
                return;
            }
        }
        one.summary = fmt::format("{} walks from seed {}, {} steps", walks, options_.seed, grouped(steps_));
    }

    void tell_apart(GateCase& one) {
        if (!replayer_.has_variant(one.name)) {
            one.status = Status::skipped;
            one.summary = fmt::format("{} has no such switch", replayer_.name());
            return;
        }
        int shown = 0;
        for (const auto& row : invariants::violations()) {
            if (row.variant != one.name) continue;
            Options options;
            options.properties = {std::string(row.property)};
            const auto result = decide_as_called(row.configuration(), options);
            const auto decided = std::ranges::find_if(
                result.properties, [&](const PropertyResult& it) { return it.trace.has_value(); });
            if (decided == result.properties.end()) {
                if (!stop_.load()) fail(one, fmt::format("{} is not violated", row.property), "");
                continue;
            }
            ++shown;
            auto script = driver::script_of(*decided->trace);
            const auto with = replay(script);
            if (with.agreement != Agreement::same)
                fail(one,
                     fmt::format("the counterexample of {} is not taken with the switch on", row.property),
                     explain(with, script));
            script.configuration["variants"] = nlohmann::ordered_json::array();
            if (replay(script).agreement == Agreement::same)
                fail(one, fmt::format("the counterexample of {} is taken with the switch off", row.property),
                     "");
        }
        if (one.status == Status::passed)
            one.summary = fmt::format("{} counterexample{} taken with the switch on, refused with it off",
                                      shown, shown == 1 ? "" : "s");
    }

    static void fail(GateCase& one, std::string summary, std::string details) {
        one.status = Status::failed;
        one.summary = std::move(summary);
        one.details += details;
    }

    void admit(GateCase& one) {
        const auto recording = recordings::read_recording(one.name);
        if (!recording) throw Failure{recording.error()};
        recordings::ConformOptions search;
        search.stop = &stop_;
        const auto result = recordings::conform(*recording, search);
        if (!result) throw Failure{fmt::format("{}: {}", one.name, result.error())};
        one.summary = fmt::format("{} of {} writes admitted", result->writes, recording->writes.size());
        if (result->admitted) return;
        one.status = result->complete ? Status::failed : Status::incomplete;
        one.details = text_of(*recording, *result);
    }

    const Options& options_;
    const GatePlan plan_;
    driver::Replayer replayer_;
    const std::atomic<bool>& stop_ = stop_on_signals();
    std::vector<GateCase> cases_;
    std::uint64_t steps_ = 0;
};

}  // namespace

tl::expected<Gated, UsageError> gate(const Options& options) {
    const auto refuse = [](std::string message) { return tl::unexpected(UsageError{std::move(message)}); };
    if (!options.on) return refuse("gate needs an implementation: --on reference, or --on exec:COMMAND");
    GatePlan plan = default_plan();
    if (!options.arguments.empty()) {
        auto read = read_plan(options.arguments.front());
        if (!read) return tl::unexpected(read.error());
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

    std::vector<GateCase> cases;
    try {
        cases = Gate(options, std::move(plan), std::move(*replayer)).run();
    } catch (const Failure& failure) {
        return refuse(failure.message);
    }
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
    const bool stopped = stop_on_signals().load();
    const auto exit = count(Status::failed) > 0                  ? ExitCode::violated
                      : count(Status::incomplete) > 0 || stopped ? ExitCode::incomplete
                                                                 : ExitCode::holds;
    const auto text = fmt::format("{} passed, {} failed, {} incomplete, {} skipped\n", count(Status::passed),
                                  count(Status::failed), count(Status::incomplete), count(Status::skipped));
    return Gated{options.output == Output::json ? json(cases) : text, exit};
}

}  // namespace kcheck::cli
