#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/report.hpp"
#include "scenarios/levels.hpp"
#include "traces/counterexamples/text.hpp"

namespace kcheck::cli {

namespace {

Colour colour_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::holds:
        case Verdict::proved: return Colour::green;
        case Verdict::violated: return Colour::red;
        case Verdict::incomplete:
        case Verdict::undecided: return Colour::yellow;
        case Verdict::not_checked: break;
    }
    return Colour::dim;
}

/// What the manifests have beside the workloads.
std::string surroundings(const Setup& setup) {
    std::string text;
    const auto add = [&](std::string_view title, const std::string& what) {
        if (!what.empty()) text += fmt::format("{}: {}\n", title, what);
    };
    add("size of a node", setup.node_size);
    add("no effect on the verdict", setup.without_effect);
    add("not checked",
        setup.not_checked.empty() ? "" : setup.not_checked + " (their room on the nodes counts)");
    return text;
}

std::string bounds(const Description& words) {
    auto text = fmt::format("faults: {}\n", words.bounds);
    if (!words.broken.empty()) text += fmt::format("broken on purpose: {}\n", words.broken);
    if (!words.without.empty())
        text += fmt::format("reductions off: {}{}\n", words.without,
                            words.broken.empty() ? "" : " (what is broken is explored step by step)");
    return text;
}

Description in_words(const Workload& workload) {
    return describe(workload.configuration, workload.wanted.sound_for(workload.configuration));
}

/// On one line: every object, and of many images how many there are.
std::string joined(const manifests::Assumed& assumed) {
    constexpr std::size_t few = 3;
    auto all = assumed.objects;
    if (assumed.images.size() <= few)
        all.insert(all.end(), assumed.images.begin(), assumed.images.end());
    else
        all.push_back(fmt::format("{} images", assumed.images.size()));
    return fmt::format("{}", fmt::join(all, ", "));
}

/// One line with what was accepted and how: "readiness-probe (--assume), ...", each once.
std::string accepted(const Workload& workload) {
    std::vector<std::string> words;
    for (const auto& one : workload.left_out) {
        if (one.accepted_by.empty()) continue;
        auto word = fmt::format("{} ({})", one.info->name, one.accepted_by);
        if (std::ranges::find(words, word) == words.end()) words.push_back(std::move(word));
    }
    return fmt::format("{}", fmt::join(words, ", "));
}

std::string header(const Setup& setup, const Workload& workload) {
    const auto words = in_words(workload);
    auto text =
        fmt::format("{}; {}\n{}{}", words.operations, words.nodes, surroundings(setup), bounds(words));
    if (const auto line = joined(workload.assumed); !line.empty())
        text += fmt::format("assumed to exist: {}\n", line);
    if (const auto line = accepted(workload); !line.empty()) text += fmt::format("accepted: {}\n", line);
    return text + '\n';
}

/// Occurrences in the order of the names, each with its place; places only where there are many.
std::string occurrences(const std::vector<const manifests::LeftOut*>& found) {
    constexpr std::size_t columns = 80, few = 3;
    std::map<const manifests::LeftOutInfo*, std::vector<const manifests::LeftOut*>> by_name;
    for (const auto* one : found) by_name[one->info].push_back(one);
    std::string text;
    for (const auto& [info, ones] : by_name) {
        text += fmt::format("  {}: {}\n", info->name, info->instead);
        std::string line;
        for (const auto* one : ones) {
            const auto place = fmt::format("{}:{}:{}", one->file, one->place.line, one->place.column);
            if (ones.size() <= few) {
                // A path of fields that does not fit says no more than its place.
                const auto what = place.size() + one->what.size() + 5 > columns ? "" : ' ' + one->what;
                text += fmt::format("    {}{}\n", place, what);
                continue;
            }
            if (!line.empty() && line.size() + place.size() + 2 > columns) {
                text += line + '\n';
                line.clear();
            }
            line += fmt::format("{}{}{}", line.empty() ? "    " : " ", place, one == ones.back() ? "" : ",");
        }
        if (!line.empty()) text += line + '\n';
    }
    return text;
}

