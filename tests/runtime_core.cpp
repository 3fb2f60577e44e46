#include <catch2/catch.hpp>

#include <fstream>
#include <map>
#include <optional>

#include "reference/runtime/runtime_core.hpp"
#include "reference/runtime/simulated_process_starter.hpp"
#include "reference/simulation/world.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::runtime;
using kcheck::tests::TemporaryDirectory;
using std::chrono::seconds;

namespace {

/// A runtime, and what its calls have returned.
struct Runtime {
    explicit Runtime(RuntimeOptions options = {}, ImageRegistry registry = ImageRegistry())
        : core(process, processes, std::move(registry), std::move(options)) {}

    RuntimeResult call(const std::string& method, const Json& parameters = Json::object()) {
        std::optional<RuntimeResult> result;
        core.call(method, parameters, [&](RuntimeResult value) { result = std::move(value); });
        world.settle_for(std::chrono::milliseconds(200));
        if (!result) throw std::runtime_error(method + " has not returned");
        return *result;
    }
    std::string create(const std::string& pod = "uid-1", int attempt = 0) {
        REQUIRE(call("PullImage", {{"image", "web:1"}}));
        const auto created = call("CreateContainer", {{"podUid", pod},
                                                      {"podName", "web"},
                                                      {"namespace", "default"},
                                                      {"name", "main"},
                                                      {"attempt", attempt},
                                                      {"image", "web:1"},
                                                      {"env", {{{"name", "A"}, {"value", "b"}}}}});
        return string_at(created.value(), "/id");
    }
    Json container(const std::string& id) {
        const Json list = call("ListContainers").value();
        for (const auto& listed : list["containers"])
            if (listed["id"] == id) return listed;
        return {};
    }

    simulation::World world;
    simulation::Process process{world, "container-runtime"};
    SimulatedProcessStarter processes;
    RuntimeCore core;
};

}  // namespace

TEST_CASE("a container is created, runs, and is stopped and removed", "[runtime]") {
    Runtime runtime;
    const auto id = runtime.create();
    auto shown = runtime.container(id);
    CHECK(shown["state"] == "created");
    CHECK(shown["startedAt"] == nullptr);
    CHECK(runtime.processes.running().empty());

    REQUIRE(runtime.call("StartContainer", {{"id", id}}));
    shown = runtime.container(id);
    CHECK(shown["state"] == "running");
    CHECK(shown["exitCode"] == nullptr);
    CHECK(runtime.processes.running().size() == 1);
    CHECK(runtime.call("StartContainer", {{"id", id}}));
    CHECK(runtime.processes.running().size() == 1);
    CHECK_FALSE(runtime.call("RemoveContainer", {{"id", id}}));

    REQUIRE(runtime.call("StopContainer", {{"id", id}, {"graceSeconds", 30}}));
    shown = runtime.container(id);
    CHECK(shown["state"] == "exited");
    CHECK(shown["exitCode"] == 0);
    CHECK(runtime.call("StartContainer", {{"id", id}}).error().find("has exited") != std::string::npos);
    CHECK(runtime.call("RemoveContainer", {{"id", id}}));
    CHECK(runtime.container(id) == nullptr);
    CHECK(runtime.call("RemoveContainer", {{"id", id}}));
}

TEST_CASE("a container is created once, from an image that is there, under a plain name", "[runtime]") {
    Runtime runtime;
    const Json wanted = {{"podUid", "u"}, {"name", "main"}, {"image", "web:1"}};
    CHECK(runtime.call("CreateContainer", wanted).error() == "image \"web:1\" is not present");
    CHECK(runtime.call("ImageStatus", wanted).value()["present"] == false);
    REQUIRE(runtime.call("PullImage", wanted));
    CHECK(runtime.call("ImageStatus", wanted).value()["present"] == true);
    CHECK(runtime.call("CreateContainer", wanted));
    CHECK_FALSE(runtime.call("CreateContainer", wanted));
    for (const auto* name : {"", "../main", "a/b", "a\nb"})
        CHECK_FALSE(runtime.call("CreateContainer", {{"podUid", "u"}, {"name", name}, {"image", "web:1"}}));
    CHECK_FALSE(runtime.call("StartContainer", {{"id", "nobody"}}));
    CHECK_FALSE(runtime.call("Attach"));
}

TEST_CASE("what ignores SIGTERM is killed after its grace, or a shorter one", "[runtime]") {
    Runtime runtime;
    runtime.processes.ignores_term = true;
    const auto id = runtime.create();
    REQUIRE(runtime.call("StartContainer", {{"id", id}}));
    int stopped = 0;
    const auto stop = [&](int grace) {
        runtime.core.call("StopContainer", {{"id", id}, {"graceSeconds", grace}},
                          [&](const RuntimeResult& result) { stopped += result ? 1 : 100; });
    };
    stop(30);
    runtime.world.settle_for(seconds(10));
    CHECK(stopped == 0);
    SECTION("after all of it") { runtime.world.settle_for(seconds(20)); }
    SECTION("after a shorter one") {
        stop(40);
        stop(5);
        runtime.world.settle_for(seconds(5));
        CHECK(stopped == 3);
    }
    SECTION("at once") { stop(0); }
    CHECK(stopped > 0);
    CHECK(stopped < 100);
    CHECK(runtime.container(id)["exitCode"] == 137);
    CHECK_FALSE(runtime.process.has_timer("kill"));
}

TEST_CASE("a container that was never started stops without a process", "[runtime]") {
    Runtime runtime;
    const auto id = runtime.create();
    REQUIRE(runtime.call("StopContainer", {{"id", id}, {"graceSeconds", 30}}));
    CHECK(runtime.container(id)["state"] == "exited");
}

