#include "cli/replay_on.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/interrupt.hpp"
#include "traces/driver/run_on.hpp"

namespace kcheck::cli {

namespace driver = traces::driver;

namespace {

using Json = nlohmann::ordered_json;
using driver::Agreement;

constexpr std::string_view exec_prefix = "exec:";

const char* name_of(Agreement agreement) {
    switch (agreement) {
        case Agreement::same: return "replayed";
        case Agreement::different: return "different";
        case Agreement::refused: return "refused";
        case Agreement::unknown_variant: return "unknown variant";
    }
    return "";
}

std::string text_of(const driver::Replayed& result, const driver::Script& script, const std::string& name) {
    if (result.agreement == Agreement::same)
        return fmt::format("replayed: {} does what the trace says, {} steps\n", name, result.steps);
    return fmt::format("{}{} steps of {} were replayed on {}\n", explain(result, script), result.steps,
                       script.steps.size(), name);
}

std::string json_of(const driver::Replayed& result, const driver::Script& script, const std::string& name) {
    Json json{{"implementation", name},
              {"verdict", name_of(result.agreement)},
              {"steps", script.steps.size()},
              {"replayed", result.steps}};
    const bool at_step = result.at >= 0 && result.at < std::ssize(script.steps);
    if (result.agreement != Agreement::same && at_step)
        json["step"] = script.steps[static_cast<std::size_t>(result.at)].message;
    if (result.agreement == Agreement::different)
        for (const auto& one : result.differences)
            json["differences"].push_back(
                {{"member", one.member}, {"model", one.expected}, {"found", one.found}});
    if (result.agreement == Agreement::refused) {
        json["reason"] = result.reason;
        json["allowed"] = result.allowed;
    }
    return json.dump(1) + '\n';
}

}  // namespace

tl::expected<std::unique_ptr<driver::ExecImplementation>, UsageError> start_implementation(
    const std::string& on, const driver::ExecOptions& options) {
    tl::expected<std::unique_ptr<driver::ExecImplementation>, driver::DriverError> started;
    if (on.starts_with(exec_prefix)) {
        started = driver::ExecImplementation::start_shell(on.substr(exec_prefix.size()), options);
    } else {
        std::error_code error;
        const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
        const auto program = self.parent_path() / "kcheck-reference";
        if (error || !std::filesystem::exists(program, error))
            return refuse(
                fmt::format("--on reference: there is no program {} (make run builds it beside kcheck)",
                            program.string()));
        started = driver::ExecImplementation::start({program.string(), "drive"}, options);
    }
    if (!started) return refuse(fmt::format("--on {}: {}", on, started.error().message));
    return *std::move(started);
}

tl::expected<Replayed, UsageError> replay_on(const Options& options, const traces::Trace& trace) {
    if (trace.configuration.rolls_out()) return refuse(fmt::format("--on: {}", driver::one_template));
    const auto failed = [&](const driver::DriverError& error) {
        return refuse(fmt::format("--on {}: {}", *options.on, error.message));
    };
    const auto timeout =
        std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(options.driver_timeout_s));
    const auto implementation =
        start_implementation(*options.on, {.timeout = timeout, .stop = &stop_on_signals()});
    if (!implementation) return tl::unexpected(implementation.error());
    auto replayer = driver::Replayer::greet(**implementation);
    if (!replayer) return failed(replayer.error());
    const auto script = driver::script_of(trace);
    const auto result = replayer->run(script);
    if (!result) return failed(result.error());
    if (result->agreement == Agreement::unknown_variant)
        return refuse(
            fmt::format("--on {}: {} has no variant {}", *options.on, replayer->name(), result->reason));
    if (const auto closed = (*implementation)->close(); !closed) return failed(closed.error());
    const auto& name = replayer->name();
    return Replayed{
        options.output == Output::json ? json_of(*result, script, name) : text_of(*result, script, name),
        result->agreement == Agreement::same ? ExitCode::holds : ExitCode::violated};
}

}  // namespace kcheck::cli