/// What is not modelled of these workloads, and how to accept it; empty where nothing is.
std::string left_out_text(const std::vector<Outcome>& outcomes, const Paint& paint) {
    std::vector<const manifests::LeftOut*> found;
    for (const auto& outcome : outcomes)
        for (const auto* one : undecided_by(*outcome.workload))
            if (std::ranges::none_of(found, [&](const manifests::LeftOut* other) {
                    return other->info == one->info && other->file == one->file && other->place == one->place;
                }))
                found.push_back(one);
    if (found.empty()) return {};
    std::set<std::string_view> names;
    for (const auto* one : found) names.insert(one->info->name);
    auto text = fmt::format("{}, and it may decide the answer; instead:\n{}",
                            paint(Colour::yellow, "not modelled"), occurrences(found));
    std::string line = "accept with";
    for (const auto name : names) {
        const auto word = fmt::format(" --assume {}", name);
        if (line.size() + word.size() > 80) {
            text += line + '\n';
            line = "  ";
        }
        line += word;
    }
    return text + line + "\n\n";
}

std::string line(const PropertyResult& row, const Options& options, const PropertyResult* in_full,
                 const Result& result, const Paint& paint) {
    auto text =
        fmt::format("  {} {:24}", paint(colour_of(row.verdict), fmt::format("{:12}", to_string(row.verdict))),
                    row.property->name);
    if (!row.note.empty()) text += ' ' + row.note;
    if (row.trace)
        text += fmt::format(" at level {} after {} steps", scenarios::level_of(row.trace->configuration),
                            std::ranges::count_if(row.trace->steps, [&](const traces::Step& step) {
                                return options.receipts || !step.receipt;
                            }));
    if (row.trace && &row != in_full && options.command == Command::check)
        text += fmt::format("; see it: {} --property {}", result.command, row.property->name);
    return text.substr(0, text.find_last_not_of(' ') + 1) + '\n';
}

/// What a verdict about infinite runs assumes of them (model/fairness.hpp).
constexpr std::string_view fairness_assumed =
    "What happens in the end is said of fair runs: the user, faults and lost replies come\n"
    "to an end; no component puts off for ever what it can do for an object; a watch that\n"
    "can deliver again and again does, and a pull that is tried again and again succeeds.";

std::string property_lines(const Options& options, const Result& result, const Paint& paint) {
    std::string text, soft;
    const auto* in_full = shown(options, result);
    for (const auto& row : result.properties) {
        if (row.verdict == Verdict::not_checked && !options.properties.empty()) continue;
        const bool apart = row.property->strength == invariants::Strength::soft && !row.decides;
        (apart ? soft : text) += line(row, options, in_full, result, paint);
    }
    if (!soft.empty()) text += "\nNot promised by Kubernetes, and without effect on the verdict:\n" + soft;
    const bool infinite = std::ranges::any_of(result.properties, [](const PropertyResult& row) {
        return row.property->kind == invariants::Kind::liveness && row.verdict != Verdict::not_checked;
    });
    if (infinite) text += fmt::format("\n{}\n", fairness_assumed);
    return text + '\n';
}

/// A line for each level that the run came to, and for those in between, and at the end, that have nothing
/// of their own.
std::string level_lines(const Workload& workload, const Result& result, const Options& options) {
    if (result.levels.empty()) return {};
    static constexpr std::array without{"", "--lag 0", "--lost-replies 0", "--crashes 0"};
    std::string text;
    int next = 0;
    const auto line = [&](std::string_view rest) {
        text += fmt::format("level {}  {:16}  {}\n", next, scenarios::name_of_level(next), rest);
        ++next;
    };
    const auto skip_to = [&](int number) {
        while (next < number)
            line(fmt::format("as level {}: {}", next - 1, without.at(static_cast<std::size_t>(next))));
    };
    for (const auto& level : result.levels) {
        skip_to(level.number);
        const auto& c = level.covered;
        line(fmt::format("{:10}  {} states, {} transitions, depth {}, {}",
                         level.complete                        ? "complete"
                         : result.verdict == Verdict::violated ? "stopped"
                                                               : "incomplete",
                         grouped(c.states), grouped(c.transitions), c.depth, seconds_text(level.seconds)));
    }
    if (result.levels.back().number == scenarios::level_of(workload.configuration))
        skip_to(options.level.value_or(scenarios::highest_level) + 1);
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
    text += seconds_text(result.seconds);
    if (result.covered)
        text +=
            fmt::format(" (exploring {}, liveness {}, counterexamples {})", seconds_text(result.exploring_s),
                        seconds_text(result.liveness_s), seconds_text(result.confirming_s));
    return text + fmt::format(", {}\n", bytes_text(result.peak_bytes));
}

