// Explicit-state exploration of a model: every reachable state, stored in full, with
// safety properties checked on each and a shortest trace to any.
//
//     const Exploration all = explore(model);
//     const Exploration found = explore(model, safety, options);
//     if (found.violations[0]) show(trace_to(model, found.store, found.violations[0]->state));
//
// Liveness properties are checked on the graph that the exploration records; see
// liveness.hpp. The algorithm is in explicit_search.cpp; here is only what depends on
// the types of the model.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

#include "checker/explicit_search.hpp"
#include "checker/model.hpp"
#include "checker/model_error.hpp"

namespace kcheck::checker {

template <Model M>
using SafetyOf = Safety<typename M::State>;

template <Model M>
using LivenessOf = Liveness<typename M::State, typename M::Action>;

template <Model M>
struct Step {
    typename M::Action action;
    typename M::State state;  // after it
};

template <Model M>
struct Trace {
    typename M::State initial;
    std::vector<Step<M>> steps;
};

namespace detail {

/// Presents a model and its properties to the search.
template <Model M>
class Packed final : public PackedModel {
public:
    Packed(const M& model, std::span<const SafetyOf<M>> safety, std::span<const LivenessOf<M>> liveness,
           bool labelled)
        : model_(model), safety_(safety), liveness_(liveness), labelled_(labelled) {
        if (liveness.size() > 64) throw std::invalid_argument("more than 64 liveness properties at once");
        for (std::size_t i = 0; i < liveness.size(); ++i)
            if (liveness[i].form == LivenessOf<M>::Form::finitely_often) counting_ |= std::uint64_t{1} << i;
    }

    std::size_t state_bytes() const override { return model_.state_bytes(); }
    std::size_t properties() const override { return safety_.size(); }
    std::uint64_t counting() const override { return counting_; }

    void initial(Batch& out) const override {
        std::vector<std::byte> spare(model_.state_bytes());
        typename M::State probe{};
        with_error(initial_error, [&] {
            model_.initial([&](const typename M::State& state) {
                const auto packed = out.add_target(model_.state_bytes());
                model_.pack(state, packed);
                if (const char* fault = round_trip(state, packed, probe, spare)) throw initial_error(fault);
            });
        });
    }

    void expand(const StateStore& store, std::span<const Run> runs, Batch& out) const override {
        Sink sink(*this, out);
        typename M::State state{};
        for (const Run& run : runs)
            for (std::uint32_t index = run.first; index < run.last; ++index) {
                const StateId source = state_id(run.partition, index);
                const std::size_t first = out.targets();
                in_state(store, source, [&] {
                    model_.unpack(store.state(source), state);
                    sink.begin();
                    model_.successors(state, sink);
                    if (is_sampled(source)) examine(store, source, first, state, sink, out);
                });
                out.close_source(source, sink.quiescent());
            }
    }

    void check(const StateStore& store, const Run& run, FirstViolations& violations) const override {
        typename M::State state{};
        for (std::uint32_t index = run.first; index < run.last; ++index) {
            in_state(store, state_id(run.partition, index), [&] {
                model_.unpack(store.partition(run.partition).state(index), state);
                for (std::size_t property = 0; property < safety_.size(); ++property) {
                    if (!violations.open(property)) continue;
                    if (!safety_[property].holds(state)) violations.index[property] = index;
                }
            });
        }
    }

private:
    class Sink final : public SuccessorSink<M> {
    public:
        Sink(const Packed& packed, Batch& out)
            : packed_(packed), state_bytes_(packed.model_.state_bytes()), out_(out) {}

        void begin() {
            reported_ = false;
            enabled_ = {};
        }
        bool quiescent() const { return enabled_.none(); }

        void edge(const typename M::Action& action, const typename M::State& target) override {
            packed_.model_.pack(target, out_.add_target(state_bytes_));
            if (packed_.labelled_) {
                const EdgeLabel label = packed_.label(action);
                out_.add_label(label);
                if (!reported_) enabled_ |= label.classes;
            } else if (enabled_.none() && !reported_) {
                enabled_ = packed_.model_.classes(action);
            }
        }

