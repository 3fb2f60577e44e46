#include "cli/result.hpp"

#include <algorithm>

namespace kcheck::cli {

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::holds: return "holds";
        case Verdict::proved: return "proved";
        case Verdict::violated: return "violated";
        case Verdict::incomplete: return "incomplete";
        case Verdict::not_checked: break;
    }
    return "not checked";
}

Verdict overall(const std::vector<PropertyResult>& properties) {
    const auto some = [&](Verdict verdict) {
        return std::ranges::any_of(properties, [&](const PropertyResult& result) {
            return result.decides && result.verdict == verdict;
        });
    };
    for (const auto verdict : {Verdict::violated, Verdict::incomplete, Verdict::holds, Verdict::proved})
        if (some(verdict)) return verdict;
    return Verdict::incomplete;  // nothing was asked: nothing can have passed
}

ExitCode exit_code(Verdict verdict) {
    switch (verdict) {
        case Verdict::holds:
        case Verdict::proved: return ExitCode::holds;
        case Verdict::violated: return ExitCode::violated;
        case Verdict::incomplete:
        case Verdict::not_checked: break;
    }
    return ExitCode::incomplete;
}

}  // namespace kcheck::cli
