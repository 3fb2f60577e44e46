// Liveness under symmetry, with fairness classes that the symmetry permutes.
//
// Let a group act on the states, the transitions and the fairness classes of a system,
// and let the exploration have stored one representative of each orbit. The quotient
// graph is exact for what no element of the group moves: safety, deadlocks, goals and
// premises that are symmetric. It says nothing of a class like "what pod 1 asks for",
// since along a cycle of representatives the pods change places: what is pod 1 now is pod
// 2 a step later. A cycle that takes "pod 1" again and again may starve every single pod,
// and the other way round.
//
// Emerson and Sistla (Utilizing symmetry when model checking under fairness assumptions:
// an automata-theoretic approach, ACM TOPLAS 1997) thread the permutations through the
// quotient: a state of the threaded graph is a representative and the permutation that
// leads back to an actual state, which is an actual state by another name. Here that is
// done only where a cycle can be. (Ip and Dill, Better verification through symmetry,
// Formal Methods in System Design 1996, have the bisimulation that this rests on.)
//
//   1. The candidates: the strongly connected components of the quotient graph, or of its
//      sub-graph of those states that a violating cycle is made of (model.hpp: the states that
//      are no goal, or in which an obligation is open), that contain what the cycle must
//      contain. Fairness is used to refine them only as far as the classes go that no element of the
//      group moves: on these the quotient is exact, too.
//   2. Each candidate X is unfolded: from one of its states, as it stands, the actual
//      states are explored whose representatives lie in X, along actual transitions.
//   3. The unfolding is a system of its own, with classes for each object, and
//      check_liveness decides it. A transition that leaves X is left out; the classes that are
//      enabled in a state are those of all of its transitions.
//
// Why that is exact. Let C be a fair violating cycle of the actual system that can be
// reached. The representatives of its states and transitions form a closed walk in the
// quotient, in one candidate X: the forms are symmetric, and a class that nothing moves is
// taken by C, or enabled in a state of C, iff it is in the walk. Let e be the state
// of X where the unfolding begins. X is strongly connected, so the quotient has a path in X
// from e to the representative of a state c of C. It lifts: from any actual state with the
// representative r, a transition r -> r' of the quotient is followed to an actual
// state with the representative r'. So the unfolding reaches g(c) for some g of the group, and with
// it all of g(C), which is a cycle, fair to g of every class, that is to every class, and
// violates the property. Conversely, a lasso of the unfolding is one of the actual
// system once a stem leads to e. The stem is the quotient's, lifted; it ends in an
// actual state with the representative e, and the unfolding that yields the lasso begins there.
//
// In a state where no class is enabled a run may stay; the number of such classes being
// symmetric, the quotient decides that.
//
// Size: |X| times the number of elements of the group at most, and only for candidates.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "checker/liveness.hpp"

namespace kcheck::checker {

/// Replaces an actual state by the representative of its orbit.
template <class M>
concept HasRepresentative = requires(const M& m, typename M::State& state) {
    { m.representative(state) } -> std::same_as<void>;
};
/// The actual transitions from an actual state, and the classes that are enabled in it.
template <class M>
concept HasConcreteSuccessors = requires(const M& m, const typename M::State& state, SuccessorSink<M>& sink) {
    { m.concrete_successors(state, sink) } -> std::same_as<void>;
};
/// Classes that no element of the group moves; none is always right, more is faster.
template <class M>
concept HasFixedClasses = requires(const M& m) {
    { m.fixed_classes() } -> std::same_as<ClassMask>;
};

/// A model whose `initial` and `successors` give representatives of actual states.
///
/// Requires, for every element g of the group:
/// - representative(s) gives the same for s and g(s), an element of their orbit, and leaves a
///   representative as it is;
/// - the actual transitions from g(s) are the images of those from s, in any order;
/// - from a representative r, `successors` leads exactly to the representatives of the targets of
///   the actual transitions from r; of several that are images of each other one will do;
/// - goals, premises and `counted` do not tell s from g(s), nor an action from its image;
/// - a class and its image are both weak or both strong.
/// The first three are checked in passing, as far as the unfolding goes.
template <class M>
concept SymmetricModel = Model<M> && HasRepresentative<M> && HasConcreteSuccessors<M> && HasFixedClasses<M>;

namespace detail {

/// Representatives of actual states, in a store.
template <SymmetricModel M>
class Representatives {
public:
    Representatives(const M& model, const StateStore& store)
        : model_(model), store_(store), packed_(store.state_bytes()) {}

