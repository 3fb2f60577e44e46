#include "traces/recordings/text.hpp"

#include <fmt/format.h>

namespace kcheck::traces::recordings {

namespace {

const RecordedWrite* before(const Recording& recording, std::size_t write) {
    const auto& writes = recording.writes;
    for (auto i = write; i-- > 0;)
        if (writes[i].object == writes[write].object && writes[i].name == writes[write].name)
            return &writes[i];
    return nullptr;
}

/// "revision 308, system:kube-scheduler", then what it writes.
std::string line_of(const Recording& recording, std::size_t i) {
    const auto& write = recording.writes[i];
    return fmt::format("revision {}, {}\n  {}\n", write.revision, write.user, describe(recording, i));
}

}  // namespace

const char* verdict_of(const Conformance& result) {
    return result.admitted   ? "admitted"
           : result.complete ? "not admitted"
           : result.refused  ? "undecided"
                             : "incomplete";
}

std::string describe(const Recording& recording, std::size_t write) {
    return describe(recording.writes[write], before(recording, write), recording);
}

std::string text_of(const Recording& recording, const Conformance& result) {
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

}  // namespace kcheck::traces::recordings
