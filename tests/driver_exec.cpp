// Programs that break the protocol are told from those that do not, and leave nothing behind.
#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include "traces/driver/child_process.hpp"
#include "traces/driver/run_on.hpp"

using namespace kcheck;
namespace driver = kcheck::traces::driver;
using namespace std::chrono_literals;
using driver::ExecImplementation;

namespace {

/// A file that a driver may write the number of a process into.
class Note {
public:
    Note()
        : path_(std::filesystem::temp_directory_path() /
                fmt::format("kcheck-driver-{}-{}", getpid(), ++count_)) {}
    ~Note() { std::filesystem::remove(path_); }
    std::string path() const { return path_.string(); }
    pid_t pid() const {
        std::ifstream file(path_);
        pid_t pid = 0;
        file >> pid;
        return pid;
    }

private:
    static inline int count_ = 0;
    std::filesystem::path path_;
};

/// Gone, or a zombie that whoever adopted it has still to reap.
bool is_dead(pid_t pid) {
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string number, name, state;
    return !(file >> number >> name >> state) || state == "Z" || state == "X";
}

void require_dead(pid_t pid) {
    REQUIRE(pid > 0);
    // It has been killed; the kernel may take a moment over it.
    for (int attempt = 0; attempt < 1000 && !is_dead(pid); ++attempt) std::this_thread::sleep_for(10ms);
    REQUIRE(is_dead(pid));
}

void require_no_children() {
    const auto left = waitpid(-1, nullptr, WNOHANG);
    REQUIRE(left == -1);
    REQUIRE(errno == ECHILD);
}

std::string broken(const std::string& how, const Note& note) {
    return fmt::format("exec python3 {}/tests/driver/broken.py {} {}", KCHECK_SOURCE_DIR, how, note.path());
}

/// A script of a cluster in which nothing happens.
driver::Script nothing() {
    driver::Script script;
    script.configuration = {{"deployment", "app"},
                            {"replicas", {0}},
                            {"nodes", nlohmann::ordered_json::array()},
                            {"waitsUntilAvailable", false},
                            {"variants", nlohmann::ordered_json::array()},
                            {"statusLast", true}};
    script.initial.containers.emplace();
    script.initial.images.emplace();
    return script;
}

/// The error of a conversation of one configuration; empty if there is none.
std::string error_of(const std::string& command, std::chrono::milliseconds timeout = 20s) {
    auto program = ExecImplementation::start_shell(command, {.timeout = timeout, .stop = nullptr});
    REQUIRE(program);
    auto replayer = driver::Replayer::greet(**program);
    if (!replayer) return replayer.error().message;
    const auto result = replayer->run(nothing());
    if (!result) return result.error().message;
    REQUIRE(result->agreement == driver::Agreement::same);
    const auto closed = (*program)->close();
    return closed ? "" : closed.error().message;
}

void says(const std::string& error, const std::string& what) {
    CAPTURE(error);
    REQUIRE(error.find(what) != std::string::npos);
}

}  // namespace

TEST_CASE("drivers that break the protocol get a clear error") {
    const auto [how, what] = GENERATE(table<const char*, const char*>({
        {"die",
         "at the configuration: the driver exited with status 3 before it answered\n"
         "  its standard error ends:\n    first line\n    last words"},
        {"signal", "was killed by signal 6 (Aborted) before it answered"},
        {"garbage", "answers \"Traceback: \\x1b[31mnonsense\", which is no JSON object"},
        {"binary", "answers \"\\xff\\xfe\\x00{}\", which is no JSON object"},
        {"list", "answers \"[1, 2]\", which is no JSON object"},
        {"huge", "answers with a line of more than 16777216 bytes"},
        {"deep", "answers with more than 64 nested values"},
        {"close-output", "has closed its standard output"},
        {"twice", "says \"{\"state\": {\"deployment\": null"},
        {"no-state", "the driver's answer to the configuration: it must be {\"state\": ...}"},
        {"bad-state", "state.pods.0.phase must be one of [\"Pending\",\"Running\",\"Terminal\"]"},
        {"bad-refusal", "\"refuse\" must have a \"reason\""},
        {"version", "it speaks version 1 of the protocol"},
        {"no-name", "the member \"name\" is missing"},
        {"after-close", "without being asked"},
        {"bad-exit", "the driver exited with status 5"},
    }));
    CAPTURE(how);
    const Note note;
    says(error_of(broken(how, note)), what);
    require_no_children();
}