    /// Throws std::logic_error if the representative was not visited.
    StateId operator()(const typename M::State& actual) {
        scratch_ = actual;
        model_.representative(scratch_);
        std::fill(packed_.begin(), packed_.end(), std::byte{0});
        model_.pack(scratch_, packed_);
        const auto id = store_.find(packed_);
        if (!id)
            throw std::logic_error("an actual transition leads to a state whose representative is not known");
        return *id;
    }

private:
    const M& model_;
    const StateStore& store_;
    std::vector<std::byte> packed_;
    typename M::State scratch_{};
};

/// Actual transitions and the classes that are enabled.
template <SymmetricModel M>
class ConcreteSuccessors final : public SuccessorSink<M> {
public:
    ConcreteSuccessors(const M& model, const typename M::State& state) {
        model.concrete_successors(state, *this);
        if (reported_) return;
        for (const Step<M>& step : steps) enabled_classes |= model.classes(step.action);
    }
    void edge(const typename M::Action& action, const typename M::State& target) override {
        steps.push_back({action, target});
    }
    void enabled(ClassMask classes) override {
        reported_ = true;
        enabled_classes = classes;
    }

    std::vector<Step<M>> steps;
    ClassMask enabled_classes;

private:
    bool reported_ = false;
};

/// The actual states over some components of a quotient graph, as a model.
template <SymmetricModel M>
class Unfolding {
public:
    using State = typename M::State;
    using Action = typename M::Action;

    /// `component_of`: by id, 0 for states that are in no component.
    Unfolding(const M& model, const Exploration& quotient, const std::vector<std::uint32_t>& component_of,
              std::vector<State> entries)
        : model_(model), quotient_(quotient), component_of_(component_of), entries_(std::move(entries)) {}

    std::size_t state_bytes() const { return model_.state_bytes(); }
    void pack(const State& state, std::span<std::byte> bytes) const { model_.pack(state, bytes); }
    void unpack(std::span<const std::byte> bytes, State& state) const { model_.unpack(bytes, state); }
    ClassMask classes(const Action& action) const { return model_.classes(action); }
    std::string describe(const Action& action) const { return model_.describe(action); }
    void initial(const std::function<void(const State&)>& each) const {
        for (const State& entry : entries_) each(entry);
    }

    void successors(const State& state, SuccessorSink<Unfolding>& sink) const {
        Representatives<M> representative(model_, quotient_.store);
        const StateId here = representative(state);
        const ConcreteSuccessors<M> actual(model_, state);
        sink.enabled(actual.enabled_classes);
        Transitions transitions;
        for (const Step<M>& step : actual.steps) {
            const StateId target = representative(step.state);
            transitions.emplace_back(target, model_.classes(step.action) & model_.fixed_classes());
            if (component_of_[raw(target)] == component_of_[raw(here)]) sink.edge(step.action, step.state);
        }
        require_quotient(here, std::move(transitions), actual.enabled_classes);
    }

private:
    /// Representatives of targets, with those classes that nothing moves.
    using Transitions = std::vector<std::pair<StateId, ClassMask>>;

    /// The quotient's transitions must be those of the actual state.
    void require_quotient(StateId here, Transitions actual, const ClassMask& enabled) const {
        const TransitionGraph& graph = *quotient_.graph;
        const EdgeRange range = graph.edges(here);
        Transitions known;
        for (std::uint32_t at = range.first; at < range.last; ++at)
            known.emplace_back(graph.target(here, at),
                               graph.label(here, at).classes & model_.fixed_classes());
        for (auto* transitions : {&actual, &known}) {
            std::sort(transitions->begin(), transitions->end());
            transitions->erase(std::unique(transitions->begin(), transitions->end()), transitions->end());
        }
        if (actual != known || enabled.none() != graph.quiescent(here))
            throw std::logic_error("an actual state has other transitions than its representative");
    }

