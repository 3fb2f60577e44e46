#include "cli/reductions_report.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "scenarios/numbers.hpp"

namespace kcheck::cli {

namespace {

using namespace checker::reductions;
using scenarios::grouped;
using scenarios::ProvedReductions;

constexpr std::size_t line_columns = 100;
constexpr std::size_t state_variables = 5;  // of a state, in text

/// "deployment.exists = 0, pod[0].phase >= 1"
std::string text_of(const ir::TransitionSystem& system, const Condition& condition) {
    std::vector<std::string> parts;
    for (const auto& [variable, set] : condition) {
        const auto& [name, size, initial] = system.variables[variable];
        if (set.is_single())
            parts.push_back(fmt::format("{} = {}", name, set.low));
        else if (set.high == size - 1)
            parts.push_back(fmt::format("{} >= {}", name, set.low));
        else if (set.low == 0)
            parts.push_back(fmt::format("{} <= {}", name, set.high));
        else
            parts.push_back(fmt::format("{} in {} .. {}", name, set.low, set.high));
    }
    return fmt::format("{}", fmt::join(parts, " and "));
}

/// Some of the variables of a state that are not 0, of those that the claim speaks about; JSON has all.
std::string text_of(const ProvedReductions& proved, const Answer& answer) {
    std::vector<std::string> parts;
    std::size_t more = 0;
    for (const auto variable : answer.about) {
        const auto value = (*answer.state)[variable];
        if (value == 0) continue;
        if (parts.size() < state_variables)
            parts.push_back(fmt::format("{} = {}", proved.system.variables[variable].name, value));
        else
            ++more;
    }
    if (parts.empty()) return "everything is 0";
    return fmt::format("{}{}", fmt::join(parts, ", "), more > 0 ? fmt::format(", and {} more", more) : "");
}

/// "of the same pod on another node"
std::string text_of(const std::vector<std::string>& sorts, const Relation& relation) {
    std::vector<std::string> parts;
    for (std::size_t sort = 0; sort < sorts.size(); ++sort)
        if (relation[sort] != Related::neither)
            parts.push_back((relation[sort] == Related::same ? "same " : "other ") + sorts[sort]);
    return fmt::format("{}", fmt::join(parts, " "));
}

std::string ranges_of(std::vector<std::size_t> numbers) {
    std::ranges::sort(numbers);
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < numbers.size();) {
        std::size_t j = i;
        while (j + 1 < numbers.size() && numbers[j + 1] == numbers[j] + 1) ++j;
        parts.push_back(i == j
                            ? fmt::format("{}", numbers[i] + 1)
                            : fmt::format("{}{}{}", numbers[i] + 1, j == i + 1 ? " " : "-", numbers[j] + 1));
        i = j + 1;
    }
    return fmt::format("{}", fmt::join(parts, " "));
}

std::string wrapped(const std::string& label, const std::string& text, std::size_t indent) {
    std::string result, line = label;
    for (std::size_t from = 0; from < text.size();) {
        const auto to = std::min(text.find(' ', from), text.size());
        const auto word = text.substr(from, to - from);
        if (line.size() + 1 + word.size() > line_columns && line.size() > indent) {
            result += line + "\n";
            line.assign(indent, ' ');
            line += word;
        } else {
            line +=
                line.size() == indent && line.find_first_not_of(' ') == std::string::npos ? word : " " + word;
        }
        from = to + 1;
    }
    return result + line + "\n";
}

/// The rows of one schema, of which each is put under the headings that are true of it.
class Block {
public:
    Block(const ProvedReductions& proved, std::size_t schema) : proved_(proved) {
        for (const auto& row : proved.relations.rows)
            if (row.first == schema) rows_.push_back(&row);
    }

