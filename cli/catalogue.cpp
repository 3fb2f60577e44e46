#include "cli/catalogue.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "cli/values.hpp"
#include "invariants/property.hpp"
#include "invariants/violations.hpp"
#include "manifests/effects.hpp"
#include "model/named_reductions.hpp"
#include "model/pipeline.hpp"
#include "model/variants.hpp"

namespace kcheck::cli {

namespace {

using Json = nlohmann::ordered_json;
using invariants::Property;
using invariants::Violation;

/// Rows of a table; every row has one text for each column.
struct Table {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
};

std::string_view to_string(invariants::Kind kind) {
    return kind == invariants::Kind::safety ? "safety" : "liveness";
}
std::string_view to_string(invariants::Strength strength) {
    switch (strength) {
        case invariants::Strength::guaranteed: return "guaranteed";
        case invariants::Strength::assumed: return "assumed";
        case invariants::Strength::soft: break;
    }
    return "soft";
}

Table property_table() {
    Table table{{"name", "id", "kind", "class", "statement"}, {}};
    for (const auto& p : invariants::properties())
        table.rows.push_back({std::string(p.name), std::string(p.id), std::string(to_string(p.kind)),
                              std::string(to_string(p.strength)), std::string(p.statement)});
    return table;
}

Table variant_table() {
    Table table{{"name", "what is different from Kubernetes"}, {}};
    for (const auto& variant : model::variants())
        table.rows.push_back({std::string(variant.name), std::string(variant.summary)});
    return table;
}

Table reduction_table() {
    Table table{{"name", "what it leaves out"}, {}};
    for (const auto& reduction : model::named_reductions)
        table.rows.push_back({std::string(reduction.name), std::string(reduction.summary)});
    return table;
}

/// The smallest pipeline that shows everything: two replicas, scaled, two nodes, every fault.
model::Configuration specimen() {
    model::Configuration configuration;
    configuration.operations = {{model::UserOperation::Kind::apply, 2},
                                {model::UserOperation::Kind::scale, 1}};
    configuration.nodes = {model::Node{"node-0"}, model::Node{"node-1"}};
    return configuration;
}

Table component_table() {
    const model::Pipeline pipeline(specimen());
    std::vector<std::pair<std::string, std::vector<std::string>>> verbs;
    const auto add = [&](const model::ActionInfo& action) {
        const auto name = action.component.substr(0, action.component.find('['));
        auto found = std::ranges::find(verbs, name, &std::pair<std::string, std::vector<std::string>>::first);
        if (found == verbs.end()) found = verbs.insert(verbs.end(), {name, {}});
        if (std::ranges::find(found->second, model::name_of(action.verb)) == found->second.end())
            found->second.emplace_back(model::name_of(action.verb));
    };
    std::ranges::for_each(pipeline.actions(), add);
    std::ranges::for_each(pipeline.collections(), add);
    Table table{{"name", "what it does"}, {}};
    for (const auto& [name, actions] : verbs)
        table.rows.push_back({name, fmt::format("{}", fmt::join(actions, ", "))});
    return table;
}

Table action_table() {
    const model::Pipeline pipeline(specimen());
    Table table{{"component", "action", "kind"}, {}};
    const auto add = [&](const model::ActionInfo& action) {
        table.rows.push_back({action.component, action.what,
                              action.fault    ? "fault"
                              : action.writes ? "write"
                                              : "local"});
    };
    std::ranges::for_each(pipeline.actions(), add);
    std::ranges::for_each(pipeline.collections(), add);
    return table;
}

Table effect_table() {
    Table table{{"effect", "what --assume takes for granted"}, {}};
    for (const auto& info : manifests::left_out_infos())
        table.rows.push_back({std::string(info.name), std::string(info.instead)});
    return table;
}

Table option_table() {
    Table table{{"option", "what it does", "without it"}, {}};
    for (const auto& option : options()) {
        const auto letter = option.letter != 0 ? fmt::format("-{}, ", option.letter) : std::string();
        table.rows.push_back(
            {fmt::format("{}--{}{}{}", letter, option.name, option.value.empty() ? "" : " ", option.value),
             fmt::format("{}{}", option.help, option.repeatable ? "; repeatable" : ""),
             std::string(option.fallback)});
    }
    return table;
}

std::string as_text(const Table& table) {
    std::vector<std::size_t> widths(table.columns.size());
    for (const auto& row : table.rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    std::string text;
    for (const auto& row : table.rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:{}}  ", row[i], widths[i]);
        text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    }
    return text;
}

std::string as_json(const Table& table) {
    auto document = Json::array();
    for (const auto& row : table.rows) {
        Json object;
        for (std::size_t i = 0; i < row.size(); ++i) object[table.columns[i]] = row[i];
        document.push_back(std::move(object));
    }
    return document.dump(2) + '\n';
}

/// What a cell of a markdown table must not contain as it is.
std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '|' || c == '<') result += '\\';
        result += c;
    }
    return result;
}