    const M& model_;
    const Exploration& quotient_;
    const std::vector<std::uint32_t>& component_of_;
    std::vector<State> entries_;
};

template <SymmetricModel M>
class UnfoldingChecker {
public:
    UnfoldingChecker(const M& model, const Exploration& explored, std::span<const FairnessClass> classes,
                     const LivenessOptions& options)
        : model_(model), explored_(explored), classes_(classes), options_(options), watch_(options.limits) {}

    LivenessResult<M> check(const LivenessOf<M>& property, std::uint64_t counted_bit) {
        using Form = typename LivenessOf<M>::Form;
        watch_.look();
        if (!checker_) {
            checker_.emplace(model_, explored_, fixed(masks_of(classes_)), watch_);
            watch_.before_allocating(explored_.store.id_bound() * sizeof(std::uint32_t));
            component_of_.assign(explored_.store.id_bound(), 0);
        }
        // Over a candidate of the other forms every cycle violates them.
        question_ = property;
        if (property.form == Form::always_eventually || property.form == Form::leads_to) {
            question_.form = Form::always_eventually;
            question_.goal = [](const typename M::State&) { return false; };
        }
        Batch batch;
        const auto along = [&](std::span<const StateId> path) { return lift(path); };
        auto result = checker_->check(
            property, counted_bit,
            [&](const FairComponent& component, const CyclePattern&,
                const PendingStates* pending) -> std::optional<Lasso<M>> {
                const StateId entry = checker_->entry_of(component, pending);
                batch.paths.push_back(checker_->path_to(entry, pending));
                batch.states.insert(batch.states.end(), component.states.begin(), component.states.end());
                batch.sizes.push_back(component.states.size());
                return batch.states.size() < options_.batch_states ? std::nullopt : decide(batch);
            },
            along);
        if (!result.lasso && !batch.paths.empty())
            if (result.lasso = decide(batch); result.lasso) result.verdict = LivenessVerdict::violated;
        return result;
    }

private:
    using Wrapped = Unfolding<M>;

    /// Candidates that are unfolded together.
    struct Batch {
        std::vector<std::vector<StateId>> paths;  // to where each is entered
        std::vector<StateId> states;              // one candidate after another
        std::vector<std::size_t> sizes;
    };

    FairnessMasks fixed(const FairnessMasks& masks) const {
        const ClassMask unmoved = model_.fixed_classes();
        return {masks.weak & unmoved, masks.strong & unmoved};
    }

    /// Looks for a fair cycle in the candidates of the batch, and empties it.
    std::optional<Lasso<M>> decide(Batch& batch) {
        const Batch taken = std::exchange(batch, {});
        std::size_t at = 0;
        for (std::uint32_t c = 0; c < taken.sizes.size(); ++c)
            for (const std::size_t end = at + taken.sizes[c]; at < end; ++at)
                component_of_[raw(taken.states[at])] = c + 1;

        std::vector<typename M::State> entries;
        for (const auto& path : taken.paths)
            entries.push_back(state_of(model_, explored_.store, path.back()));
        auto lasso = lasso_from(std::move(entries));
        if (lasso) {
            // Again, from an actual state that a run leads to.
            Representatives<M> representative(model_, explored_.store);
            const std::uint32_t found = component_of_[raw(representative(lasso->stem.initial))];
            Trace<M> stem = lift(taken.paths[found - 1]);
            const auto& entry = stem.steps.empty() ? stem.initial : stem.steps.back().state;
            lasso = lasso_from({entry});
            if (!lasso)
                throw std::logic_error("the image of an unfolding has no fair cycle, the unfolding has one");
            stem.steps.insert(stem.steps.end(), lasso->stem.steps.begin(), lasso->stem.steps.end());
            lasso->stem = std::move(stem);
        }
        for (const StateId state : taken.states) component_of_[raw(state)] = 0;
        return lasso;
    }

