// Comparing Answers, and what a run of a gate has to tell.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <catch2/catch.hpp>

#include "tests/gates_minimize.hpp"
#include "tests/gates_plain.hpp"
#include "tests/gates_random.hpp"
#include "tests/gates_verdicts.hpp"

namespace kcheck::tests {

/// One way to search a configuration.
struct Search {
    bool plain = false;  // gates_plain.hpp; else kcheck with these:
    model::Reductions reductions{};

    Answer operator()(const model::Configuration& configuration, const AnswerOptions& options) const {
        if (!plain) return kcheck_answer(configuration, reductions, options);
        try {
            return growing(configuration, options, [&](const auto& bounds, const auto& each) {
                const Plain model(configuration, bounds);
                return answer_of(model, model.pipeline(), each);
            });
        } catch (const std::length_error&) {  // nothing collects terminal pods in time: there is no end
            return unknown_answer();
        }
    }
    std::string text() const {
        return plain ? "the plain search" : fmt::format("reductions {}", text_of(reductions));
    }
};

/// What two Answers say differently.
struct Difference {
    std::string what;  // a property, or "quiescent states", or what is contradictory
    std::string one, other;
};

enum class Relation : std::uint8_t {
    equal,     // the other one says the same
    included,  // what is violated in the one is violated in the other
};

/// A verdict that is unknown differs from none.
inline std::vector<Difference> differences(const Answer& one, const Answer& other, Relation relation) {
    std::vector<Difference> found;
    const auto properties = all_properties();
    for (std::size_t i = 0; i < properties.size(); ++i) {
        const auto a = one.of[i], b = other.of[i];
        if (a == Verdict::unknown || b == Verdict::unknown || a == b) continue;
        if (relation == Relation::included && a == Verdict::holds) continue;
        found.push_back({std::string(properties[i]->name), text_of(a), text_of(b)});
    }
    for (const auto* answer : {&one, &other})
        for (const auto& problem : answer->problems)
            found.push_back({problem, answer == &one ? "so" : "not so", answer == &one ? "not so" : "so"});
    if (!one.complete || !other.complete) return found;
    const auto missing = [](const Outcomes& from, const Outcomes& in) {
        std::size_t count = 0;
        for (const auto& outcome : from) count += in.contains(outcome) ? 0 : 1;
        return count;
    };
    const auto lost = missing(one.quiescent, other.quiescent);
    const auto added = relation == Relation::equal ? missing(other.quiescent, one.quiescent) : 0;
    if (lost + added > 0)
        found.push_back({"quiescent states",
                         fmt::format("{} outcomes, {} of them only here", one.quiescent.size(), lost),
                         fmt::format("{} outcomes, {} of them only here", other.quiescent.size(), added)});
    return found;
}

/// What is different without the numbers, which depend on the run.
inline std::string kind_of(const Difference& difference) {
    auto kind = difference.what.substr(0, difference.what.find(';'));
    std::erase_if(kind, [](char c) { return c >= '0' && c <= '9'; });
    return kind;
}

inline std::string variants_of(const model::Configuration& configuration) {
    return fmt::format("{}", fmt::join(configuration.variants, ", "));
}

/// From the environment, or else `fallback`.
inline std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
    const char* text = std::getenv(variable);
    return text == nullptr || *text == '\0' ? fallback : std::strtoull(text, nullptr, 10);
}

/// The seeds of a run: KCHECK_SEED is the first, KCHECK_CONFIGURATIONS how many.
struct Seeds {
    std::uint64_t first, count;

    explicit Seeds(std::uint64_t configurations)
        : first(number_from("KCHECK_SEED", 1)), count(number_from("KCHECK_CONFIGURATIONS", configurations)) {}
};

/// Counts, and shows each kind of failure once.
class Report {
public:
    Report(std::string gate, const Seeds& seeds) : gate_(std::move(gate)), seeds_(seeds) {
        std::cout << fmt::format("{}: {} configurations from KCHECK_SEED={}\n", gate_, seeds_.count,
                                 seeds_.first)
                  << std::flush;
    }
    ~Report() {
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began_;
        std::string line = fmt::format("{}: {:.0f} s", gate_, seconds.count());
        for (const auto& [name, count] : counts_) line += fmt::format(", {} {}", count, name);
        std::cout << line << '\n' << std::flush;
    }
    Report(const Report&) = delete;

    void count(const std::string& what, std::uint64_t by = 1) { counts_[what] += by; }
    std::uint64_t counted(const std::string& what) const {
        const auto found = counts_.find(what);
        return found == counts_.end() ? 0 : found->second;
    }
    void count(const Answer& answer) {
        count(answer.complete        ? "searches complete"
              : answer.exceeded != 0 ? "searches out of bounds"
                                     : "searches cut short");
        count("states", answer.states);
        for (const auto verdict : answer.of)
            if (verdict == Verdict::violated) count("violations");
    }
    /// Whether a failure of this kind is yet to be shown: minimizing one is expensive.
    bool is_new(const std::string& kind) { return ++kinds_[kind] == 1; }
    void fail(std::uint64_t seed, const std::string& text) {
        count("failures shown");
        std::cout << fmt::format("{}: KCHECK_SEED={} KCHECK_CONFIGURATIONS=1: {}\n", gate_, seed, text)
                  << std::flush;
        FAIL_CHECK("KCHECK_SEED=" << seed << ", as above");  // Catch2 would break the lines
    }
    /// At the end of a run. One that compares next to nothing is no gate; a single seed may be one of those.
    void conclude() const {
        CHECK(counted("differences") == 0);
        if (seeds_.count < 100) return;
        CHECK(counted("configurations searched") * 2 >= seeds_.count);
        CHECK(counted("configurations compared") * 10 >= seeds_.count);
    }
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    }

private:
    std::string gate_;
    Seeds seeds_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::map<std::string, std::uint64_t> counts_, kinds_;
};

}  // namespace kcheck::tests
