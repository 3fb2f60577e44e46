// What a property is: a sentence, a formula, where it comes from, and what
// would violate it. One file of this folder for each property, or each small
// family; registry.cpp lists them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/term.hpp"
#include "model/encoding.hpp"
#include "model/pipeline.hpp"

namespace kcheck::invariants {

enum class Kind : std::uint8_t { safety, liveness };

/// How much of Kubernetes a property rests on (docs/properties.md).
enum class Strength : std::uint8_t {
    guaranteed,  // by kube-apiserver and etcd alone
    assumed,     // for the shipped controllers, under assumptions that the rationale states
    soft,        // what real Kubernetes does not promise: reported apart
};

/// The forms of liveness properties; see checker/model.hpp.
enum class Form : std::uint8_t { eventually_always, always_eventually, leads_to, finitely_often };

struct Property {
    std::string_view id;    // "KC-S-001": permanent, never reused
    std::string_view name;  // "single-binding"
    Kind kind = Kind::safety;
    Strength strength = Strength::guaranteed;
    std::string_view statement;                 // one sentence
    std::string_view formula;                   // in logic
    std::string_view rationale;                 // why it should hold, and under which assumptions
    std::string_view source;                    // Kubernetes file and function, or a paper
    std::vector<std::string_view> violated_by;  // names of variants

    using Predicate = std::function<bool(const model::Encoding&, const model::Valuation&)>;
    using Symbolic = std::function<ir::Term(const model::Encoding&, model::SymbolicStep&)>;

    // Safety: one function template over both domains gives both forms.
    Predicate holds;
    Symbolic term;
    Symbolic lemma;  // optional: strengthens the inductive proof

    // Liveness.
    Form form = Form::eventually_always;
    Predicate goal;
    Predicate premise;                                                        // leads_to
    std::function<bool(const model::Pipeline&, const model::Move&)> counted;  // finitely_often

    /// Where it speaks of something; null: everywhere. Elsewhere nothing could violate it, so it is not
    /// asked, for this reason.
    bool (*speaks_of)(const model::Configuration&) = nullptr;
    std::string_view silent_because;

    /// A state that shows that the property speaks of something: reachable in the default model.
    Predicate witness;
    std::string_view witness_text;
};

/// All properties, in the order in which they are reported.
const std::vector<Property>& properties();

/// Null if there is none of this name (or id).
const Property* find_property(std::string_view name);

}  // namespace kcheck::invariants
