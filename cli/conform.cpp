#include "cli/conform.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "traces/recordings/text.hpp"

namespace kcheck::cli {

namespace recordings = traces::recordings;

namespace {

using Json = nlohmann::ordered_json;

std::string json_of(const recordings::Recording& recording, const recordings::Conformance& result) {
    Json json{{"verdict", verdict_of(result)},
              {"deployment", recording.deployment},
              {"writes", recording.writes.size()},
              {"admitted", result.writes},
              {"statesPeak", result.states_peak}};
    for (const auto& [what, count] : recording.left_out) json["leftOut"][what] = count;
    if (recording.unread > 0) json["notLookedAt"] = recording.unread;
    if (!result.admitted) json["reason"] = result.reason;
    const auto write_of = [&](std::size_t i) {
        const auto& write = recording.writes[i];
        return Json{{"revision", write.revision}, {"user", write.user}, {"write", describe(recording, i)}};
    };
    if (result.writes > 0) json["lastAdmitted"] = write_of(result.writes - 1);
    if (result.refused) {
        json["refused"] = write_of(*result.refused);
        json["refused"]["instead"] = result.instead;
        if (const auto& nearest = result.nearest)
            json["refused"]["nearest"] = {{"action", nearest->action},
                                          {"falseParts", nearest->false_parts},
                                          {"differences", nearest->differences}};
    }
    return json.dump(1) + '\n';
}

}  // namespace

tl::expected<Conformed, UsageError> conform(const Options& options, const std::atomic<bool>& stop) {
    const auto& path = options.arguments.front();
    const auto recording = recordings::read_recording(path, options.deployment);
    if (!recording) return tl::unexpected(UsageError{recording.error()});
    recordings::ConformOptions search;
    search.crashes = options.crashes.value_or(0);
    search.lost_replies = options.lost_replies.value_or(0);
    search.states_max = options.max_states.value_or(search.states_max);
    search.timeout_s = options.timeout_s.value_or(search.timeout_s);
    search.stop = &stop;
    const auto result = recordings::conform(*recording, search);
    if (!result) return tl::unexpected(UsageError{fmt::format("{}: {}", path, result.error())});
    return Conformed{
        options.output == Output::json ? json_of(*recording, *result) : text_of(*recording, *result),
        result->admitted   ? ExitCode::holds
        : result->complete ? ExitCode::violated
                           : ExitCode::incomplete};
}

}  // namespace kcheck::cli
