// What a terminal can do and a file cannot: colour, and a line that is rewritten.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "checker/explicit_search.hpp"
#include "scenarios/numbers.hpp"

namespace kcheck::cli {

enum class Colour : std::uint8_t { green, red, yellow, dim };

/// Colours text, or leaves it as it is.
class Paint {
public:
    explicit Paint(bool on) : on_(on) {}
    std::string operator()(Colour colour, std::string_view text) const;
    bool is_on() const { return on_; }

private:
    bool on_;
};

/// Whether `file` is a terminal that shows colours and nobody has asked for none
/// (no-color.org: NO_COLOR, set and not empty).
bool shows_colour(std::FILE* file, bool no_color);

/// The live line of a run, on standard error while that is a terminal; otherwise silent.
class ProgressLine {
public:
    explicit ProgressLine(bool wanted);
    ~ProgressLine() { erase(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    /// `before` goes before the numbers.
    void show(const checker::Progress& progress, const std::string& before);
    void say(const std::string& text);
    void erase();

private:
    bool on_;
    bool visible_ = false;
    double last_s_ = 0;
    std::uint64_t last_states_ = 0;
};

using scenarios::grouped;
/// "1.4 GiB"
std::string bytes_text(std::size_t bytes);
/// "0.35 s", "12 s", "3 min 20 s"
std::string seconds_text(double seconds);

}  // namespace kcheck::cli
