// Trace files round trip and refuse what is wrong with a pointer to it; text and ITF.
#include "tests/traces_support.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "traces/counterexamples/file.hpp"
#include "traces/counterexamples/itf.hpp"
#include "traces/counterexamples/json.hpp"
#include "traces/counterexamples/text.hpp"

using namespace kcheck;
using namespace kcheck::tests;
using Json = nlohmann::ordered_json;

namespace {

std::string json_text(const traces::Trace& trace) {
    std::ostringstream out;
    traces::write_json(out, trace);
    return out.str();
}

tl::expected<traces::Trace, traces::FormatError> read(const std::string& text) {
    std::istringstream in(text);
    return traces::read_json(in);
}

}  // namespace

TEST_CASE("a trace file round trips") {
    auto trace = double_binding();
    trace.configuration.staleness.reset();
    const auto text = json_text(trace);
    const auto back = read(text);
    INFO((back ? "" : to_string(back.error())));
    REQUIRE(back);
    REQUIRE(json_text(*back) == text);
    REQUIRE(back->steps == trace.steps);
    REQUIRE(traces::execute(*back));

    const auto lasso = violation(small(1, 1, 0, 0, {"image-never-arrives"}), "bound-pod-starts");
    const auto again = read(json_text(lasso));
    REQUIRE(again);
    REQUIRE(again->cycle == lasso.cycle);
    REQUIRE(traces::execute(*again));
}

TEST_CASE("a trace file that is wrong is refused with a pointer") {
    const auto good = Json::parse(json_text(double_binding()));
    const auto refused_at = [&](const char* pointer, const char* patch_at, const Json& value) {
        auto bad = good;
        bad[Json::json_pointer(patch_at)] = value;
        const auto result = read(bad.dump());
        CAPTURE(patch_at, value.dump());
        REQUIRE_FALSE(result);
        REQUIRE(result.error().pointer == pointer);
        REQUIRE_FALSE(result.error().message.empty());
    };
    refused_at("/format", "/format", "other");
    refused_at("/version", "/version", 1);
    refused_at("/version", "/version", "1");
    refused_at("/more", "/more", 1);
    refused_at("/configuration/nodes/0/capacity", "/configuration/nodes/0/capacity", -1);
    refused_at("/configuration/crashes", "/configuration/crashes", 18446744073709551615U);
    refused_at("/configuration/operations", "/configuration/operations", Json::array());
    refused_at("/configuration", "/bounds/pods", 200);
    refused_at("/configuration/variants/0", "/configuration/variants/0", "no-such-variant");
    refused_at("/reductions/symmetry", "/reductions/symmetry", 1);
    refused_at("/reductions", "/reductions/other", true);
    refused_at("/steps", "/steps", Json::object());
    refused_at("/steps/0/action", "/steps/0/action", "kubectl: sleep");
    refused_at("/steps/1/component", "/steps/1/component", "kubectl");
    refused_at("/steps/2/parameters", "/steps/2/parameters", Json::object());
    refused_at("/steps/2/receipt", "/steps/2/receipt", true);
    refused_at("/steps/2/lag", "/steps/2/lag", 1.5);
    refused_at("/steps/3/state/a~1b", "/steps/3/state/a~1b", 1);
    refused_at("/steps/3/state/deployment.exists", "/steps/3/state/deployment.exists", 2);
    refused_at("/cycle", "/cycle", 1000);
    for (const auto& [name, value] : good.items()) {
        auto bad = good;
        bad.erase(name);
        const auto result = read(bad.dump());
        REQUIRE_FALSE(result);
        REQUIRE(result.error().message == "the member \"" + name + "\" is missing");
    }
    CHECK(to_string(read("{").error()) == "1:2: not JSON: it ends in the middle");
    CHECK(to_string(read("{\n \"format\": x}").error()) == "2:12: not JSON from here on");
    REQUIRE_FALSE(read("[]"));
}

TEST_CASE("files are replaced as a whole, or not at all") {
    const auto folder = std::filesystem::temp_directory_path() / "kcheck-traces-test";
    std::filesystem::create_directories(folder);
    const auto trace = double_binding();
    const auto path = folder / "trace.json";
    REQUIRE(traces::save(path, trace));
    const auto back = traces::load(path);
    REQUIRE(back);
    REQUIRE(back->steps == trace.steps);
    const auto failed = traces::write_file(path, [](std::ostream& out) { out.setstate(std::ios::badbit); });
    REQUIRE_FALSE(failed);
    REQUIRE(traces::load(path));
    const auto files = std::filesystem::directory_iterator(folder);
    REQUIRE(std::distance(begin(files), end(files)) == 1);
    REQUIRE(traces::save(folder / "missing" / "trace.json", trace).error().find("cannot be written") !=
            std::string::npos);
    REQUIRE(traces::load(folder / "missing.json").error().find("cannot be read") != std::string::npos);
    std::filesystem::remove_all(folder);
}

TEST_CASE("ITF has a state for each step, and a loop for a lasso") {
    const auto itf = [](const traces::Trace& trace) {
        std::ostringstream out;
        traces::write_itf(out, trace);
        return Json::parse(out.str());
    };
    const auto trace = double_binding();
    const auto finite = itf(trace);
    REQUIRE(finite["states"].size() == trace.steps.size() + 1);
    REQUIRE_FALSE(finite.contains("loop"));
    for (const auto& state : finite["states"])
        for (const auto& variable : finite["vars"]) REQUIRE(state.contains(variable.get<std::string>()));
    REQUIRE(finite["states"].back()["pods"]["#map"].size() == 1);

    const auto stays = violation(small(1, 1, 0, 0, {"image-never-arrives"}), "bound-pod-starts");
    const auto stuttering = itf(stays);
    REQUIRE(stuttering["states"].size() == stays.steps.size() + 1);
    REQUIRE(stuttering["loop"] == stays.steps.size());
    const auto turns = violation(small(1, 1, 0, 0, {"status-carries-time"}), "quiescence");
    const auto cyclic = itf(turns);
    REQUIRE(cyclic["states"].size() == turns.steps.size());
    REQUIRE(cyclic["loop"] == *turns.cycle);
}

TEST_CASE("the text of a trace is as recorded") {
    const auto golden = std::string(KCHECK_SOURCE_DIR) + "/tests/traces/double-binding.txt";
    std::ifstream in(golden);
    std::ostringstream expected, text;
    expected << in.rdbuf();
    const auto trace = double_binding();
    traces::write_text(text, trace);
    REQUIRE(text.str() == expected.str());

    std::ostringstream verbose, coloured;
    traces::write_text(verbose, trace, {.receipts = true});
    REQUIRE(verbose.str().find("receive the next event") != std::string::npos);
    REQUIRE(text.str().find("receive the next event") == std::string::npos);
    traces::write_text(coloured, trace, {.colour = true});
    REQUIRE(coloured.str().find("\x1b[31m") != std::string::npos);
    REQUIRE(text.str().find('\x1b') == std::string::npos);
}
