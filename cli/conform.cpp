#include "cli/conform.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace kcheck::cli {

namespace {

using Json = nlohmann::ordered_json;

const traces::RecordedWrite* before(const traces::Recording& recording, std::size_t write) {
    const auto& writes = recording.writes;
    for (auto i = write; i-- > 0;)
        if (writes[i].object == writes[write].object && writes[i].name == writes[write].name)
            return &writes[i];
    return nullptr;
}

const char* verdict_of(const traces::Conformance& result) {
    return result.admitted ? "admitted" : result.complete ? "not admitted" : "incomplete";
}

std::string json_of(const traces::Recording& recording, const traces::Conformance& result) {
    Json json{{"verdict", verdict_of(result)},
              {"deployment", recording.deployment},
              {"writes", recording.writes.size()},
              {"admitted", result.writes},
              {"statesPeak", result.states_peak}};
    for (const auto& [what, count] : recording.left_out) json["leftOut"][what] = count;
    if (!result.admitted) json["reason"] = result.reason;
    if (result.refused) {
        const auto& write = recording.writes[*result.refused];
        json["refused"] = {{"revision", write.revision},
                           {"user", write.user},
                           {"write", describe(write, before(recording, *result.refused), recording)},
                           {"instead", result.instead}};
    }
    return json.dump(1) + '\n';
}

}  // namespace

std::string text_of(const traces::Recording& recording, const traces::Conformance& result) {
    std::string text;
    for (const auto& [what, count] : recording.left_out)
        text += fmt::format("left out: {} of {}\n", count, what);
    if (recording.replicas_before)
        text += fmt::format("assumed: {} replicas ran when it began, and nothing was under way\n",
                            *recording.replicas_before);
    if (result.admitted)
        return text +
               fmt::format("admitted: the model makes these {} writes, in this order\n", result.writes);
    if (!result.refused) return text + fmt::format("incomplete: this is not a pass; {}\n", result.reason);
    const auto& write = recording.writes[*result.refused];
    text += fmt::format("not admitted: revision {}, {}\n  {}\n  {}\n", write.revision, write.user,
                        describe(write, before(recording, *result.refused), recording), result.reason);
    for (const auto& other : result.instead) text += fmt::format("  it could write: {}\n", other);
    return text +
           fmt::format("{} writes of {} before it are admitted\n", result.writes, recording.writes.size());
}

tl::expected<Conformed, UsageError> conform(const Options& options, const std::atomic<bool>& stop) {
    const auto& path = options.arguments.front();
    const auto recording = traces::read_recording(path, options.deployment);
    if (!recording) return tl::unexpected(UsageError{recording.error()});
    traces::ConformOptions search;
    search.crashes = options.crashes.value_or(0);
    search.lost_replies = options.lost_replies.value_or(0);
    search.states_max = options.max_states.value_or(search.states_max);
    search.stop = &stop;
    const auto result = traces::conform(*recording, search);
    if (!result) return tl::unexpected(UsageError{fmt::format("{}: {}", path, result.error())});
    return Conformed{
        options.output == Output::json ? json_of(*recording, *result) : text_of(*recording, *result),
        result->admitted   ? ExitCode::holds
        : result->complete ? ExitCode::violated
                           : ExitCode::incomplete};
}

}  // namespace kcheck::cli