std::string as_markdown(const Table& table) {
    const std::vector<std::string_view> rule(table.columns.size(), "---");
    std::string text = fmt::format("| {} |\n|{}|\n", fmt::join(table.columns, " | "), fmt::join(rule, "|"));
    for (const auto& row : table.rows) {
        std::vector<std::string> cells;
        for (const auto& cell : row) cells.push_back(escaped(cell));
        text += fmt::format("| {} |\n", fmt::join(cells, " | "));
    }
    return text;
}

std::vector<const Violation*> violations_where(std::string_view Violation::*member, std::string_view name) {
    std::vector<const Violation*> found;
    for (const auto& row : invariants::violations())
        if (row.*member == name) found.push_back(&row);
    return found;
}

std::string command_of(const Violation& row) {
    return fmt::format("kcheck {}", fmt::join(row.arguments(), " "));
}

/// Commands below each other, each under the first.
std::string commands_of(const std::vector<const Violation*>& rows) {
    std::vector<std::string> commands;
    for (const auto* row : rows) commands.push_back(command_of(*row));
    return fmt::format("{}", fmt::join(commands, "\n               "));
}

Json json_of(const std::vector<const Violation*>& rows) {
    auto violations = Json::array();
    for (const auto* row : rows)
        violations.push_back(
            {{"property", row->property}, {"variant", row->variant}, {"command", command_of(*row)}});
    return violations;
}

constexpr std::string_view properties_opening =
    "# Properties\n\n"
    "Generated by `kcheck list properties --output markdown`; a test compares.\n\n"
    "The class says what a property rests on. *guaranteed*: kube-apiserver and etcd alone enforce it.\n"
    "*assumed*: the shipped controllers keep it, under assumptions that the rationale states. *soft*:\n"
    "Kubernetes does not promise it; it is reported apart and does not decide the exit code unless it\n"
    "is asked for with `--property`.\n\n"
    "Each property is violated by the variants that it names, as the command beside each shows (so does\n"
    "`kcheck explain NAME`): a check that nothing can fail is not a check. Its witness is a reachable\n"
    "state in which it says something.\n\n";

std::string properties_markdown() {
    std::string text(properties_opening);
    text += as_markdown(property_table());
    for (const auto& p : invariants::properties()) {
        text += fmt::format("\n## {}\n\n{}\n\n    {}\n\n{} ({}, {}).\n\n", p.name, p.statement, p.formula,
                            p.id, to_string(p.kind), to_string(p.strength));
        text += fmt::format("**Why.** {}\n\n**Source.** {}\n\n", p.rationale, p.source);
        text += "**Violated by.**\n\n";
        for (const auto* row : violations_where(&Violation::property, p.name))
            text += fmt::format("- {}: `{}`\n", row->variant, command_of(*row));
        text += fmt::format("\n**Witness.** {}\n", p.witness_text);
    }
    return text;
}

