// The conversation with a driver: lines out, lines in, and everything that may go wrong.
//
// One loop over poll(2) moves bytes in all directions until what is awaited is there: so neither
// side can block the other by not reading. The clock is read here only, for time-outs.
#include "traces/driver/implementation.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/core.h>

#include "traces/driver/child_process.hpp"

namespace kcheck::traces::driver {

namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t error_bytes_most = 4096;
constexpr std::ptrdiff_t error_lines_most = 20;
constexpr std::size_t quoted_bytes_most = 80;
constexpr int nesting_most = 64;  // of values in an answer: what reads them is recursive
// How soon a stop is noticed that was signalled just before the wait began.
constexpr milliseconds look_up{100};

/// Printable, and short enough for a message.
std::string in_quotes(std::string_view text) {
    const bool cut = text.size() > quoted_bytes_most;
    std::string result;
    for (const char letter : text.substr(0, quoted_bytes_most))
        result += letter >= ' ' && letter <= '~'
                      ? std::string(1, letter)
                      : fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(letter)));
    return fmt::format("\"{}\"{}", result, cut ? " ..." : "");
}

/// The last lines, each indented.
std::string last_lines(std::string_view text) {
    while (text.ends_with('\n')) text.remove_suffix(1);
    if (text.empty()) return "";
    std::vector<std::string_view> lines;
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    lines.push_back(text);
    const auto skipped = std::max<std::ptrdiff_t>(0, std::ssize(lines) - error_lines_most);
    lines.erase(lines.begin(), lines.begin() + skipped);
    std::string result = "\n  its standard error ends:";
    for (const auto line : lines) result += fmt::format("\n    {}", line);
    return result;
}

}  // namespace

class ExecImplementation::Child {
public:
    Child(ChildProcess process, ExecOptions options) : process_(std::move(process)), options_(options) {}

    tl::expected<Json, DriverError> exchange(const Json& message) {
        if (!given_up_.empty()) return tl::unexpected(DriverError{given_up_});
        if (!received_.empty())
            return give_up(fmt::format("says {} without being asked", in_quotes(received_)));
        to_send_ = message.dump() + '\n';
        const auto deadline = Clock::now() + options_.timeout;
        for (;;) {
            const auto end = received_.find('\n');
            if (std::min(end, received_.size()) > answer_bytes_max)
                return give_up(fmt::format("answers with a line of more than {} bytes", answer_bytes_max));
            if (end != std::string::npos) return take_answer(end);
            if (!output_open_) return give_up(ended_without_answer());
            if (auto failed = move_bytes(deadline, "does not answer")) return tl::unexpected(*failed);
        }
    }

    tl::expected<void, DriverError> close() {
        if (!given_up_.empty()) return tl::unexpected(DriverError{given_up_});
        process_.input.reset();
        const auto deadline = Clock::now() + options_.timeout;
        while (!ended_)
            if (auto failed = move_bytes(deadline, "does not exit when its standard input is closed"))
                return tl::unexpected(*failed);
        drain();
        const auto status = process_.finish();
        if (!received_.empty())
            return give_up(fmt::format("says {} without being asked", in_quotes(received_)));
        if (status.code != 0 || status.signal != 0) return give_up(to_string(status));
        given_up_ = "the driver has been closed";
        return {};
    }

private:
    tl::expected<Json, DriverError> take_answer(std::size_t end) {
        const auto line = received_.substr(0, end);
        received_.erase(0, end + 1);
        bool too_deep = false;
        auto answer = Json::parse(
            line,
            [&](int depth, Json::parse_event_t, Json&) {
                too_deep = too_deep || depth > nesting_most;
                return !too_deep;
            },
            false);
        if (too_deep) return give_up(fmt::format("answers with more than {} nested values", nesting_most));
        if (!answer.is_object())
            return give_up(fmt::format("answers {}, which is no JSON object", in_quotes(line)));
        return answer;
    }

    /// Ends the program, and all that may be said to it.
    tl::unexpected<DriverError> give_up(const std::string& what) {
        process_.finish();
        drain();
        given_up_ = fmt::format("the driver {}{}", what, last_lines(errors_));
        return tl::unexpected(DriverError{given_up_});
    }