std::string levels_in_words(const Workload& workload, const Options& options) {
    // A budget of nothing makes a level the same as the one before.
    const int asked = options.level.value_or(scenarios::level_of(workload.configuration));
    return asked == 0 ? " at level 0" : fmt::format(" at the levels 0 to {}", asked);
}

std::string conclusion(const Workload& workload, const Result& result, const Options& options,
                       const Paint& paint) {
    const auto say = [&](std::string_view word, std::string_view rest) {
        return fmt::format("{}{}\n", paint(colour_of(result.verdict), word), rest);
    };
    switch (result.verdict) {
        case Verdict::holds:
            return say("holds", fmt::format(": every reachable state was visited{}, within the bounds above",
                                            levels_in_words(workload, options)));
        case Verdict::proved:
            return say("proved", ": for runs of every length of this configuration, within the bounds above");
        case Verdict::violated: {
            const auto note = result.reason.empty() ? std::string() : fmt::format(" ({})", result.reason);
            return say("violated", ": the counterexample has been re-executed step by step" + note);
        }
        case Verdict::undecided: return say("undecided", ": this is not a pass; " + result.reason);
        case Verdict::incomplete:
        case Verdict::not_checked: break;
    }
    return say("incomplete", fmt::format(": this is not a pass; {}", result.reason));
}

std::string counterexample(const Options& options, const PropertyResult& row, const Paint& paint) {
    std::ostringstream trace;
    traces::write_text(trace, *row.trace, {.receipts = options.receipts, .colour = paint.is_on()});
    return trace.str() + '\n';
}

std::string report_one(const Setup& setup, const std::vector<Outcome>& outcomes, const Options& options,
                       const Paint& paint) {
    const auto& [workload, result] = outcomes.front();
    auto text = header(setup, *workload) + property_lines(options, result, paint);
    if (const auto* row = shown(options, result)) text += counterexample(options, *row, paint);
    if (!result.details.empty()) text += result.details + '\n';
    text += left_out_text(outcomes, paint);
    return text + level_lines(*workload, result, options) + numbers(result) +
           conclusion(*workload, result, options, paint);
}

/// Why a line of the table says what it says: the properties that are violated, the names of
/// what is left out, or the reason.
std::string why(const Outcome& outcome) {
    std::vector<std::string> words;
    const auto add = [&](std::string_view word) {
        if (std::ranges::find(words, word) == words.end()) words.emplace_back(word);
    };
    if (outcome.result.verdict == Verdict::violated) {
        for (const auto& row : outcome.result.properties)
            if (row.decides && row.verdict == Verdict::violated)
                add(fmt::format("{} (level {})", row.property->name,
                                scenarios::level_of(row.trace->configuration)));
    } else if (outcome.result.verdict == Verdict::undecided) {
        for (const auto* one : undecided_by(*outcome.workload)) add(one->info->name);
        if (words.empty()) add("assumed to exist (--strict)");
    } else if (outcome.result.verdict == Verdict::incomplete) {
        add(outcome.result.reason);
    }
    return fmt::format("{}", fmt::join(words, ", "));
}

