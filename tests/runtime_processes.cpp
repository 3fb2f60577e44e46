// Real processes as containers.
#include <catch2/catch.hpp>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>

#include "reference/runtime/pause.hpp"
#include "reference/runtime/posix_process_starter.hpp"
#include "reference/runtime/runtime_core.hpp"
#include "reference/simulation/world.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::runtime;
using kcheck::tests::TemporaryDirectory;

namespace {

std::vector<std::string> shell(const std::string& script) { return {"/bin/sh", "-c", script}; }
const std::string sleeper = "exec sleep 1000";

/// Fails if nothing exits: half a minute is for machines that do something else as well.
void wait_for_exit(const PosixProcessStarter& processes) {
    pollfd descriptor{processes.exit_fd(), POLLIN, 0};
    REQUIRE(poll(&descriptor, 1, 30'000) == 1);
}

bool exists(pid_t pid) { return kill(pid, 0) == 0; }

struct RealRuntime {
    RealRuntime(const std::vector<std::string>& command, const std::string& directory)
        : processes(command), core(process, processes, ImageRegistry(), {.state_directory = directory}) {
        core.start();
    }
    void call(const std::string& method, const Json& parameters) {
        core.call(method, parameters, [&](RuntimeResult value) { results.push_back(std::move(value)); });
    }
    std::string run(const Json& env = Json::array()) {
        call("PullImage", {{"image", "web:1"}});
        world.settle_for(std::chrono::milliseconds(200));
        call("CreateContainer", {{"podUid", "u"}, {"name", "c"}, {"image", "web:1"}, {"env", env}});
        const auto id = string_at(*results.back(), "/id");
        call("StartContainer", {{"id", id}});
        return id;
    }
    /// Until something has returned beside the first `before` results.
    void wait_for_result(std::size_t before) {
        while (results.size() == before) {
            wait_for_exit(processes);
            core.reap();
        }
        CHECK(results.size() == before + 1);
    }
    Json container() {
        call("ListContainers", {});
        return (*results.back())["containers"][0];
    }

    simulation::World world;
    simulation::Process process{world, "container-runtime"};
    PosixProcessStarter processes;
    RuntimeCore core;
    std::vector<RuntimeResult> results;
};

}  // namespace

TEST_CASE("a real process starts with the declared environment only, and ends by SIGTERM", "[runtime]") {
    TemporaryDirectory directory;
    const auto output = directory.path().string() + "/output";
    RealRuntime runtime(shell("echo \"$0 $A $HOME\" >" + output + "; exec sleep 1000"),
                        directory.path().string());
    const auto id = runtime.run({{{"name", "A"}, {"value", "b c"}}});
    REQUIRE(runtime.results.back());
    CHECK(runtime.container()["state"] == "running");
    std::string line;
    for (int tries = 0; tries < 3000 && line.empty(); ++tries) {
        std::ifstream file(output);
        std::getline(file, line);
        if (line.empty()) usleep(10'000);
    }
    CHECK(line == "//c b c ");

    const auto before = runtime.results.size();
    runtime.call("StopContainer", {{"id", id}, {"graceSeconds", 30}});
    runtime.wait_for_result(before);
    CHECK(runtime.container()["exitCode"] == 128 + SIGTERM);
}

TEST_CASE("a real process that ignores SIGTERM is killed with all that it has started", "[runtime]") {
    TemporaryDirectory directory;
    const auto children = directory.path().string() + "/children";
    RealRuntime runtime(
        shell("trap '' TERM; sleep 1000 & echo $! >" + children + "; while :; do sleep 1000; done"),
        directory.path().string());
    const auto id = runtime.run();
    pid_t child = 0;
    for (int tries = 0; tries < 3000 && child == 0; ++tries) {
        std::ifstream(children) >> child;
        if (child == 0) usleep(10'000);
    }
    REQUIRE(child != 0);
    const auto before = runtime.results.size();
    runtime.call("StopContainer", {{"id", id}, {"graceSeconds", 5}});
    runtime.world.settle_for(std::chrono::seconds(4));
    CHECK(runtime.results.size() == before);
    runtime.world.settle_for(std::chrono::seconds(1));
    runtime.wait_for_result(before);
    CHECK(runtime.container()["exitCode"] == 128 + SIGKILL);
    // Whoever is init here reaps the child when it likes: a zombie does not count.
    std::string state = "R";
    for (int tries = 0; tries < 3000 && state != "Z" && !state.empty(); ++tries) {
        std::ifstream file("/proc/" + std::to_string(child) + "/stat");
        std::string skipped;
        state.clear();
        file >> skipped >> skipped >> state;
        if (state != "Z" && !state.empty()) usleep(10'000);
    }
    CHECK((state == "Z" || state.empty()));
}

TEST_CASE("a process that cannot be started is an exited container", "[runtime]") {
    TemporaryDirectory directory;
    RealRuntime runtime({"/nowhere/pause"}, directory.path().string());
    runtime.run();
    REQUIRE_FALSE(runtime.results.back());
    CHECK(runtime.results.back().error().find("No such file or directory") != std::string::npos);
    CHECK(runtime.container()["state"] == "exited");
    CHECK(waitpid(-1, nullptr, WNOHANG) == -1);  // no child is left
}

TEST_CASE("a process whose start was not recorded never runs its program", "[runtime]") {
    TemporaryDirectory directory;
    const auto proof = directory.path().string() + "/proof";
    const pid_t runtime = fork();
    if (runtime == 0) {
        PosixProcessStarter processes(shell("echo ran >" + proof));
        const auto started = processes.start({"t"}, [](const ProcessId&) { raise(SIGKILL); });
        _exit(started ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(runtime, &status, 0) == runtime);
    CHECK(WIFSIGNALED(status));
    usleep(100'000);  // it would have had the time
    CHECK_FALSE(std::filesystem::exists(proof));
}

TEST_CASE("containers outlive a runtime that is killed, and its successor stops them", "[runtime]") {
    TemporaryDirectory directory;
    prctl(PR_SET_CHILD_SUBREAPER, 1);  // so that the orphans come to us
    const pid_t first = fork();
    if (first == 0) {
        RealRuntime runtime(shell(sleeper), directory.path().string());
        runtime.run();
        raise(SIGKILL);
    }
    int status = 0;
    REQUIRE(waitpid(first, &status, 0) == first);

    RealRuntime second(shell(sleeper), directory.path().string());
    const auto container = second.container();
    REQUIRE(container["state"] == "running");
    Json saved;
    std::ifstream(directory.path().string() + "/containers/" + container["id"].get<std::string>() +
                  ".json") >>
        saved;
    const pid_t pid = saved["pid"];
    CHECK(exists(pid));

    const auto before = second.results.size();
    second.call("StopContainer", {{"id", container["id"]}, {"graceSeconds", 30}});
    second.wait_for_result(before);
    CHECK(second.container()["exitCode"] == ProcessStarter::unknown_exit_code);
    CHECK(waitpid(pid, nullptr, 0) == pid);
    prctl(PR_SET_CHILD_SUBREAPER, 0);

    // The number may be another process now: what has started at another time is not ours.
    PosixProcessStarter third(shell(sleeper));
    CHECK_FALSE(third.adopt({getpid(), saved["startTime"].get<std::uint64_t>() + 1}));
}

TEST_CASE("many processes leave no zombie", "[runtime]") {
    PosixProcessStarter processes(shell("exit 7"));
    std::size_t exited = 0;
    for (int i = 0; i < 20; ++i) REQUIRE(processes.start({"t"}, [](const ProcessId&) {}));
    while (exited < 20) {
        wait_for_exit(processes);
        for (const auto& process : processes.reap()) {
            CHECK(process.exit_code == 7);
            ++exited;
        }
    }
    CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
    pollfd descriptor{processes.exit_fd(), POLLIN, 0};
    CHECK(poll(&descriptor, 1, 0) == 0);
}

TEST_CASE("the pause program waits for SIGTERM", "[runtime]") {
    // Blocked from the beginning: the signal may come before pause_main is there.
    sigset_t stop, before;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, &before);
    const pid_t pid = fork();
    if (pid == 0) _exit(pause_main());
    sigprocmask(SIG_SETMASK, &before, nullptr);
    CHECK(waitpid(pid, nullptr, WNOHANG) == 0);
    kill(pid, SIGTERM);
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}