std::string options_markdown() {
    std::string text =
        "# The command line\n\nGenerated by `kcheck list options --output markdown`; a test compares.\n\n"
        "| call | what it does |\n|---|---|\n";
    for (const auto& command : commands())
        text += fmt::format("| `kcheck {}{}{}` | {} |\n", command.name, command.name.empty() ? "" : " ",
                            escaped(command.arguments), command.help);
    std::string_view heading;
    for (const auto& option : options()) {
        if (option.heading != heading)
            text += fmt::format("\n## {}\n\n| option | what it does | without it | of |\n|---|---|---|---|\n",
                                heading = option.heading);
        std::vector<std::string_view> of;
        for (const auto& command : commands())
            if (option.concerns(command.command)) of.push_back(command.name.empty() ? "check" : command.name);
        const auto letter = option.letter != 0 ? fmt::format("-{}, ", option.letter) : std::string();
        text += fmt::format("| `{}--{}{}{}` | {}{} | {} | {} |\n", letter, option.name,
                            option.value.empty() ? "" : " ", escaped(option.value), escaped(option.help),
                            option.repeatable ? "; repeatable" : "", option.fallback, fmt::join(of, ", "));
    }
    text += "\n## Exit codes\n\n| code | meaning |\n|---|---|\n";
    for (const auto& code : exit_codes())
        text += fmt::format("| {} | {} |\n", static_cast<int>(code.code), code.meaning);
    return text;
}

struct Subject {
    std::string_view name;
    Table (*table)();
    std::string (*document)();  // in markdown; null: the table
};
constexpr std::array subjects{
    Subject{"properties", property_table, properties_markdown},
    Subject{"variants", variant_table, nullptr},
    Subject{"components", component_table, nullptr},
    Subject{"actions", action_table, nullptr},
    Subject{"reductions", reduction_table, nullptr},
    Subject{"effects", effect_table, manifests::effects_markdown},
    Subject{"options", option_table, options_markdown},
};

std::string explain_property(const Property& p) {
    return fmt::format(
        "{} ({}, {}, {})\n\n{}\n\n  formula      {}\n  why          {}\n  source       {}\n"
        "  violated by  {}\n  see it       {}\n  witness      {}\n",
        p.name, p.id, to_string(p.kind), to_string(p.strength), p.statement, p.formula, p.rationale, p.source,
        fmt::join(p.violated_by, ", "), commands_of(violations_where(&Violation::property, p.name)),
        p.witness_text);
}

std::string explain_variant(const model::VariantInfo& variant) {
    const auto rows = violations_where(&Violation::variant, variant.name);
    std::vector<std::string_view> violates;
    for (const auto* row : rows) violates.push_back(row->property);
    return fmt::format("{} (variant)\n\n{}.\n\n  violates     {}\n  see it       {}\n", variant.name,
                       variant.summary, fmt::join(violates, ", "), commands_of(rows));
}

Json json_of(const Property& p) {
    return {{"name", p.name},
            {"id", p.id},
            {"kind", to_string(p.kind)},
            {"class", to_string(p.strength)},
            {"statement", p.statement},
            {"formula", p.formula},
            {"rationale", p.rationale},
            {"source", p.source},
            {"violated_by", p.violated_by},
            {"violations", json_of(violations_where(&Violation::property, p.name))},
            {"witness", p.witness_text}};
}

Json json_of(const model::VariantInfo& variant) {
    return {{"name", variant.name},
            {"summary", variant.summary},
            {"violations", json_of(violations_where(&Violation::variant, variant.name))}};
}

}  // namespace

tl::expected<std::string, UsageError> list(const Options& options) {
    std::vector<std::string_view> known;
    for (const auto& subject : subjects) known.push_back(subject.name);
    const auto name = read_name(options.arguments.front(), "list of", known);
    if (!name) return tl::unexpected(UsageError{name.error()});
    const auto& subject = *std::ranges::find(subjects, *name, &Subject::name);
    if (options.output == Output::json) return as_json(subject.table());
    if (options.output == Output::markdown)
        return subject.document != nullptr ? subject.document() : as_markdown(subject.table());
    return as_text(subject.table());
}

tl::expected<std::string, UsageError> explain(const Options& options) {
    const auto& name = options.arguments.front();
    const bool json = options.output == Output::json;
    if (const auto* property = invariants::find_property(name))
        return json ? json_of(*property).dump(2) + '\n' : explain_property(*property);
    if (const auto* variant = model::find_variant(name))
        return json ? json_of(*variant).dump(2) + '\n' : explain_variant(*variant);
    std::vector<std::string_view> known;
    for (const auto& property : invariants::properties()) known.push_back(property.name);
    for (const auto& variant : model::variants()) known.push_back(variant.name);
    const auto near = read_name(name, "property or variant", known);
    return tl::unexpected(UsageError{near.error()});
}

}  // namespace kcheck::cli