std::string table(const std::vector<Outcome>& outcomes, const Paint& paint) {
    std::size_t name = 10, operations = 0;
    std::vector<std::string> does;
    for (const auto& outcome : outcomes) {
        const auto words = in_words(*outcome.workload).operations;
        does.push_back(words.substr(words.find(": ") + 2));
        name = std::max(name, outcome.workload->name.size());
        operations = std::max(operations, does.back().size());
    }
    auto text = fmt::format("  {:12} {:{}}  {:{}}  {:>11}  WHY\n", "VERDICT", "DEPLOYMENT", name, "USER",
                            std::max<std::size_t>(operations, 4), "STATES");
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const auto& [workload, result] = outcomes[i];
        auto line =
            fmt::format("  {} {:{}}  {:{}}  {:>11}  {}",
                        paint(colour_of(result.verdict), fmt::format("{:12}", to_string(result.verdict))),
                        workload->name, name, does[i], std::max<std::size_t>(operations, 4),
                        result.covered ? grouped(result.covered->states) : "-", why(outcomes[i]));
        text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    }
    return text + '\n';
}

/// "assumed to exist" and "accepted" of all workloads, each thing once.
std::string taken_for_granted(const std::vector<Outcome>& outcomes) {
    Workload all;
    const auto merge = [](std::vector<std::string>& into, const std::vector<std::string>& from) {
        for (const auto& one : from)
            if (std::ranges::find(into, one) == into.end()) into.push_back(one);
    };
    for (const auto& outcome : outcomes) {
        merge(all.assumed.objects, outcome.workload->assumed.objects);
        merge(all.assumed.images, outcome.workload->assumed.images);
        all.left_out.insert(all.left_out.end(), outcome.workload->left_out.begin(),
                            outcome.workload->left_out.end());
    }
    std::string text;
    if (const auto line = joined(all.assumed); !line.empty())
        text += fmt::format("assumed to exist: {}\n", line);
    if (const auto line = accepted(all); !line.empty()) text += fmt::format("accepted: {}\n", line);
    return text;
}

std::string report_all(const Setup& setup, const std::vector<Outcome>& outcomes, const Options& options,
                       const Paint& paint) {
    const auto& first = *outcomes.front().workload;
    std::vector<std::string_view> nodes;
    for (const auto& node : first.configuration.nodes) nodes.push_back(node.name);
    auto text = fmt::format("{} Deployments; {} {}: {}\n{}{}{}\n", outcomes.size(), nodes.size(),
                            nodes.size() == 1 ? "node" : "nodes", fmt::join(nodes, ", "), surroundings(setup),
                            bounds(in_words(first)), taken_for_granted(outcomes));
    text += table(outcomes, paint);
    for (const auto& outcome : outcomes)
        if (const auto* row = shown(options, outcome.result)) {
            text += fmt::format("{}; {}\n\n", outcome.workload->name, in_words(*outcome.workload).nodes);
            text += counterexample(options, *row, paint);
            break;
        }
    text += left_out_text(outcomes, paint);
    const auto verdict = overall(outcomes);
    const auto of = std::ranges::count_if(
        outcomes, [&](const Outcome& outcome) { return outcome.result.verdict == verdict; });
    double seconds = 0;
    for (const auto& outcome : outcomes) seconds += outcome.result.seconds;
    text += fmt::format("{}; more of one: {} --deployment NAME\n", seconds_text(seconds),
                        outcomes.front().result.command);
    return text + fmt::format("{}: {} of {} Deployments\n", paint(colour_of(verdict), to_string(verdict)), of,
                              outcomes.size());
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

const PropertyResult* shown(const Options& options, const std::vector<Outcome>& outcomes) {
    for (const auto& outcome : outcomes)
        if (const auto* row = shown(options, outcome.result)) return row;
    return nullptr;
}

std::string report_text(const Setup& setup, const std::vector<Outcome>& outcomes, const Options& options,
                        const Paint& paint) {
    return outcomes.size() == 1 ? report_one(setup, outcomes, options, paint)
                                : report_all(setup, outcomes, options, paint);
}

}  // namespace kcheck::cli
