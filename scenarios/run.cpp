#include "scenarios/run.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace kcheck::scenarios {

tl::expected<std::vector<Outcome>, InternalError> run_all(std::span<const Workload> workloads, bool strict,
                                                          double timeout_s, const DecideOne& decide_one) {
    constexpr double least_s = 0.001;  // what is out of time says so
    const auto began = std::chrono::steady_clock::now();
    std::vector<Outcome> outcomes;
    for (const Workload& workload : workloads) {
        const std::chrono::duration<double> gone = std::chrono::steady_clock::now() - began;
        Result result;
        try {
            auto decided = decide_one(workload, std::max(least_s, timeout_s - gone.count()));
            if (!decided) return tl::unexpected(decided.error());
            result = std::move(*decided);
        } catch (const std::length_error&) {
            if (workloads.size() == 1) throw;
            result.reason = too_large;
        }
        judge(result, workload, strict);
        outcomes.push_back({&workload, std::move(result)});
    }
    return outcomes;
}

}  // namespace kcheck::scenarios