    /// Numbers of the other schemas, by how the objects are related where that matters.
    template <class F>
    std::string those(F&& is) const {
        struct Relations {
            std::vector<std::string> found, others;
        };
        std::map<std::size_t, Relations> by_other;
        for (const auto* row : rows_) {
            auto& of = by_other[row->second];
            (is(*row) ? of.found : of.others).push_back(text_of(proved_.relations.sorts, row->relation));
        }
        std::map<std::string, std::vector<std::size_t>> by_relation;
        for (const auto& [other, of] : by_other) {
            if (of.found.empty()) continue;
            const bool most = of.others.size() < of.found.size();
            by_relation[of.others.empty() ? ""
                        : most            ? fmt::format("but {}", fmt::join(of.others, ", "))
                                          : fmt::format("{}", fmt::join(of.found, ", "))]
                .push_back(other);
        }
        std::vector<std::string> parts;
        for (const auto& [relation, others] : by_relation)
            parts.push_back(relation.empty() ? ranges_of(others)
                                             : fmt::format("{} ({})", ranges_of(others), relation));
        return fmt::format("{}", fmt::join(parts, "; "));
    }
    const std::vector<const Row*>& rows() const { return rows_; }

private:
    const ProvedReductions& proved_;
    std::vector<const Row*> rows_;
};

bool meet(const Row& row) {
    return !checker::reductions::holds(row.excludes.finding) || row.accords.finding == Finding::footprints;
}

std::string block_text(const ProvedReductions& proved, std::size_t schema) {
    const Block block(proved, schema);
    std::string text;
    const auto line = [&](const char* label, const std::string& those) {
        if (!those.empty()) text += wrapped(fmt::format("    {:25}", label), those, 30);
    };
    const auto accords = [&](Finding finding) {
        return block.those([=](const Row& row) { return meet(row) && row.accords.finding == finding; });
    };
    line("apart, by footprints", accords(Finding::footprints));
    line("commutes, by Z3", accords(Finding::proved));
    line("never both enabled", block.those([](const Row& row) { return !meet(row); }));
    for (const auto* row : block.rows())
        if (meet(*row) && row->accords.finding == Finding::condition && row->first <= row->second) {
            const auto relation = text_of(proved.relations.sorts, row->relation);
            line("commutes where",
                 fmt::format("{}{}: {}", row->second + 1, relation.empty() ? "" : " (" + relation + ")",
                             text_of(proved.system, row->accords.condition)));
        }
    line("also under conditions", block.those([](const Row& row) {
        return meet(row) && row.accords.finding == Finding::condition && row.first > row.second;
    }));
    line("does not commute", accords(Finding::fails));
    line("not proved to commute", accords(Finding::refused));
    line("leaves enabled of these", block.those([](const Row& row) {
        return !checker::reductions::holds(row.accords.finding) &&
               checker::reductions::holds(row.leaves_enabled.finding);
    }));
    line("absorbs", block.those([](const Row& row) {
        return meet(row) && checker::reductions::holds(row.absorbs.finding);
    }));
    line("written anew past", block.those([](const Row& row) {
        return row.overwritten && checker::reductions::holds(row.overwritten->finding);
    }));
    line("not written anew past", block.those([](const Row& row) {
        return row.overwritten && !checker::reductions::holds(row.overwritten->finding);
    }));
    for (const auto& dominated : proved.relations.dominated)
        if (dominated.schema == schema)
            line("is, but for a budget,",
                 dominated.by ? fmt::format("{}", *dominated.by + 1) : std::string("no step at all"));
    return text;
}

/// Two actions between which a claim breaks, and the state if it is wanted.
std::string breaks_text(const ProvedReductions& proved, const Answer& answer, bool with_state) {
    const auto& actions = proved.system.actions;
    auto text = actions[answer.question.first].name;
    if (answer.question.second < actions.size()) text += " | " + actions[answer.question.second].name;
    return answer.state && with_state ? fmt::format("{}, where {}", text, text_of(proved, answer)) : text;
}

/// `all_states`: those, too, that are Z3's choice among many, and another one where a term has changed.
std::string stated_text(const ProvedReductions& proved, bool all_states) {
    std::string text, heading;
    const auto& schemas = proved.relations.schemas;
    for (const auto& claim : proved.stated) {
        if (const auto title = fmt::format("{}: {}", claim.reduction, claim.says); title != heading)
            text += (heading = title) + "\n";
        text += wrapped(fmt::format("  {:9}", claim.refused.empty() ? "proved" : "refused"),
                        fmt::format("{} {}", claim.schema + 1, schemas[claim.schema]), 12);
        std::vector<std::size_t> fails, open;
        const Answer* shown = nullptr;
        for (const auto& refusal : claim.refused) {
            const bool reachable = refusal.answer.finding == Finding::fails;
            (reachable ? fails : open).push_back(refusal.by);
            if (shown == nullptr || (reachable && shown->finding != Finding::fails)) shown = &refusal.answer;
        }
        const auto line = [&](const char* label, const std::string& what) {
            text += wrapped(fmt::format("            {:13}", label), what, 26);
        };
        if (!fails.empty()) line("fails with", ranges_of(fails));
        if (!open.empty()) line("not proved of", ranges_of(open));
        if (shown != nullptr)
            line("as in", breaks_text(proved, *shown, all_states || shown->finding == Finding::fails));
    }
    return text;
}

}  // namespace