    std::string ended_without_answer() {
        // It may close its output just before it ends.
        const auto grace = Clock::now() + look_up;
        while (!ended_ && Clock::now() < grace) wait(grace);
        if (!ended_) return "has closed its standard output";
        return to_string(process_.finish()) + " before it answered";
    }

    /// What is in the pipes, without waiting.
    void drain() {
        for (auto size = received_.size(); output_open_; size = received_.size()) {
            output_open_ = read_some(process_.output, received_);
            if (received_.size() == size || received_.size() > answer_bytes_max) break;
        }
        for (auto size = errors_.size() + 1; error_open_ && errors_.size() != size;) {
            size = errors_.size();
            read_errors();
        }
    }

    void read_errors() {
        error_open_ = read_some(process_.error, errors_);
        if (errors_.size() > 2 * error_bytes_most) errors_.erase(0, errors_.size() - error_bytes_most);
    }

    /// Waits until bytes can be moved, and moves them. An error if the time is over, or kcheck is to stop.
    std::optional<DriverError> move_bytes(Clock::time_point deadline, const char* what) {
        const bool stopped = options_.stop != nullptr && *options_.stop;
        if (stopped) return give_up("was ended by a signal to kcheck").value();
        if (Clock::now() >= deadline)
            return give_up(fmt::format("{} within {} s", what,
                                       std::chrono::duration<double>(options_.timeout).count()))
                .value();
        wait(deadline);
        return std::nullopt;
    }

    void wait(Clock::time_point deadline) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
        const auto descriptor = [](const Descriptor& of, bool wanted, short events) {
            return pollfd{wanted ? of.get() : -1, events, 0};
        };
        std::array<pollfd, 4> ready{
            descriptor(process_.input, !to_send_.empty(), POLLOUT),
            descriptor(process_.output, output_open_, POLLIN),
            descriptor(process_.error, error_open_, POLLIN),
            descriptor(process_.ended, !ended_, POLLIN),
        };
        const auto patience = std::clamp(left, milliseconds(0), look_up);
        if (poll(ready.data(), ready.size(), static_cast<int>(patience.count())) <= 0) return;
        if (ready[0].revents != 0) {
            const auto written = write_some(process_.input, to_send_.data(), to_send_.size());
            // If nobody reads it, the end of the output tells the rest.
            to_send_.erase(0, written < 0 ? to_send_.size() : static_cast<std::size_t>(written));
        }
        if (ready[1].revents != 0) output_open_ = read_some(process_.output, received_);
        if (ready[2].revents != 0) read_errors();
        if (ready[3].revents != 0) {
            ended_ = true;
            // A process that it started may hold the pipes open; nobody answers any more.
            drain();
            output_open_ = false;
        }
    }

    ChildProcess process_;
    ExecOptions options_;
    std::string to_send_, received_, errors_;
    std::string given_up_;  // why; empty while there is somebody to talk to
    bool output_open_ = true, error_open_ = true, ended_ = false;
};

ExecImplementation::ExecImplementation(std::unique_ptr<Child> child) : child_(std::move(child)) {}
ExecImplementation::~ExecImplementation() = default;

tl::expected<std::unique_ptr<ExecImplementation>, DriverError> ExecImplementation::start(
    const std::vector<std::string>& argv, ExecOptions options) {
    auto process = ChildProcess::start(argv);
    if (!process)
        return tl::unexpected(DriverError{fmt::format("the driver cannot be started: {}", process.error())});
    auto child = std::make_unique<Child>(*std::move(process), options);
    return std::unique_ptr<ExecImplementation>(new ExecImplementation(std::move(child)));
}

tl::expected<std::unique_ptr<ExecImplementation>, DriverError> ExecImplementation::start_shell(
    const std::string& command, ExecOptions options) {
    return start({"/bin/sh", "-c", command}, options);
}

tl::expected<Json, DriverError> ExecImplementation::exchange(const Json& message) {
    return child_->exchange(message);
}

tl::expected<void, DriverError> ExecImplementation::close() { return child_->close(); }

}  // namespace kcheck::traces::driver