TEST_CASE("a driver that hangs is killed with all that it has started") {
    const Note note;
    says(error_of(broken("hang", note), 2s), "at the configuration: the driver does not answer within 2 s");
    require_dead(note.pid());
    const Note other;
    says(error_of(broken("deaf", other), 2s),
         "the driver does not exit when its standard input is closed within 2 s");
    require_dead(other.pid());
    require_no_children();
}

TEST_CASE("what a driver that ended has left running is killed") {
    const Note note;
    says(error_of(broken("die-with-child", note)), "exited with status 4 before it answered");
    require_dead(note.pid());
    const Note other;
    REQUIRE(error_of(broken("child-left", other)).empty());
    require_dead(other.pid());
    require_no_children();
}

TEST_CASE("a driver may write as much as it likes to its standard error") {
    const Note note;
    REQUIRE(error_of(broken("loud", note)).empty());
}

TEST_CASE("a program that is not there, or reads nothing, is an error and no signal") {
    says(error_of("exec /no/such/program"), "exited with status 127");
    says(error_of("true"), "exited with status 0 before it answered");
    says(error_of("exec 0<&-; sleep 0.2"), "exited with status 0 before it answered");
    auto program = ExecImplementation::start({"/no/such/program"});
    REQUIRE(program);
    const auto answer = (*program)->exchange({{"hello", {{"protocol", 2}}}});
    REQUIRE_FALSE(answer);
    says(answer.error().message,
         "exited with status 127 before it answered\n  its standard error ends:\n"
         "    the program cannot be executed");
    // A message that is larger than a pipe holds, to one that ends without reading it.
    auto deaf = ExecImplementation::start_shell("sleep 0.2");
    REQUIRE(deaf);
    REQUIRE_FALSE((*deaf)->exchange({{"hello", std::string(1 << 20, 'x')}}));
    require_no_children();
}

TEST_CASE("large messages go both ways at once") {
    // It echoes each line piece by piece: neither side may wait for the other to read first.
    auto echo = ExecImplementation::start_shell("exec cat");
    REQUIRE(echo);
    const nlohmann::ordered_json message{{"text", std::string(8 << 20, 'x')}};
    for (int round = 0; round < 3; ++round) {
        const auto answer = (*echo)->exchange(message);
        REQUIRE(answer);
        REQUIRE(*answer == message);
    }
    REQUIRE((*echo)->close());
}

TEST_CASE("a signal to kcheck ends the driver") {
    const Note note;
    std::atomic<bool> stop = false;
    auto program = ExecImplementation::start_shell(broken("hang", note), {.timeout = 600s, .stop = &stop});
    REQUIRE(program);
    auto replayer = driver::Replayer::greet(**program);
    REQUIRE(replayer);
    std::thread later([&] {
        while (note.pid() == 0) std::this_thread::sleep_for(10ms);
        stop = true;
    });
    const auto result = replayer->run(nothing());
    later.join();
    REQUIRE_FALSE(result);
    // Whoever was given up stays so.
    REQUIRE_FALSE((*program)->exchange({{"rest", nlohmann::ordered_json::object()}}));
    REQUIRE_FALSE((*program)->close());
    says(result.error().message, "was ended by a signal to kcheck");
    require_dead(note.pid());
}

TEST_CASE("a driver that is not closed is killed with its owner") {
    const Note note;
    {
        auto program =
            ExecImplementation::start_shell(fmt::format("sleep 1000 & echo $! > {}; exec cat", note.path()));
        REQUIRE(program);
        const nlohmann::ordered_json message{{"a", 1}};
        REQUIRE((*program)->exchange(message));
        REQUIRE_FALSE(is_dead(note.pid()));
    }
    require_dead(note.pid());
    require_no_children();
}

TEST_CASE("a driver does not outlive a kcheck that is killed") {
    const Note note;
    const pid_t owner = fork();
    REQUIRE(owner >= 0);
    if (owner == 0) {
        auto child =
            driver::ChildProcess::start({"/bin/sh", "-c", "echo $$ > " + note.path() + "; exec sleep 1000"});
        pause();
        _exit(child ? 0 : 1);
    }
    while (note.pid() == 0) std::this_thread::sleep_for(10ms);
    kill(owner, SIGKILL);
    REQUIRE(waitpid(owner, nullptr, 0) == owner);
    require_dead(note.pid());
}
