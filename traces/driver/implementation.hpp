// An implementation that takes part in a replay: something that answers a message with a
// message (docs/driver.md), usually a program on the other end of two pipes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace kcheck::traces::driver {

/// The implementation cannot be talked to: it hangs, died, or said what it should not. One line,
/// and then, indented, the last lines that a program wrote to its standard error.
struct DriverError {
    std::string message;
};

class Implementation {
public:
    virtual ~Implementation() = default;
    /// Sends one message and waits for its answer, an object. After an error there is nothing more to say.
    virtual tl::expected<nlohmann::ordered_json, DriverError> exchange(
        const nlohmann::ordered_json& message) = 0;
    /// Ends the conversation; fails if the implementation does not leave it in good order.
    virtual tl::expected<void, DriverError> close() = 0;
};

inline constexpr std::size_t answer_bytes_max = std::size_t{16} << 20;

struct ExecOptions {
    std::chrono::milliseconds timeout = std::chrono::seconds(30);  // of each answer
    const std::atomic<bool>* stop = nullptr;  // set by a signal handler: end the program, and fail
};

/// A program that reads messages from its standard input and writes answers to its standard
/// output. It is the leader of a process group; whatever is left of the group is killed when
/// the program ends, when it has to be given up, and with this object.
class ExecImplementation final : public Implementation {
public:
    /// Starts `argv`; the first is a path. Fails where the system cannot start a process; that there is no
    /// such program shows at the first exchange.
    static tl::expected<std::unique_ptr<ExecImplementation>, DriverError> start(
        const std::vector<std::string>& argv, ExecOptions options = {});
    /// A line for the shell.
    static tl::expected<std::unique_ptr<ExecImplementation>, DriverError> start_shell(
        const std::string& command, ExecOptions options = {});
    ~ExecImplementation() override;
    ExecImplementation(const ExecImplementation&) = delete;
    ExecImplementation& operator=(const ExecImplementation&) = delete;

    tl::expected<nlohmann::ordered_json, DriverError> exchange(
        const nlohmann::ordered_json& message) override;
    tl::expected<void, DriverError> close() override;

private:
    class Child;
    explicit ExecImplementation(std::unique_ptr<Child> child);

    std::unique_ptr<Child> child_;
};

}  // namespace kcheck::traces::driver
