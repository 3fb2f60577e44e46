#include "cli/options.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/values.hpp"
#include "invariants/property.hpp"
#include "manifests/effects.hpp"
#include "model/named_reductions.hpp"
#include "model/variants.hpp"
#include "scenarios/levels.hpp"

namespace kcheck::cli {

namespace {

// Beyond these the pipeline has more variables than there is room for in any case.
constexpr int replicas_most = 100;
constexpr int nodes_most = 100;
constexpr int faults_most = 100;

template <class T, class Store>
Applied store(const Read<T>& read, Store&& into) {
    if (!read) return tl::unexpected(UsageError{read.error()});
    into(*read);
    return {};
}

template <class Member>
Applied number(Options& options, const std::string& value, Member member, std::uint64_t least,
               std::uint64_t most) {
    return store(read_number(value, least, most), [&](std::uint64_t n) {
        using Target = std::remove_reference_t<decltype(options.*member)>;
        if constexpr (requires { typename Target::value_type; })
            options.*member = static_cast<typename Target::value_type>(n);
        else
            options.*member = static_cast<Target>(n);
    });
}

Applied operations(Options& options, const std::string& value, model::UserOperation::Kind kind) {
    return store(read_numbers(value, 0, replicas_most), [&](const std::vector<int>& numbers) {
        for (const int replicas : numbers) options.operations.push_back({kind, replicas});
    });
}

Applied set_image(Options& options, const std::string& value) {
    if (value.empty()) return tl::unexpected(UsageError{"the name of an image is empty"});
    const auto known = std::ranges::find(options.images, value);
    const auto number = static_cast<int>(known - options.images.begin());
    if (known == options.images.end()) options.images.push_back(value);
    options.operations.push_back({model::UserOperation::Kind::set_image, 0, number});
    return {};
}

Applied name(std::vector<std::string>& names, const std::string& value, std::string_view what,
             const std::vector<std::string_view>& known) {
    return store(read_name(value, what, known), [&](const std::string& found) {
        if (std::ranges::find(names, found) == names.end()) names.push_back(found);
    });
}

template <class Table>
std::vector<std::string_view> names_of(const Table& table) {
    std::vector<std::string_view> names;
    for (const auto& row : table) names.emplace_back(row.name);
    return names;
}

Applied file(std::optional<std::string>& member, const std::string& value) {
    if (value.empty()) return tl::unexpected(UsageError{"the name of a file is empty"});
    member = value;
    return {};
}

Applied lag(Options& options, const std::string& value) {
    options.staleness.reset();
    const auto applied =
        value == "unlimited" ? Applied{} : number(options, value, &Options::staleness, 0, 1000);
    options.asks_for_lag = options.staleness != 0;
    return applied;
}

Applied output(Options& options, const std::string& value) {
    return store(read_name(value, "form of output", {"text", "json", "markdown"}),
                 [&](const std::string& form) {
                     options.output = form == "json"       ? Output::json
                                      : form == "markdown" ? Output::markdown
                                                           : Output::text;
                 });
}

template <bool Options::*member>
Applied set(Options& options, const std::string&) {
    options.*member = true;
    return {};
}

std::vector<OptionInfo> make_table() {
    using enum Command;
    const std::vector<Command> runs{check, prove}, reduced{check, prove, prove_reductions},
        cases{check, prove, prove_reductions, exporting}, searches{check}, asks{check, exporting},
        exports{exporting}, proofs{prove}, relations{prove_reductions}, replays{replay, gate},
        recordings{check, prove, conform}, budgets{check, prove, prove_reductions, conform, exporting},
        limited{check, conform}, gates{gate}, shows{check, prove, replay},
        reports{check, prove, prove_reductions, list, explain, replay, conform, gate},
        all{check, prove, prove_reductions, list, explain, replay, conform, gate, exporting};
    constexpr std::string_view cluster = "What is checked";
    constexpr std::string_view faults = "What may go wrong";
    constexpr std::string_view questions = "Which questions";
    constexpr std::string_view limits = "Limits of the run";
    constexpr std::string_view implementation = "Implementations";
    constexpr std::string_view results = "Results";
    return {
        {"file", 'f', "FILE", "", "manifests: a file, a directory, or - for standard input", true, cluster,
         cases,
         [](Options& o, const std::string& v) {
             o.files.push_back(v);
             return Applied{};
         }},
        {"deployment", 0, "NAME", "all; of a recording the only one",
         "which Deployment of the manifests: name or namespace/name", false, cluster, budgets,
         [](Options& o, const std::string& v) { return file(o.deployment, v); }},
        {"assume", 0, "NAME", "", "accept what is not modelled of the manifests (kcheck list effects)", true,
         cluster, cases,
         [](Options& o, const std::string& v) {
             std::vector<std::string_view> known;
             for (const auto& info : manifests::left_out_infos()) known.push_back(info.name);
             if (manifests::find_left_out(v) == nullptr)
                 return Applied(
                     tl::unexpected(UsageError{fmt::format("there is nothing called {} to assume (one of {})",
                                                           kubernetes::quote(v), fmt::join(known, ", "))}));
             return name(o.assume, v, "effect", known);
         }},
        {"strict", 0, "", "", "undecided where the manifests refer to objects that they do not contain",
         false, cluster, runs, set<&Options::strict>},
        {"replicas", 0, "N", "1", "a Deployment of N replicas, in place of -f", false, cluster, cases,
         [](Options& o, const std::string& v) { return number(o, v, &Options::replicas, 0, replicas_most); }},
        {"nodes", 0, "N", "those of the manifests, or 1",
         "N equal nodes as a kubelet registers them, for 110 pods each", false, cluster, cases,
         [](Options& o, const std::string& v) { return number(o, v, &Options::nodes, 1, nodes_most); }},
        {"apply", 0, "N[,N...]", "", "the user applies the manifest again with N replicas, at any time", true,
         cluster, cases,
         [](Options& o, const std::string& v) {
             return operations(o, v, model::UserOperation::Kind::apply);
         }},
        {"scale", 0, "N[,N...]", "", "the user scales to N replicas, at any time, in the order given", true,
         cluster, cases,
         [](Options& o, const std::string& v) {
             return operations(o, v, model::UserOperation::Kind::scale);
         }},
        {"set-image", 0, "IMAGE", "",
         "the user sets another image, at any time after what comes before it: a rollout", true, cluster,
         cases, set_image},
        {"undo", 0, "", "", "the user undoes the rollout before it, at any time", true, cluster, cases,
         [](Options& o, const std::string&) {
             o.operations.push_back({model::UserOperation::Kind::undo});
             return Applied{};
         }},
        {"strategy", 0, "TYPE[,SURGE,UNAVAILABLE]", "that of the manifests, or RollingUpdate,25%,25%",
         "how a rollout goes on: RollingUpdate, with how many pods more and how many fewer, or Recreate",
         false, cluster, cases,
         [](Options& o, const std::string& v) {
             return store(read_strategy(v), [&](const model::Strategy& s) { o.strategy = s; });
         }},

        {"level", 0, "N", "3; of prove reductions 1, without --crashes and --lost-replies",
         "climb up to level N: 0 caches are fresh, 1 caches lag, 2 replies are lost, 3 processes crash",
         false, faults, cases,
         [](Options& o, const std::string& v) {
             return number(o, v, &Options::level, 0, scenarios::highest_level);
         }},
        {"lag", 0, "N|unlimited", "unlimited", "watch events that a cache may lag behind, from level 1 on",
         false, faults, cases, lag},
        {"staleness", 0, "N|unlimited", "unlimited", "the former name of --lag", false, faults, cases, lag},
        {"lost-replies", 0, "N", "1", "requests whose sender never learns the outcome, from level 2 on",
         false, faults, budgets,
         [](Options& o, const std::string& v) {
             return number(o, v, &Options::lost_replies, 0, faults_most);
         }},
        {"crashes", 0, "N", "1", "crash-restarts of any component, in the whole run, at level 3", false,
         faults, budgets,
         [](Options& o, const std::string& v) { return number(o, v, &Options::crashes, 0, faults_most); }},
        {"variant", 0, "NAME", "", "a pipeline that is broken in this way (kcheck list variants)", true,
         faults, cases,
         [](Options& o, const std::string& v) {
             return name(o.variants, v, "variant", names_of(model::variants()));
         }},

        {"property", 0, "NAME", "all", "check only this one (kcheck list properties)", true, questions, asks,
         [](Options& o, const std::string& v) {
             const auto* property = invariants::find_property(v);  // by name or by id
             return name(o.properties, property ? std::string(property->name) : v, "property",
                         names_of(invariants::properties()));
         }},
        {"fail-fast", 0, "", "", "stop at the first violation; the rest is then incomplete", false, questions,
         searches, set<&Options::fail_fast>},
        {"k-max", 0, "K", "5", "the largest k that induction tries", false, questions, proofs,
         [](Options& o, const std::string& v) { return number(o, v, &Options::k_max, 1, 1000); }},
        {"bmc", 0, "DEPTH", "", "no proof: search for a violation within DEPTH steps", false, questions,
         proofs, [](Options& o, const std::string& v) { return number(o, v, &Options::bmc, 0, 100000); }},
        {"no-reduction", 0, "NAME", "all are on", "switch a reduction off (kcheck list reductions)", true,
         questions, reduced,
         [](Options& o, const std::string& v) {
             return name(o.no_reductions, v, "reduction", names_of(model::named_reductions));
         }},

        {"threads", 0, "N", "one per processor", "no effect on anything but speed", false, limits, searches,
         [](Options& o, const std::string& v) { return number(o, v, &Options::threads, 1, 1024); }},
        {"max-states", 0, "N", "4000000000", "visit about this many states at most", false, limits, limited,
         [](Options& o, const std::string& v) {
             return number(o, v, &Options::max_states, 1, 4'000'000'000);
         }},
        {"max-memory", 0, "SIZE", "3/4 of the machine's", "use about this much memory at most: 4GiB", false,
         limits, runs,
         [](Options& o, const std::string& v) {
             return store(read_size_bytes(v), [&](std::uint64_t bytes) { o.max_memory_bytes = bytes; });
         }},
        {"timeout", 0, "TIME", "none", "stop after this time: 60s", false, limits, recordings,
         [](Options& o, const std::string& v) {
             return store(read_duration_s(v), [&](double seconds) { o.timeout_s = seconds; });
         }},

        {"on", 0, "WHAT", "",
         "replay on an implementation, step by step: reference, or exec:COMMAND (docs/driver.md)", false,
         implementation, replays,
         [](Options& o, const std::string& v) {
             const bool is = v == "reference" || (v.starts_with("exec:") && v.size() > 5);
             if (!is) return Applied(tl::unexpected(UsageError{"it must be reference or exec:COMMAND"}));
             o.on = v;
             return Applied{};
         }},
        {"driver-timeout", 0, "TIME", "30s", "how long an implementation may take for an answer", false,
         implementation, replays,
         [](Options& o, const std::string& v) {
             return store(read_duration_s(v), [&](double seconds) { o.driver_timeout_s = seconds; });
         }},

        {"walks", 0, "N", "100", "random runs to replay of each configuration under walk", false,
         implementation, gates,
         [](Options& o, const std::string& v) { return number(o, v, &Options::walks, 1, 1'000'000); }},
        {"seed", 0, "N", "1", "of the first random run", false, implementation, gates,
         [](Options& o, const std::string& v) {
             return number(o, v, &Options::seed, 0, std::numeric_limits<std::int64_t>::max());
         }},

        {"promela", 0, "", "", "the plain pipeline as a Promela model, for SPIN", false, results, exports,
         set<&Options::promela>},
        {"tla", 0, "", "", "the plain pipeline as a TLA+ module", false, results, exports,
         set<&Options::tla>},
        {"output-file", 'o', "FILE", "standard output", "where export writes", false, results, exports,
         [](Options& o, const std::string& v) { return file(o.output_file, v); }},
        {"table", 0, "FILE", "",
         "keep what Z3 has proved of the actions in FILE, for the next time; of other terms it is not used",
         false, results, relations, [](Options& o, const std::string& v) { return file(o.table_file, v); }},
        {"junit", 0, "FILE", "", "write the cases of gate as JUnit XML", false, results, gates,
         [](Options& o, const std::string& v) { return file(o.junit, v); }},
        {"sarif", 0, "FILE", "", "write what failed in gate as SARIF 2.1.0", false, results, gates,
         [](Options& o, const std::string& v) { return file(o.sarif, v); }},
        {"output", 0, "FORM", "text",
         "text, json (verdicts: docs/result.schema.json) or, of list and prove reductions, markdown", false,
         results, reports, output},
        {"trace-out", 0, "FILE", "",
         "write the counterexample: JSON for replay, or ITF if FILE ends in .itf.json", false, results, runs,
         [](Options& o, const std::string& v) { return file(o.trace_out, v); }},
        {"itf-out", 0, "FILE", "", "write the counterexample in the Informal Trace Format of Apalache", false,
         results, runs, [](Options& o, const std::string& v) { return file(o.itf_out, v); }},
        {"receipts", 0, "", "", "show the receipt of each watch event as a step of its own", false, results,
         shows, set<&Options::receipts>},
        {"no-color", 0, "", "colour on a terminal",
         "no colour; so does a variable NO_COLOR that is not empty", false, results, all,
         set<&Options::no_color>},
        {"help", 'h', "", "", "this text", false, results, all, set<&Options::help>},
        {"version", 0, "", "", "the version", false, results, all, set<&Options::version>},
    };
}

}  // namespace

std::span<const ExitCodeInfo> exit_codes() {
    static constexpr std::array table{
        ExitCodeInfo{
            ExitCode::holds,
            "every property holds, or is proved, and so is every claim of a reduction; an implementation "
            "does what the trace says"},
        ExitCodeInfo{
            ExitCode::violated,
            "a property is violated (the counterexample has been re-executed); a claim of a reduction is "
            "refused; an implementation does something else"},
        ExitCodeInfo{
            ExitCode::usage,
            "the call or its input is wrong: one line says what, where, and what is right; a driver fails"},
        ExitCodeInfo{ExitCode::incomplete,
                     "a limit was reached before the end, or the input has what may decide the answer and "
                     "is not modelled: never a pass"},
        ExitCodeInfo{ExitCode::internal, "kcheck contradicts itself: a defect, please report it"},
    };
    return table;
}

std::span<const CommandInfo> commands() {
    static constexpr std::array table{
        CommandInfo{Command::check, "", "[options]", "visit every reachable state and check every property"},
        CommandInfo{Command::prove, "prove", "PROPERTY... [options]",
                    "prove safety properties for runs of every length, by k-induction"},
        CommandInfo{Command::prove_reductions, "prove reductions", "[options]",
                    "which actions commute, and what the reductions claim of them (docs/reductions.md)"},
        CommandInfo{Command::list, "list",
                    "properties|variants|components|actions|reductions|effects|options", "what there is"},
        CommandInfo{Command::explain, "explain", "NAME", "all there is to say of a property or variant"},
        CommandInfo{Command::replay, "replay", "TRACE.json",
                    "execute a recorded counterexample again, in the model or on an implementation"},
        CommandInfo{Command::conform, "conform", "RECORDING [options]",
                    "does the model admit what a cluster was recorded to do?"},
        CommandInfo{Command::gate, "gate", "[PLAN.yaml] --on WHAT [options]",
                    "all of it for an implementation, as CI runs it (docs/gate.md)"},
        CommandInfo{Command::exporting, "export", "--promela|--tla [options]",
                    "the plain pipeline for another checker (docs/export.md)"},
        CommandInfo{Command::up, "up", "[options]",
                    "a whole cluster on 127.0.0.1, for kubectl (its options: kcheck up --help)"},
    };
    return table;
}

bool OptionInfo::concerns(Command command) const { return std::ranges::find(of, command) != of.end(); }

const std::vector<OptionInfo>& options() {
    static const std::vector<OptionInfo> table = make_table();
    return table;
}

std::string help_text() {
    std::string text =
        "kcheck checks the Kubernetes pipeline from kubectl apply to running pods.\n\nUsage:\n";
    for (const auto& command : commands()) {
        const auto call =
            fmt::format("kcheck {}{}{}", command.name, command.name.empty() ? "" : " ", command.arguments);
        text += call.size() < 36 ? fmt::format("  {:36}{}\n", call, command.help)
                                 : fmt::format("  {}\n  {:36}{}\n", call, "", command.help);
    }
    std::string_view heading;
    for (const auto& option : options()) {
        if (option.heading != heading) text += fmt::format("\n{}:\n", heading = option.heading);
        const auto letter = option.letter != 0 ? fmt::format("-{}, ", option.letter) : std::string();
        const auto call = fmt::format("{}--{} {}", letter, option.name, option.value);
        std::string notes;
        if (option.repeatable) notes += "; repeatable";
        if (!option.fallback.empty()) notes += fmt::format("; default: {}", option.fallback);
        text += fmt::format("  {:27} {}{}\n", call, option.help, notes);
    }
    text += "\nExit codes:\n";
    for (const auto& code : exit_codes())
        text += fmt::format("  {:2}  {}\n", static_cast<int>(code.code), code.meaning);
    return text;
}

}  // namespace kcheck::cli