        void enabled(ClassMask classes) override {
            reported_ = true;
            enabled_ = classes;
            out_.add_reported(classes);
        }

    private:
        const Packed& packed_;
        std::size_t state_bytes_;
        Batch& out_;
        bool reported_ = false;
        ClassMask enabled_;
    };

    /// Compares what the model emits again with what it emitted.
    class SecondLook final : public SuccessorSink<M> {
    public:
        /// `source`: a used State that has nothing to do with what is unpacked into it.
        SecondLook(const Packed& packed, const Batch& first, std::size_t position,
                   const typename M::State& source)
            : packed_(packed),
              first_(first),
              position_(position),
              bytes_(packed.model_.state_bytes()),
              spare_(packed.model_.state_bytes()),
              probe_(source) {}

        void edge(const typename M::Action& action, const typename M::State& target) override {
            enabled_ |= packed_.model_.classes(action);
            if (position_ == first_.targets()) return note(not_a_function);
            const std::byte* known = first_.target(static_cast<std::uint32_t>(position_++), bytes_.size());
            std::fill(bytes_.begin(), bytes_.end(), std::byte{0});
            packed_.model_.pack(target, bytes_);
            if (!std::equal(bytes_.begin(), bytes_.end(), known)) {
                packed_.model_.unpack({known, bytes_.size()}, probe_);
                return note(probe_ == target ? equal_states_differ : not_a_function);
            }
            if (const char* fault = packed_.round_trip(target, bytes_, probe_, spare_)) note(fault);
        }
        void enabled(ClassMask classes) override { reported_ = classes; }

        /// What is wrong, if anything; `quiescent`: as it was the first time.
        const char* fault(bool quiescent) const {
            if (fault_ != nullptr) return fault_;
            const bool same = reported_.value_or(enabled_).none() == quiescent;
            return position_ == first_.targets() && same ? nullptr : not_a_function;
        }

    private:
        static constexpr const char* not_a_function =
            "the successors are not a function of the state: a second call gave others";
        static constexpr const char* equal_states_differ =
            "equal states are packed as different bytes: are there gaps in what pack copies?";
        void note(const char* fault) {
            if (fault_ == nullptr) fault_ = fault;
        }

        const Packed& packed_;
        const Batch& first_;
        std::size_t position_;
        std::vector<std::byte> bytes_, spare_;
        typename M::State probe_;
        std::optional<ClassMask> reported_;
        ClassMask enabled_;
        const char* fault_ = nullptr;
    };

    /// The first states, and some of those that come later: the partition of a state, and with it its
    /// index, is as good as random.
    static bool is_sampled(StateId state) { return index_of(state) < 16 || index_of(state) % 256 == 0; }

    /// Holds the model to what model.hpp asks of it, in one state.
    void examine(const StateStore& store, StateId source, std::size_t first, const typename M::State& state,
                 const Sink& sink, const Batch& out) const {
        std::vector<std::byte> again(model_.state_bytes());
        model_.pack(state, again);
        if (!std::equal(again.begin(), again.end(), store.state(source).begin()))
            throw model_error(store, source, packs_differently);
        SecondLook look(*this, out, first, state);
        model_.successors(state, look);
        if (const char* fault = look.fault(sink.quiescent())) throw model_error(store, source, fault);
    }

    static constexpr const char* packs_differently =
        "pack and unpack do not agree: a state that was packed and unpacked packs differently";

    const char* round_trip(const typename M::State& state, std::span<const std::byte> packed,
                           typename M::State& probe, std::vector<std::byte>& spare) const {
        model_.unpack(packed, probe);
        if (!(probe == state))
            return "pack and unpack do not agree: what was packed is unpacked as another state";
        std::fill(spare.begin(), spare.end(), std::byte{0});
        model_.pack(probe, spare);
        return std::equal(packed.begin(), packed.end(), spare.begin()) ? nullptr : packs_differently;
    }

    EdgeLabel label(const typename M::Action& action) const {
        EdgeLabel label{model_.classes(action), 0};
        for (std::uint64_t rest = counting_; rest != 0; rest &= rest - 1) {
            const int property = std::countr_zero(rest);
            if (liveness_[static_cast<std::size_t>(property)].counted(action))
                label.counted |= std::uint64_t{1} << property;
        }
        return label;
    }

