#include "traces/driver/run_on.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace kcheck::traces::driver {

namespace {

using Json = nlohmann::ordered_json;

constexpr int protocol = 2;

tl::unexpected<DriverError> wrong(const std::string& where, const std::string& what) {
    return tl::unexpected(DriverError{fmt::format("the driver's answer to {}: {}", where, what)});
}

std::string name_of(const Script& script, std::ptrdiff_t at) {
    if (at < 0) return "the configuration";
    if (at == std::ssize(script.steps)) return "the question whether anything is left to do";
    const auto& message = script.steps[static_cast<std::size_t>(at)].message;
    return fmt::format("step {} of {} ({})", at + 1, script.steps.size(), describe(message));
}

bool all_strings(const Json& json) {
    return json.is_array() &&
           std::ranges::all_of(json, [](const Json& element) { return element.is_string(); });
}

/// Compares the answer with what is expected; true if all is as the model says.
tl::expected<bool, std::string> judge(const Json& answer, const Stored& expected, Replayed& result) {
    if (answer.size() == 1 && answer.contains("refuse")) {
        const auto& refusal = answer["refuse"];
        const bool complete = refusal.is_object() && refusal.size() == 2 && refusal.contains("reason") &&
                              refusal["reason"].is_string() && refusal.contains("allowed") &&
                              all_strings(refusal["allowed"]);
        if (!complete)
            return tl::unexpected<std::string>("\"refuse\" must have a \"reason\" and a list \"allowed\"");
        result.agreement = Agreement::refused;
        result.reason = refusal["reason"];
        result.allowed = refusal["allowed"];
        return false;
    }
    if (answer.size() != 1 || !answer.contains("state"))
        return tl::unexpected<std::string>("it must be {\"state\": ...} or {\"refuse\": ...}");
    const auto found = read_stored(answer["state"]);
    if (!found) return tl::unexpected(found.error());
    result.differences = differences(expected, *found);
    if (result.differences.empty()) return true;
    result.agreement = Agreement::different;
    return false;
}

}  // namespace

tl::expected<Replayer, DriverError> Replayer::greet(Implementation& implementation) {
    const auto answer = implementation.exchange({{"hello", {{"protocol", protocol}}}});
    if (!answer) return tl::unexpected(answer.error());
    const bool complete = answer->size() == 1 && answer->contains("hello") && (*answer)["hello"].is_object();
    if (!complete) return wrong("hello", "it must be {\"hello\": {...}}");
    const auto& hello = (*answer)["hello"];
    for (const auto* member : {"protocol", "name", "variants"})
        if (!hello.contains(member))
            return wrong("hello", fmt::format("the member \"{}\" is missing", member));
    if (hello["protocol"] != protocol)
        return wrong("hello", fmt::format("it speaks version {} of the protocol, and kcheck version {}",
                                          hello["protocol"].dump(), protocol));
    if (!hello["name"].is_string() || !all_strings(hello["variants"]))
        return wrong("hello", "\"name\" must be a string and \"variants\" a list of strings");
    Replayer replayer(implementation);
    replayer.name_ = hello["name"];
    replayer.variants_ = hello["variants"];
    return replayer;
}

bool Replayer::has_variant(const std::string& variant) const {
    return std::ranges::find(variants_, variant) != variants_.end();
}

tl::expected<Replayed, DriverError> Replayer::run(const Script& script) {
    Replayed result;
    for (const auto& variant : script.configuration["variants"])
        if (!has_variant(variant)) {
            result.agreement = Agreement::unknown_variant;
            result.reason = variant;
            return result;
        }
    const auto say = [&](const char* kind, const Json& content,
                         const Stored& expected) -> tl::expected<bool, DriverError> {
        const auto answer = implementation_->exchange({{kind, content}});
        if (!answer)
            return tl::unexpected(
                DriverError{fmt::format("at {}: {}", name_of(script, result.at), answer.error().message)});
        const auto judged = judge(*answer, expected, result);
        if (!judged) return wrong(name_of(script, result.at), judged.error());
        return *judged;
    };
    auto agreed = say("configuration", script.configuration, script.initial);
    for (const auto& step : script.steps) {
        if (!agreed || !*agreed) break;
        ++result.at;
        agreed = say("step", step.message, step.expected);
        if (agreed && *agreed) ++result.steps;
    }
    if (agreed && *agreed && script.rests) {
        result.at = std::ssize(script.steps);
        agreed =
            say("rest", Json::object(), script.steps.empty() ? script.initial : script.steps.back().expected);
    }
    if (!agreed) return tl::unexpected(agreed.error());
    return result;
}

std::string explain(const Replayed& replayed, const Script& script) {
    const auto where = name_of(script, replayed.at);
    std::string text;
    switch (replayed.agreement) {
        case Agreement::same: break;
        case Agreement::unknown_variant:
            text = fmt::format("the implementation has no variant {}\n", replayed.reason);
            break;
        case Agreement::refused:
            text = fmt::format("refused: {}\n  {}\n", where, replayed.reason);
            if (replayed.allowed.empty()) text += "  it would do nothing else\n";
            for (const auto& step : replayed.allowed) text += fmt::format("  it would: {}\n", step);
            break;
        case Agreement::different: {
            text = fmt::format("different: {}\n", where);
            std::size_t width = 0;
            for (const auto& one : replayed.differences) width = std::max(width, one.member.size());
            for (const auto& one : replayed.differences)
                text += fmt::format("  {:{}}  model: {}\n  {:{}}  found: {}\n", one.member, width,
                                    one.expected, "", width, one.found);
            break;
        }
    }
    return text;
}

}  // namespace kcheck::traces::driver
