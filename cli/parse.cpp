// The only file that knows CLI11. It splits words into options and values; what the
// values mean is the table's business, in the order in which they were given.
#include "cli/parse.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "kubernetes/text.hpp"

namespace kcheck::cli {

namespace {

const CommandInfo* find_command(std::string_view name) {
    const auto found = std::ranges::find(commands(), name, &CommandInfo::name);
    return found == commands().end() ? nullptr : &*found;
}

tl::unexpected<UsageError> unknown_option(const std::string& word) {
    std::vector<std::string> known;
    for (const auto& option : options()) known.push_back(fmt::format("--{}", option.name));
    const auto near = kubernetes::nearest(word.substr(0, word.find('=')), known);
    return refuse(fmt::format("there is no option {} ({})", kubernetes::quote(word),
                              near.empty() ? "see kcheck --help" : fmt::format("did you mean {}?", near)));
}

/// Of words that cannot be split into options and values.
std::string why_not_read(const std::vector<std::string>& words) {
    const auto option_of = [](std::string_view word) -> const OptionInfo* {
        const auto found = std::ranges::find_if(options(), [&](const OptionInfo& option) {
            return word == fmt::format("--{}", option.name) ||
                   (option.letter != 0 && word == fmt::format("-{}", option.letter));
        });
        return found == options().end() ? nullptr : &*found;
    };
    for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
        const auto equals = std::min(words[i].find('='), words[i].size());
        const auto* option = option_of(std::string_view(words[i]).substr(0, equals));
        if (option == nullptr) continue;
        const bool followed =
            i + 1 < words.size() && words[i + 1] != "--" && option_of(words[i + 1]) == nullptr;
        const bool empty = equals == words[i].size() ? !followed : equals + 1 == words[i].size();
        if (!option->value.empty() && empty)
            return fmt::format("--{} needs a value (--{} {})", option->name, option->name, option->value);
    }
    return "the call cannot be read (see kcheck --help)";
}

/// The first word that is not an option says the command; check has none.
tl::expected<void, UsageError> take_command(std::vector<std::string> words, Options& result) {
    if (words.empty()) return {};
    const auto* command = find_command(words.front());
    if (command == nullptr || words.front().empty()) {
        std::vector<std::string_view> known;
        for (const auto& info : commands()) known.push_back(info.name);
        const auto near = kubernetes::nearest(words.front(), known);
        return refuse(
            fmt::format("there is no command {} ({})", kubernetes::quote(words.front()),
                        near.empty() ? "see kcheck --help" : fmt::format("did you mean {}?", near)));
    }
    if (command->command == Command::up) return refuse("up goes first (see kcheck up --help)");
    words.erase(words.begin());
    if (command->command == Command::prove && !words.empty() && words.front() == "reductions") {
        command = &*std::ranges::find(commands(), Command::prove_reductions, &CommandInfo::command);
        words.erase(words.begin());
    }
    result.command = command->command;
    result.arguments = std::move(words);
    const auto count = result.arguments.size();
    const bool one = result.command != Command::prove;
    const bool no_word = result.command == Command::exporting || result.command == Command::prove_reductions;
    const bool none = result.command == Command::gate || no_word;
    if (no_word && count > 0)
        return refuse(fmt::format("kcheck {} takes no word {} (kcheck {} {})", command->name,
                                  kubernetes::quote(result.arguments.front()), command->name,
                                  command->arguments));
    if (!result.help && ((count == 0 && !none) || (one && count > 1)))
        return refuse(fmt::format("kcheck {} takes {} (kcheck {} {})", command->name,
                                  one ? "one word" : "the names of properties", command->name,
                                  command->arguments));
    return {};
}

}  // namespace

tl::expected<Options, UsageError> parse(const std::vector<std::string>& words) {
    // What follows is for another program.
    if (!words.empty() && words.front() == "up") {
        Options up;
        up.command = Command::up;
        up.arguments.assign(words.begin() + 1, words.end());
        return up;
    }

    CLI::App app;
    app.set_help_flag();
    std::vector<std::string> rest;
    app.add_option("words", rest)->expected(-1);
    std::map<const CLI::Option*, std::pair<const OptionInfo*, std::size_t>> rows;
    for (const auto& option : options()) {
        auto names = fmt::format("--{}", option.name);
        if (option.letter != 0) names += fmt::format(",-{}", option.letter);
        auto* added =
            option.value.empty()
                ? app.add_flag(names)
                : app.add_option(names)->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        rows[added] = {&option, 0};
    }
    app.allow_extras();
    try {
        app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    } catch (const CLI::ParseError&) {
        return refuse(why_not_read(words));
    }
    for (const auto& word : app.remaining())
        if (word != "--") return unknown_option(word);

    Options result;
    std::vector<const OptionInfo*> given;
    for (const auto* parsed : app.parse_order()) {
        const auto found = rows.find(parsed);
        if (found == rows.end()) continue;  // the words that are not options
        auto& [row, taken] = found->second;
        if (!row->repeatable && taken > 0)
            return refuse(fmt::format("--{} is given twice (once is enough)", row->name));
        const auto& value = parsed->results().at(taken++);
        if (row->value.empty() && value != "true")
            return refuse(fmt::format("--{} takes no value (just --{})", row->name, row->name));
        if (const auto applied = row->apply(result, value); !applied)
            return refuse(fmt::format("--{}: {}", row->name, applied.error().message));
        given.push_back(row);
    }
    if (const auto taken = take_command(std::move(rest), result); !taken)
        return refuse(taken.error().message);
    const auto* command = &*std::ranges::find(commands(), result.command, &CommandInfo::command);
    for (const auto* row : given)
        if (!row->concerns(result.command))
            return refuse(fmt::format("--{} means nothing to kcheck{}{} (see kcheck --help)", row->name,
                                      command->name.empty() ? "" : " ", command->name));
    if (result.output == Output::markdown && result.command != Command::list &&
        result.command != Command::prove_reductions)
        return refuse(
            "--output: markdown is only for kcheck list and kcheck prove reductions (text or json)");
    return result;
}

}  // namespace kcheck::cli
