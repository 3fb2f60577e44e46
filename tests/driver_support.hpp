// Implementations for the tests of replays that are not programs.
#pragma once

#include <functional>

#include <fmt/core.h>

#include "tests/traces_support.hpp"
#include "traces/driver/run_on.hpp"

namespace kcheck::tests {

namespace driver = traces::driver;

using Json = nlohmann::ordered_json;

/// Answers what the script expects, unless it is told to answer otherwise.
class Mirror final : public driver::Implementation {
public:
    using Instead = std::function<Json(const Json& request, const Json& answer)>;

    explicit Mirror(const driver::Script& script, Instead instead = {})
        : script_(script), instead_(std::move(instead)) {}

    tl::expected<Json, driver::DriverError> exchange(const Json& request) override {
        Json answer;
        if (request.contains("hello")) {
            answer = {{"hello", {{"protocol", 2}, {"name", "mirror"}, {"variants", Json::array()}}}};
            answer["hello"]["variants"] = script_.configuration["variants"];
        } else if (request.contains("configuration")) {
            at_ = 0;
            answer["state"] = driver::to_json(script_.initial);
        } else if (request.contains("step")) {
            answer["state"] = driver::to_json(script_.steps.at(at_++).expected);
        } else {
            answer["state"] =
                driver::to_json(at_ == 0 ? script_.initial : script_.steps.at(at_ - 1).expected);
        }
        if (instead_) answer = instead_(request, answer);
        messages.push_back(request);
        messages.push_back(answer);
        return answer;
    }
    tl::expected<void, driver::DriverError> close() override { return {}; }

    std::vector<Json> messages;  // requests and answers, in turn

private:
    const driver::Script& script_;
    Instead instead_;
    std::size_t at_ = 0;
};

inline driver::Replayed replayed(const driver::Script& script, driver::Implementation& implementation) {
    auto replayer = driver::Replayer::greet(implementation);
    INFO((replayer ? "" : replayer.error().message));
    REQUIRE(replayer);
    auto result = replayer->run(script);
    INFO((result ? "" : result.error().message));
    REQUIRE(result);
    return *std::move(result);
}

}  // namespace kcheck::tests
