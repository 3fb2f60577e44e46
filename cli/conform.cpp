#include "cli/conform.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace kcheck::cli {

namespace recordings = traces::recordings;

namespace {

using Json = nlohmann::ordered_json;

const recordings::RecordedWrite* before(const recordings::Recording& recording, std::size_t write) {
    const auto& writes = recording.writes;
    for (auto i = write; i-- > 0;)
        if (writes[i].object == writes[write].object && writes[i].name == writes[write].name)
            return &writes[i];
    return nullptr;
}

const char* verdict_of(const recordings::Conformance& result) {
    return result.admitted   ? "admitted"
           : result.complete ? "not admitted"
           : result.refused  ? "undecided"
                             : "incomplete";
}

/// "revision 308, system:kube-scheduler", then what it writes.
std::string line_of(const recordings::Recording& recording, std::size_t i) {
    const auto& write = recording.writes[i];
    return fmt::format("revision {}, {}\n  {}\n", write.revision, write.user,
                       describe(write, before(recording, i), recording));
}

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
        return Json{{"revision", write.revision},
                    {"user", write.user},
                    {"write", describe(write, before(recording, i), recording)}};
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

std::string text_of(const recordings::Recording& recording, const recordings::Conformance& result) {
    std::string text;
    for (const auto& [what, count] : recording.left_out)
        text += fmt::format("left out: {} of {}\n", count, what);
    const bool asked = result.complete || result.writes > 0;
    if (recording.replicas_before && asked)
        text += fmt::format("assumed: {} replicas ran when it began, and nothing was under way\n",
                            *recording.replicas_before);
    if (result.admitted)
        return text +
               fmt::format("admitted: the model makes these {} writes, in this order\n", result.writes);
    if (!result.refused) {
        text += fmt::format("incomplete: this is not a pass; {}\n", result.reason);
    } else {
        text += fmt::format("{}: {}  {}\n", verdict_of(result), line_of(recording, *result.refused),
                            result.reason);
        if (const auto& nearest = result.nearest) {
            text += fmt::format("  the nearest action: {}\n", nearest->action);
            for (const auto& part : nearest->false_parts)
                text += fmt::format("    its guard is false: {}\n", part);
            for (const auto& difference : nearest->differences)
                text += fmt::format("    it would write: {}\n", difference);
        }
        for (const auto& other : result.instead) text += fmt::format("  it could write: {}\n", other);
    }
    text += fmt::format("the longest prefix that is admitted: {} of {} writes{}", result.writes,
                        recording.writes.size(), result.writes == 0 ? "\n" : ", the last of them ");
    if (result.writes > 0) text += line_of(recording, result.writes - 1);
    if (recording.unread > 0)
        text += fmt::format("not looked at: {} revisions after that\n", recording.unread);
    return text;
}

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