    std::optional<Lasso<M>> lasso_from(std::vector<typename M::State> entries) {
        const Wrapped unfolding(model_, explored_, component_of_, std::move(entries));
        const Limits rest = watch_.rest();
        ExploreOptions search;
        search.threads = options_.threads;
        search.record_graph = true;
        search.states_max = options_.states_max;
        search.memory_max_bytes = rest.memory_max_bytes;
        search.timeout_s = rest.timeout_s;
        search.stop = rest.stop;
        const std::span<const LivenessOf<Wrapped>> question(&question_, 1);
        const Exploration unfolded = explore<Wrapped>(unfolding, {}, search, question);

        LivenessOptions options;
        options.limits = watch_.rest();
        const auto results = check_liveness<Wrapped>(unfolding, unfolded, classes_, question, options);
        if (results[0].ended) throw LimitReached(*results[0].ended);
        if (results[0].verdict == LivenessVerdict::incomplete) throw LimitReached(unfolded.ended);
        if (!results[0].lasso) return std::nullopt;
        Lasso<M> lasso{{results[0].lasso->stem.initial, {}}, {}};
        for (const auto& step : results[0].lasso->stem.steps)
            lasso.stem.steps.push_back({step.action, step.state});
        for (const auto& step : results[0].lasso->cycle) lasso.cycle.push_back({step.action, step.state});
        return lasso;
    }

    /// An actual run over a path of representatives, from the first of them as it stands.
    Trace<M> lift(std::span<const StateId> path) {
        Representatives<M> representative(model_, explored_.store);
        Trace<M> trace{state_of(model_, explored_.store, path.front()), {}};
        typename M::State here = trace.initial;
        for (const StateId wanted : path.subspan(1)) {
            const ConcreteSuccessors<M> actual(model_, here);
            const auto taken =
                std::find_if(actual.steps.begin(), actual.steps.end(),
                             [&](const Step<M>& step) { return representative(step.state) == wanted; });
            if (taken == actual.steps.end())
                throw std::logic_error("an actual state has other transitions than its representative");
            trace.steps.push_back(*taken);
            here = taken->state;
        }
        return trace;
    }

    const M& model_;
    const Exploration& explored_;
    std::span<const FairnessClass> classes_;
    LivenessOptions options_;
    LimitWatch watch_;
    std::optional<LivenessChecker<M>> checker_;
    std::vector<std::uint32_t> component_of_;  // by id; number in the batch plus 1
    LivenessOf<Wrapped> question_;
};

}  // namespace detail

/// As check_liveness, for an exploration of representatives and classes that the symmetry
/// moves. The steps of a lasso are actual ones, from an initial state on.
template <SymmetricModel M>
std::vector<LivenessResult<M>> check_liveness_unfolded(const M& model, const Exploration& explored,
                                                       std::span<const FairnessClass> classes,
                                                       std::span<const LivenessOf<M>> properties,
                                                       const LivenessOptions& options = {}) {
    if (!explored.graph) throw std::invalid_argument("liveness needs a recorded graph");
    require_declared(*explored.graph, classes);
    detail::UnfoldingChecker<M> checker(model, explored, classes, options);
    return detail::decide_each<M>(
        explored, properties,
        [&](const LivenessOf<M>& property, std::uint64_t bit) { return checker.check(property, bit); });
}

/// Taken for what is no SymmetricModel: does not compile, and says in words what is missing.
template <Model M>
requires(!SymmetricModel<M>) std::vector<LivenessResult<M>> check_liveness_unfolded(
    const M&, const Exploration&, std::span<const FairnessClass>, std::span<const LivenessOf<M>>,
    const LivenessOptions& = {}) {
    static_assert(HasRepresentative<M>,
                  "a symmetric model has, public and const: `void representative(State&) const`");
    static_assert(HasConcreteSuccessors<M>,
                  "a symmetric model has, public and const: "
                  "`void concrete_successors(const State&, SuccessorSink<M>&) const`");
    static_assert(HasFixedClasses<M>,
                  "a symmetric model has, public and const: `ClassMask fixed_classes() const`");
    std::abort();
}

}  // namespace kcheck::checker