TEST_CASE("a process that ends by itself is noticed", "[runtime]") {
    Runtime runtime;
    const auto id = runtime.create();
    REQUIRE(runtime.call("StartContainer", {{"id", id}}));
    runtime.processes.exit(*runtime.processes.running().begin(), 3);
    runtime.core.reap();
    CHECK(runtime.container(id)["state"] == "exited");
    CHECK(runtime.container(id)["exitCode"] == 3);
    CHECK(runtime.create("uid-1", 1) != id);
}

TEST_CASE("pulls take their time, and may fail", "[runtime]") {
    auto registry = ImageRegistry::parse(Json::parse(R"({
        "default": {"delayMilliseconds": 0},
        "images": {"slow:1": {"delayMilliseconds": 5000}, "flaky:1": {"fails": 2},
                   "broken:1": {"fails": "always"}, "gone:1": {"fails": "not found"}}})"));
    REQUIRE(registry);
    Runtime runtime({}, *registry);
    CHECK(runtime.call("PullImage", {{"image", "any:1"}}));
    CHECK_FALSE(runtime.call("PullImage", {{"image", ""}}));
    CHECK_FALSE(runtime.call("PullImage", {{"image", "flaky:1"}}));
    CHECK_FALSE(runtime.call("PullImage", {{"image", "flaky:1"}}));
    CHECK(runtime.call("PullImage", {{"image", "flaky:1"}}));
    CHECK_FALSE(runtime.call("PullImage", {{"image", "broken:1"}}));
    CHECK(runtime.call("PullImage", {{"image", "gone:1"}}).error().find("not found") != std::string::npos);
    CHECK(runtime.call("ImageStatus", {{"image", "gone:1"}}).value()["present"] == false);

    int pulled = 0;
    for (int kubelet = 0; kubelet < 2; ++kubelet)
        runtime.core.call("PullImage", {{"image", "slow:1"}}, [&](const RuntimeResult& result) {
            REQUIRE(result);
            ++pulled;
        });
    runtime.world.settle_for(seconds(4));
    CHECK(pulled == 0);
    runtime.world.settle_for(seconds(1));
    CHECK(pulled == 2);
}

TEST_CASE("with image-never-arrives no pull succeeds", "[runtime]") {
    Runtime runtime({.switches = {Switch::image_never_arrives}});
    CHECK_FALSE(runtime.call("PullImage", {{"image", "any:1"}}));
}

TEST_CASE("a wrong table of images says where", "[runtime]") {
    const auto error = [](const char* text) { return ImageRegistry::parse(Json::parse(text)).error(); };
    CHECK(error("[]") == "the table of images must be an object");
    CHECK(error(R"({"image": {}})") == "the table of images has no member \"image\"");
    CHECK(error(R"({"images": {"a:1": {"delay": 1}}})") == "images[\"a:1\"] has no member \"delay\"");
    CHECK(error(R"({"default": {"sizeBytes": -1}})") ==
          "default.sizeBytes must be a number that is not negative");
    CHECK(error(R"({"images": {"a:1": {"fails": "often"}}})") ==
          "images[\"a:1\"].fails must be \"never\", \"always\", \"not found\" or a number of pulls");
    TemporaryDirectory directory;
    CHECK(ImageRegistry::read(directory.path().string() + "/none").error().find("cannot be read") !=
          std::string::npos);
    std::ofstream(directory.path().string() + "/table") << "{";
    CHECK(ImageRegistry::read(directory.path().string() + "/table").error().find("is not JSON") !=
          std::string::npos);
}

TEST_CASE("a runtime that restarts finds its containers and images", "[runtime]") {
    TemporaryDirectory directory;
    Runtime runtime({.state_directory = directory.path().string()});
    const auto kept = runtime.create("uid-1"), died = runtime.create("uid-2"), idle = runtime.create("uid-3"),
               removed = runtime.create("uid-4");
    REQUIRE(runtime.call("StartContainer", {{"id", kept}}));
    REQUIRE(runtime.call("StartContainer", {{"id", died}}));
    REQUIRE(runtime.call("RemoveContainer", {{"id", removed}}));
    const auto second = *std::next(runtime.processes.running().begin());
    runtime.processes.exit(second, 0);  // while the runtime is down: nobody sees the code

    RuntimeCore restarted(runtime.process, runtime.processes, ImageRegistry(),
                          {.state_directory = directory.path().string()});
    restarted.start();
    std::map<std::string, Json> found;
    restarted.call("ListContainers", {}, [&](const RuntimeResult& result) {
        for (const auto& container : (*result)["containers"]) found[container["id"]] = container;
    });
    CHECK(found.size() == 3);
    CHECK(found[kept]["state"] == "running");
    CHECK(found[died]["state"] == "exited");
    CHECK(found[died]["exitCode"] == ProcessStarter::unknown_exit_code);
    CHECK(found[idle]["state"] == "created");
    restarted.call("ImageStatus", {{"image", "web:1"}},
                   [](const RuntimeResult& result) { CHECK((*result)["present"] == true); });
    bool stopped = false;
    restarted.call("StopContainer", {{"id", kept}, {"graceSeconds", 1}},
                   [&](const RuntimeResult&) { stopped = true; });
    CHECK(stopped);
    CHECK(runtime.processes.running().empty());

    std::ofstream(directory.path().string() + "/containers/" + kept + ".json") << "{\"info\": {}}";
    RuntimeCore damaged(runtime.process, runtime.processes, ImageRegistry(),
                        {.state_directory = directory.path().string()});
    CHECK_THROWS_AS(damaged.start(), std::runtime_error);
}