    const M& model_;
    std::span<const SafetyOf<M>> safety_;
    std::span<const LivenessOf<M>> liveness_;
    bool labelled_;
    std::uint64_t counting_ = 0;
};

/// The transitions of one state, as the model emits them.
template <Model M>
class Successors final : public SuccessorSink<M> {
public:
    Successors(const M& model, const typename M::State& state) { model.successors(state, *this); }

    void edge(const typename M::Action& action, const typename M::State& target) override {
        steps.push_back({action, target});
    }
    void enabled(ClassMask classes) override {
        reported_ = true;
        enabled_ = classes;
    }
    ClassMask enabled_classes(const M& model) const {
        if (reported_) return enabled_;
        ClassMask classes;
        for (const auto& step : steps) classes |= model.classes(step.action);
        return classes;
    }

    std::vector<Step<M>> steps;

private:
    bool reported_ = false;
    ClassMask enabled_;
};

struct Anything {};

}  // namespace detail

/// Visits every state of `model` that is reachable, unless the options end it before.
/// `liveness` matters only to a recorded graph: pass the properties that check_liveness
/// is to decide on it, at most 64.
///
/// Requires: the functions of the properties may run in several threads at once.
template <Model M>
Exploration explore(const M& model, std::span<const SafetyOf<M>> safety = {},
                    const ExploreOptions& options = {}, std::span<const LivenessOf<M>> liveness = {}) {
    return search(detail::Packed<M>(model, safety, liveness, options.record_graph), options);
}

/// Taken for what is no Model: does not compile, and says in words what is missing.
template <class M, class Safety = detail::Anything, class Options = detail::Anything,
          class Liveness = detail::Anything>
requires(!Model<M>) Exploration
    explore(const M&, const Safety& = {}, const Options& = {}, const Liveness& = {}) {
    static_assert(model_is_complete<M>());
    std::abort();
}

template <Model M>
typename M::State state_of(const M& model, const StateStore& store, StateId id) {
    typename M::State state{};
    model.unpack(store.state(id), state);
    return state;
}

/// The trace along `path`, packed states that begin with any; where several transitions lead
/// from one state to the next it takes the first. Throws std::logic_error if there is none.
template <Model M, class Packed>
Trace<M> trace_along_packed(const M& model, std::span<const Packed> path) {
    Trace<M> trace;
    model.unpack(path.front(), trace.initial);
    std::vector<std::byte> packed(model.state_bytes());
    typename M::State here = trace.initial;
    for (const Packed& wanted : path.subspan(1)) {
        const detail::Successors<M> successors(model, here);
        const auto taken =
            std::find_if(successors.steps.begin(), successors.steps.end(), [&](const Step<M>& step) {
                std::fill(packed.begin(), packed.end(), std::byte{0});
                model.pack(step.state, packed);
                return std::equal(packed.begin(), packed.end(), wanted.begin());
            });
        if (taken == successors.steps.end())
            throw std::logic_error(
                "the model does not repeat a transition: its successors are not a function");
        trace.steps.push_back(*taken);
        model.unpack(wanted, here);
    }
    return trace;
}

/// The same, for states of a store.
template <Model M>
Trace<M> trace_along(const M& model, const StateStore& store, std::span<const StateId> path) {
    std::vector<std::span<const std::byte>> packed;
    for (const StateId id : path) packed.push_back(store.state(id));
    return trace_along_packed<M, std::span<const std::byte>>(model, packed);
}

/// A shortest trace from an initial state to `id`.
template <Model M>
Trace<M> trace_to(const M& model, const StateStore& store, StateId id) {
    return trace_along(model, store, store.path_to(id));
}

/// To where the model failed; nothing if that was in no state.
template <Model M>
std::optional<Trace<M>> trace_to(const M& model, const ModelError& error) {
    if (error.path().empty()) return std::nullopt;
    return trace_along_packed<M, ModelError::Packed>(model, error.path());
}

}  // namespace kcheck::checker