std::string relations_totals(const ProvedReductions& proved, bool with_time) {
    const auto& table = proved.relations;
    const auto found = [&](Finding finding) {
        return grouped(table.found[static_cast<std::size_t>(finding)]);
    };
    std::size_t rows = table.excluded;
    for (const auto number : table.found) rows += number;
    auto text = fmt::format(
        "{} actions of {} schemas; {} pairs of actions, of which footprints separate {}\n"
        "{} pairs of schemas and how their objects are related: {} by footprints, {} by Z3,\n"
        "{} never both enabled, {} under a condition, {} do not commute, {} not proved\n",
        grouped(table.actions), table.schemas.size(), grouped(table.pairs), grouped(table.by_footprints),
        grouped(rows), found(Finding::footprints), found(Finding::proved), grouped(table.excluded),
        found(Finding::condition), found(Finding::fails), found(Finding::refused));
    std::size_t refused = 0;
    for (const auto& claim : proved.stated) refused += claim.refused.empty() ? 0 : 1;
    text += fmt::format("{} claims of the reductions: {} proved, {} refused\n", proved.stated.size(),
                        proved.stated.size() - refused, refused);
    if (!proved.budgets.empty())
        text += fmt::format("proved to be budgets: {}\n", fmt::join(proved.budgets, ", "));
    if (!proved.not_budgets.empty())
        text += fmt::format("no budgets, though they should be: {}\n", fmt::join(proved.not_budgets, ", "));
    if (with_time)
        text += fmt::format("{:.1f} s, of which Z3 {:.1f} s for {} questions\n", proved.seconds,
                            proved.solver_s, grouped(proved.queries));
    return text;
}

std::string relations_text(const Description& of, const ProvedReductions& proved, bool markdown) {
    const auto* fence = markdown ? "```text\n" : "";
    const auto* end = markdown ? "```\n" : "";
    const auto heading = [&](const char* title) {
        return markdown ? fmt::format("\n## {}\n\n", title) : fmt::format("\n{}\n", title);
    };
    std::string text = markdown ? "# The independence relation of the actions\n\n" : "";
    text += fmt::format("{}{}\n{}\n{}\n", fence, of.operations, of.nodes, of.bounds);
    if (!of.broken.empty()) text += fmt::format("variants: {}\n", of.broken);
    text += "\n" + relations_totals(proved, !markdown) + end;
    text += heading("Pairs") + fence;
    const auto& schemas = proved.relations.schemas;
    for (std::size_t s = 0; s < schemas.size(); ++s)
        text += wrapped(fmt::format("{:3}", s + 1), schemas[s], 4) + block_text(proved, s);
    text += end;
    if (!proved.stated.empty())
        text += heading("What the reductions claim") + fence + stated_text(proved, !markdown) + end;
    return text;
}

}  // namespace kcheck::cli
