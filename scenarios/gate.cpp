#include "scenarios/gate.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include <fmt/format.h>

#include "invariants/violations.hpp"
#include "model/variants.hpp"
#include "scenarios/numbers.hpp"
#include "scenarios/run.hpp"
#include "traces/driver/coverage.hpp"
#include "traces/driver/script.hpp"
#include "traces/recordings/text.hpp"

namespace kcheck::scenarios {

namespace recordings = traces::recordings;

namespace driver = traces::driver;

namespace {

using driver::Agreement;
using Status = GateCase::Status;

constexpr std::size_t walk_length = 200;
constexpr std::uint64_t cover_states_most = 1'000'000;

/// A driver that fails, or a wrong call in the plan: there is nothing to go on with. Does not leave this
/// file.
struct Failure {
    std::string message;
};

class Gate {
public:
    Gate(const GatePlan& plan, driver::Replayer replayer, const GateOptions& options)
        : plan_(plan), replayer_(std::move(replayer)), options_(options), stop_(*options.stop) {}

    std::vector<GateCase> run() {
        for (const auto* calls : {&plan_.verify, &plan_.cover, &plan_.walk})
            for (const auto& call : *calls) look_at(call);
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
    /// A call that is wrong is so before anything runs: what has been found is not lost for it.
    void look_at(const std::string& call) const {
        const auto& workload = read(call).workload;
        if (workload.configuration.rolls_out())
            throw Failure{fmt::format("{}: {}", call, driver::one_template)};
        try {
            model::Pipeline(workload.configuration, workload.wanted,
                            model::Bounds::least(workload.configuration));
        } catch (const std::length_error&) {
            throw Failure{fmt::format("{}: {}", call, too_large)};
        }
    }

    template <class Run>
    void add(const std::string& suite, const std::string& name, Run&& run) {
        if (stop_.load()) return;
        const auto began = std::chrono::steady_clock::now();
        GateCase one;
        one.suite = suite;
        one.name = name;
        try {
            run(one);
        } catch (const std::length_error& error) {  // a limit of the engine
            if (one.status != Status::failed) {
                one.status = Status::incomplete;
                one.summary = error.what();
            }
        }
        one.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        if (stop_.load() && one.status == Status::passed) {
            one.status = Status::incomplete;
            one.summary = "it was interrupted";
        }
        options_.on_case(one);
        cases_.push_back(std::move(one));
    }

    GateCall read(const std::string& call) const {
        auto read = options_.read(call);
        if (!read) throw Failure{fmt::format("{}: {}", call, read.error())};
        return std::move(*read);
    }

    /// As a call of kcheck decides it. Throws where kcheck contradicts itself.
    Result check_as_called(const model::Configuration& configuration, const model::Reductions& wanted,
                           const CheckOptions& options) const {
        auto result = check(configuration, wanted, options, {&stop_, {}});
        if (!result) throw std::logic_error(result.error().message);
        return std::move(*result);
    }

    driver::Replayed replay(const driver::Script& script) {
        auto result = replayer_.run(script);
        if (!result) throw Failure{fmt::format("{}: {}", options_.implementation, result.error().message)};
        return std::move(*result);
    }

    void verify(GateCase& one) {
        const auto call = read(one.name);
        auto result = check_as_called(call.workload.configuration, call.workload.wanted, call.options);
        judge(result, call.workload, call.strict);
        const auto states = result.covered ? result.covered->states : 0;
        one.status = is_pass(result.verdict)               ? Status::passed
                     : result.verdict == Verdict::violated ? Status::failed
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
            if (row.variant != one.name || row.configuration().rolls_out()) continue;
            auto options = options_.of_variants;
            options.properties = {std::string(row.property)};
            const auto result = check_as_called(row.configuration(), {}, options);
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

    const GatePlan& plan_;
    driver::Replayer replayer_;
    const GateOptions& options_;
    const std::atomic<bool>& stop_;
    std::vector<GateCase> cases_;
    std::uint64_t steps_ = 0;
};

}  // namespace

GateCase::Status overall(const std::vector<GateCase>& cases, bool stopped) {
    const auto some = [&](Status status) {
        return std::ranges::any_of(cases, [&](const GateCase& one) { return one.status == status; });
    };
    if (some(Status::failed)) return Status::failed;
    if (some(Status::incomplete) || stopped) return Status::incomplete;
    return some(Status::passed) ? Status::passed
                                : Status::incomplete;  // nothing ran: nothing can have passed
}

tl::expected<std::vector<GateCase>, std::string> run_gate(const GatePlan& plan, driver::Replayer replayer,
                                                          const GateOptions& options) {
    try {
        return Gate(plan, std::move(replayer), options).run();
    } catch (const Failure& failure) {
        return tl::unexpected(failure.message);
    }
}

}  // namespace kcheck::scenarios
