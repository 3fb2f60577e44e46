#include "scenarios/verdict.hpp"

#include <algorithm>
#include <array>

namespace kcheck::scenarios {

namespace {

constexpr std::array by_weight = {Verdict::violated, Verdict::incomplete, Verdict::undecided, Verdict::holds,
                                  Verdict::proved};

/// Whether a later apply changes what the model does not follow, and nobody accepted it.
bool is_changed(const Workload& workload) {
    return std::ranges::any_of(workload.left_out, [](const manifests::LeftOut& one) {
        return one.accepted_by.empty() && one.info->name == "rolling-update";
    });
}

}  // namespace

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::holds: return "holds";
        case Verdict::proved: return "proved";
        case Verdict::violated: return "violated";
        case Verdict::incomplete: return "incomplete";
        case Verdict::undecided: return "undecided";
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
    for (const auto verdict : by_weight)
        if (some(verdict)) return verdict;
    return Verdict::incomplete;  // nothing was asked: nothing can have passed
}

Verdict overall(const std::vector<Outcome>& outcomes) {
    for (const auto verdict : by_weight)
        if (std::ranges::any_of(outcomes,
                                [&](const Outcome& outcome) { return outcome.result.verdict == verdict; }))
            return verdict;
    return Verdict::incomplete;
}

std::vector<const manifests::LeftOut*> undecided_by(const Workload& workload) {
    std::vector<const manifests::LeftOut*> found;
    for (const auto& one : workload.left_out)
        if (one.accepted_by.empty()) found.push_back(&one);
    return found;
}

void judge(Result& result, const Workload& workload, bool strict) {
    const bool left_out = !undecided_by(workload).empty();
    if (!left_out && !(strict && !workload.assumed.objects.empty())) return;
    for (auto& row : result.properties) {
        if (is_pass(row.verdict)) row.verdict = Verdict::undecided;
        // What the first template leads to in the end is no matter once the user has changed it.
        if (row.verdict == Verdict::violated && row.property->kind == invariants::Kind::liveness &&
            is_changed(workload)) {
            row.verdict = Verdict::undecided;
            row.trace.reset();
            row.note = "violated before the change that is not modelled";
        }
    }
    result.verdict = overall(result.properties);
    if (result.verdict != Verdict::undecided) return;
    result.reason = left_out ? "what is not modelled may decide the answer"
                             : "objects are only assumed to exist (--strict)";
}

}  // namespace kcheck::scenarios
