#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include <fmt/format.h>

namespace kcheck::cli {

std::string Paint::operator()(Colour colour, std::string_view text) const {
    if (!on_) return std::string(text);
    const auto code = [&] {
        switch (colour) {
            case Colour::green: return 32;
            case Colour::red: return 31;
            case Colour::yellow: return 33;
            case Colour::dim: break;
        }
        return 2;
    }();
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

bool shows_colour(std::FILE* file, bool no_color) {
    const char* refused = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    if (no_color || (refused != nullptr && *refused != '\0')) return false;
    return isatty(fileno(file)) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

ProgressLine::ProgressLine(bool wanted) : on_(wanted && isatty(STDERR_FILENO) == 1) {}

void ProgressLine::say(const std::string& text) {
    if (!on_) return;
    winsize size{};
    const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    const auto columns = known ? static_cast<std::size_t>(size.ws_col) - 1 : std::size_t{79};
    fmt::print(stderr, "\r\x1b[K{}", text.substr(0, columns));
    std::fflush(stderr);
    visible_ = true;
}

void ProgressLine::show(const checker::Progress& now, const std::string& before) {
    // A search that has begun anew has fewer states than the one before.
    const bool goes_on = now.elapsed_s > last_s_ && now.states >= last_states_;
    const double rate =
        goes_on ? static_cast<double>(now.states - last_states_) / (now.elapsed_s - last_s_) : 0;
    last_s_ = now.elapsed_s;
    last_states_ = now.states;
    say(fmt::format("{}{} states, {}/s, {} queued, depth {}, {}, {}", before, grouped(now.states),
                    grouped(static_cast<std::uint64_t>(rate)), grouped(now.queued), now.depth,
                    bytes_text(now.bytes), seconds_text(now.elapsed_s)));
}

void ProgressLine::erase() {
    if (!visible_) return;
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
    visible_ = false;
}

std::string bytes_text(std::size_t bytes) {
    const auto size = static_cast<double>(bytes);
    return bytes >= (std::size_t{1} << 30U) ? fmt::format("{:.1f} GiB", size / (1U << 30U))
                                            : fmt::format("{:.0f} MiB", size / (1U << 20U));
}

std::string seconds_text(double seconds) {
    if (seconds < 10) return fmt::format("{:.2f} s", seconds);
    if (seconds < 120) return fmt::format("{:.0f} s", seconds);
    const auto whole = static_cast<long>(seconds);
    return fmt::format("{} min {} s", whole / 60, whole % 60);
}

}  // namespace kcheck::cli
