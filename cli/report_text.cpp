#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "cli/report.hpp"
#include "traces/text.hpp"

namespace kcheck::cli {

namespace {

Colour colour_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::holds:
        case Verdict::proved: return Colour::green;
        case Verdict::violated: return Colour::red;
        case Verdict::incomplete: return Colour::yellow;
        case Verdict::not_checked: break;
    }
    return Colour::dim;
}

std::string header(const model::Pipeline& pipeline) {
    const auto words = describe(pipeline.cluster().configuration, pipeline.cluster().reductions);
    auto text = fmt::format("{}; {}\nfaults: {}\n", words.operations, words.nodes, words.bounds);
    if (!words.broken.empty()) text += fmt::format("broken on purpose: {}\n", words.broken);
    if (!words.without.empty()) text += fmt::format("reductions off: {}\n", words.without);
    return text + '\n';
}

std::string line(const PropertyResult& row, const Options& options, const PropertyResult* in_full,
                 const Result& result, const Paint& paint) {
    auto text =
        fmt::format("  {} {:24}", paint(colour_of(row.verdict), fmt::format("{:12}", to_string(row.verdict))),
                    row.property->name);
    if (!row.note.empty()) text += ' ' + row.note;
    if (row.trace)
        text += fmt::format(" after {} steps",
                            std::ranges::count_if(row.trace->steps, [&](const traces::Step& step) {
                                return options.receipts || !step.receipt;
                            }));
    if (row.trace && &row != in_full && options.command == Command::check)
        text += fmt::format("; see it: {} --property {}", result.command, row.property->name);
    return text.substr(0, text.find_last_not_of(' ') + 1) + '\n';
}

std::string property_lines(const Options& options, const Result& result, const Paint& paint) {
    std::string text, soft;
    const auto* in_full = shown(options, result);
    for (const auto& row : result.properties) {
        if (row.verdict == Verdict::not_checked && !options.properties.empty()) continue;
        const bool apart = row.property->clazz == invariants::Class::soft && !row.decides;
        (apart ? soft : text) += line(row, options, in_full, result, paint);
    }
    if (!soft.empty()) text += "\nNot promised by Kubernetes, and without effect on the verdict:\n" + soft;
    return text + '\n';
}

std::string numbers(const Result& result) {
    std::string text;
    if (result.covered) {
        const auto& c = *result.covered;
        text += fmt::format("{} states, {} transitions, depth {}, {} quiescent", grouped(c.states),
                            grouped(c.transitions), c.depth, grouped(c.quiescent));
        if (c.frontier > 0) text += fmt::format(", {} not expanded", grouped(c.frontier));
        text += "; ";
    }
    return text + fmt::format("{}, {}\n", seconds_text(result.seconds), bytes_text(result.peak_bytes));
}

std::string conclusion(const Result& result, const Paint& paint) {
    const auto say = [&](std::string_view word, std::string_view rest) {
        return fmt::format("{}{}\n", paint(colour_of(result.verdict), word), rest);
    };
    switch (result.verdict) {
        case Verdict::holds:
            return say("holds", ": every reachable state was visited, within the bounds above");
        case Verdict::proved: return say("proved", ": for runs of every length of this configuration, within the bounds above");
        case Verdict::violated: {
            const auto note = result.reason.empty() ? std::string() : fmt::format(" ({})", result.reason);
            return say("violated", ": the counterexample has been re-executed step by step" + note);
        }
        case Verdict::incomplete:
        case Verdict::not_checked: break;
    }
    return say("incomplete", fmt::format(": this is not a pass; {}", result.reason));
}

}  // namespace

const PropertyResult* shown(const Options& options, const Result& result) {
    const auto first = [&](auto&& wanted) -> const PropertyResult* {
        const auto found = std::ranges::find_if(result.properties, [&](const PropertyResult& row) {
            return row.trace.has_value() && wanted(row);
        });
        return found == result.properties.end() ? nullptr : &*found;
    };
    for (const auto& name : options.properties)
        if (const auto* row = first([&](const PropertyResult& r) { return r.property->name == name; }))
            return row;
    return first([](const PropertyResult& row) { return row.decides; });
}

std::string report_text(const model::Pipeline& pipeline, const Options& options, const Result& result,
                        const Paint& paint) {
    auto text = header(pipeline) + property_lines(options, result, paint);
    if (const auto* row = shown(options, result)) {
        std::ostringstream trace;
        traces::write_text(trace, *row->trace, {.receipts = options.receipts, .colour = paint.is_on()});
        text += trace.str() + '\n';
    }
    if (!result.details.empty()) text += result.details + '\n';
    return text + numbers(result) + conclusion(result, paint);
}

}  // namespace kcheck::cli
