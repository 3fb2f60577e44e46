// Implementations for the tests of replays that are not programs.
#pragma once

#include <functional>

#include <fmt/core.h>

#include "tests/traces_support.hpp"
#include "traces/run_on.hpp"

namespace kcheck::tests {

using Json = nlohmann::ordered_json;

/// Answers what the script expects, unless it is told to answer otherwise.
class Mirror final : public traces::Implementation {
public:
    using Instead = std::function<Json(const Json& request, const Json& answer)>;

    explicit Mirror(const traces::Script& script, Instead instead = {})
        : script_(script), instead_(std::move(instead)) {}

    tl::expected<Json, traces::DriverError> exchange(const Json& request) override {
        Json answer;
        if (request.contains("hello")) {
            answer = {{"hello", {{"protocol", 1}, {"name", "mirror"}, {"variants", Json::array()}}}};
            answer["hello"]["variants"] = script_.configuration["variants"];
        } else if (request.contains("configuration")) {
            at_ = 0;
            answer["state"] = traces::to_json(script_.initial);
        } else if (request.contains("step")) {
            answer["state"] = traces::to_json(script_.steps.at(at_++).expected);
        } else {
            answer["state"] =
                traces::to_json(at_ == 0 ? script_.initial : script_.steps.at(at_ - 1).expected);
        }
        if (instead_) answer = instead_(request, answer);
        messages.push_back(request);
        messages.push_back(answer);
        return answer;
    }
    tl::expected<void, traces::DriverError> close() override { return {}; }

    std::vector<Json> messages;  // requests and answers, in turn

private:
    const traces::Script& script_;
    Instead instead_;
    std::size_t at_ = 0;
};

inline traces::Replayed replayed(const traces::Script& script, traces::Implementation& implementation) {
    auto replayer = traces::Replayer::greet(implementation);
    INFO((replayer ? "" : replayer.error().message));
    REQUIRE(replayer);
    auto result = replayer->run(script);
    INFO((result ? "" : result.error().message));
    REQUIRE(result);
    return *std::move(result);
}

}  // namespace kcheck::tests
