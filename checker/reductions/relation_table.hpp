// The independence relation between action schemas, as a table that people read and CI compares.
//
// A schema is what the actions have in common that differ only in the objects that they are about: "start
// the container of a pod", of each pod and on each node. For each two schemas, and for each way in which
// their objects may be related (the same or another one, of each sort), each claim of independence.hpp is
// decided for all actions that are so related. In this order, each for what the one before leaves:
//
//   footprints    the claim holds
//   samples       some reachable states: the claim is refused in one that can happen
//   Z3            the claim holds, or is refused in a state of which nobody knows whether it can happen
//
// Where the claim is refused, a condition is looked for under which it holds all the same: around a sampled
// state in which it does not fail (Independence::condition_around).
//
// What is decided is decided for the objects that the system has: a table of two pods and two nodes is no
// proof for three.
//
// Cost: linear in the pairs of actions that footprints do not separate; one query each where the claim holds,
// and usually none where it is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checker/reductions/independence.hpp"

namespace kcheck::checker::reductions {

/// An action as an instance of a schema.
struct Instance {
    std::string schema;           // "kubelet: start the container of a pod"
    std::vector<int> parameters;  // by sort: the object that it is about; -1: of none
    bool rewrites = false;        // its next instance writes anew what it writes: see Claim::overwritten
};

struct Instances {
    std::vector<std::string> sorts;   // "pod", "node"
    std::vector<Instance> of_action;  // by action
};

/// Of the objects of one sort, of two actions.
enum class Related : std::uint8_t { neither, same, other };  // neither: one of the two is about none
using Relation = std::vector<Related>;                       // by sort

enum class Finding : std::uint8_t {
    footprints,  // it holds, by footprints alone
    proved,      // it holds, by Z3
    condition,   // it holds where a condition does, and is refused without it
    refused,     // in a state that need not be reachable
    fails,       // in a reachable state
};
constexpr bool holds(Finding finding) { return finding <= Finding::proved; }

struct Answer {
    Finding finding = Finding::footprints;
    Question question;                  // about which two actions the rest is
    std::optional<State> state;         // in which it is refused
    Condition condition;                // under which it holds
    std::vector<ir::VariableId> about;  // where it is refused: the variables that the claim speaks about
};

/// Two schemas, of which the first does something to the second.
struct Row {
    std::size_t first = 0, second = 0;  // indices into schemas
    Relation relation;
    std::size_t pairs = 0;  // of actions
    Answer excludes;        // they are never enabled together, so that the next three hold for nothing
    Answer accords;
    Answer leaves_enabled;              // the first the second
    Answer absorbs;                     // the first the second
    std::optional<Answer> overwritten;  // the first, by its next, whatever the second has done between
};

/// A schema that spends a budget and does what another does, or nothing (then `by` is none).
struct Dominated {
    std::size_t schema = 0;
    std::optional<std::size_t> by;
    std::size_t actions = 0;
};

struct RelationTable {
    std::vector<std::string> schemas;  // in the order of their first action
    std::vector<std::string> sorts;
    std::vector<Row> rows;             // by first, second, relation
    std::vector<Dominated> dominated;  // by schema
    std::size_t actions = 0;
    std::size_t pairs = 0;          // of different actions, unordered
    std::size_t by_footprints = 0;  // of these, accord by footprints alone
    /// Unordered rows by what is found of `accords`; those that exclude each other are counted apart.
    std::size_t excluded = 0;
    std::vector<std::size_t> found = std::vector<std::size_t>(5);  // by Finding
};

/// A claim that stands beside an action, and which a reduction rests on.
struct Statement {
    std::string reduction;  // "local-steps"
    std::string says;       // "commutes with every action of others"
    Question question;
};

/// What became of the statements of one reduction that say the same of the actions of one schema.
struct Stated {
    std::string reduction, says;
    std::size_t schema = 0;
    std::size_t statements = 0;
    struct Refusal {
        std::size_t by = 0;      // the schema of the second action
        std::size_t number = 0;  // of statements
        Answer answer;           // to the first of them; one that fails in a reachable state if there is one
    };
    std::vector<Refusal> refused;  // by schema
};

/// Decides claims about the actions of one system.
class Relations {
public:
    /// `reachable`: some reachable states (sample_states). The others must outlive this.
    /// Throws std::invalid_argument if there is not one instance for each action.
    Relations(const ir::TransitionSystem& system, const Instances& instances,
              const std::vector<Budget>& budgets, Independence& independence, std::vector<State> reachable);

    RelationTable table();
    std::vector<Stated> check(const std::vector<Statement>& statements);

    /// A condition of more variables than this is none.
    static constexpr std::size_t longest_condition = 3;
    /// States in which a claim is tried before Z3 is asked.
    static constexpr std::size_t most_tried = 200;

private:
    using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

    Answer decide(Claim claim, const Pairs& pairs);
    /// A refusal of the first question that is refused, in a reachable state if there is one.
    std::optional<Answer> refuse(const std::vector<Question>& questions);
    /// Sampled states in which the first action is enabled, and the second if the claim is about both.
    std::vector<const State*> states_for(const Question& question) const;
    void add_condition(Answer& answer);
    Row decide_row(Row row, const Pairs& pairs, const Row* mirrored);
    std::vector<Dominated> dominated();
    Relation relation_of(std::size_t a, std::size_t b) const;

    const ir::TransitionSystem& system_;
    const Instances& instances_;
    const std::vector<Budget>& budgets_;
    Independence& independence_;
    std::vector<State> reachable_;
    std::vector<std::vector<bool>> enabled_;  // by action, by reachable state
    std::vector<std::string> schemas_;
    std::vector<std::size_t> schema_of_;  // by action
};

}  // namespace kcheck::checker::reductions
