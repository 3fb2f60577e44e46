// The gates have teeth: for each reduction an unsound one, and how soon the comparison finds it. A
// mutant is the pipeline with all of its reductions and one thing more left out, and is compared with
// the plain search, as the differential gate does.
#include <catch2/catch.hpp>

#include <functional>
#include <memory>

#include "model/kube_scheduler.hpp"
#include "model/kubelet.hpp"
#include "model/named_reductions.hpp"
#include "model/replicaset_controller.hpp"
#include "tests/gates_compare.hpp"

using namespace kcheck;
using namespace kcheck::tests;

namespace {

using model::Move;
using model::VariableId;
using model::Verb;

/// The pipeline, with a hand on its successors.
class Mutant {
public:
    using State = Valuation;
    using Action = Move;
    using Steps = std::vector<checker::Step<Pipeline>>;

    explicit Mutant(const Pipeline& pipeline) : pipeline_(pipeline) {}

    /// Each may be left empty.
    std::function<bool(const Move&, const State& before, const State& after)> leaves_out;
    std::function<void(State&)> represents;  // picks a representative
    std::function<void(Steps&)> prefers;     // some steps over others

    std::size_t state_bytes() const { return pipeline_.state_bytes(); }
    void pack(const State& state, std::span<std::byte> bytes) const { pipeline_.pack(state, bytes); }
    void unpack(std::span<const std::byte> bytes, State& state) const { pipeline_.unpack(bytes, state); }
    void initial(const std::function<void(const State&)>& each) const { pipeline_.initial(each); }
    std::string describe(const Move& move) const { return pipeline_.describe(move); }
    ir::ClassMask classes(const Move& move) const { return pipeline_.classes(move); }

    template <class Sink>
    void successors(const State& state, Sink& sink) const {
        const checker::detail::Successors<Pipeline> whole(pipeline_, state);
        Steps kept;
        for (auto step : whole.steps) {
            if (leaves_out && leaves_out(step.action, state, step.state)) continue;
            if (represents) {
                represents(step.state);
                pipeline_.canonicalize(step.state);
            }
            kept.push_back(step);
        }
        if (prefers) prefers(kept);
        for (const auto& step : kept) sink.edge(step.action, step.state);
        sink.enabled(whole.enabled_classes(pipeline_));
    }

private:
    const Pipeline& pipeline_;
};

const model::ActionInfo* info_of(const Pipeline& pipeline, const Move& move) {
    return move.action < pipeline.actions().size() ? &pipeline.actions()[move.action] : nullptr;
}

bool is_verb(const Pipeline& pipeline, const Move& move, Verb verb) {
    const auto* info = info_of(pipeline, move);
    return info != nullptr && info->verb == verb;
}

/// Takes the actions of these verbs at once, as often as they are enabled.
void settle(const Pipeline& pipeline, const std::vector<Verb>& verbs, Valuation& state) {
    for (bool moves = true; moves;) {
        moves = false;
        for (const auto& action : pipeline.actions()) {
            if (action.fault || std::ranges::find(verbs, action.verb) == verbs.end()) continue;
            auto after = state;
            model::NativeStep step(after);
            action.text(step);
            if (!step.enabled() || after == state) continue;
            state = after;
            moves = true;
        }
    }
}

void clear_field(const Pipeline& pipeline, const model::Watch<model::Pod>& watch, int field,
                 Valuation& state) {
    const auto clear = [&](VariableId variable) {
        if (pipeline.layout()[variable].size > 1) state[variable] = 0;
    };
    for (const auto& copy : watch.copy) clear(copy[field]);
    for (const auto& event : watch.queue) clear(event.record[field]);
}

struct Unsound {
    const char* reduction;
    const char* what;
    std::function<void(Mutant&, const Pipeline&)> apply;
    /// Differences that would find it without any cleverness.
    std::set<std::string_view> too_easy = {};
};

/// Leaves out the steps that `step` selects.
auto without(std::function<bool(const Pipeline&, const Move&, const Valuation&, const Valuation&)> step) {
    return [step](Mutant& mutant, const Pipeline& pipeline) {
        mutant.leaves_out = [&pipeline, step](const Move& move, const Valuation& before,
                                              const Valuation& after) {
            return info_of(pipeline, move) != nullptr && step(pipeline, move, before, after);
        };
    };
}

/// Takes the steps of these verbs at once.
auto at_once(std::vector<Verb> verbs) {
    return [verbs](Mutant& mutant, const Pipeline& pipeline) {
        mutant.represents = [&pipeline, verbs](Valuation& state) { settle(pipeline, verbs, state); };
    };
}

/// Takes the steps of this verb only where there is no other.
auto at_last(Verb verb) {
    return [verb](Mutant& mutant, const Pipeline& pipeline) {
        mutant.prefers = [&pipeline, verb](Mutant::Steps& steps) {
            const auto waits = [&](const auto& step) { return is_verb(pipeline, step.action, verb); };
            if (!std::ranges::all_of(steps, waits)) std::erase_if(steps, waits);
        };
    };
}

auto representing(std::function<void(const Pipeline&, Valuation&)> represent) {
    return [represent](Mutant& mutant, const Pipeline& pipeline) {
        mutant.represents = [&pipeline, represent](Valuation& state) { represent(pipeline, state); };
    };
}

std::vector<Unsound> unsound_reductions() {
    namespace pod = model::pod;
    const std::set<std::string_view> about_caches{"watch-complete", "caches-converge"};
    std::set<std::string_view> liveness;  // asks for more than a representative
    for (const auto* property : all_properties())
        if (property->kind == Kind::liveness) liveness.insert(property->name);
    return {
        {"symmetry", "sorts the nodes that pods are bound to, whatever else is known of the pods",
         representing([](const Pipeline& pipeline, Valuation& state) {
             const auto& pods = pipeline.encoding().store<model::Pod>().objects;
             for (std::size_t p = 0; p < pods.size(); ++p)
                 for (std::size_t q = 0; q < p; ++q)
                     if (state[pods[p][pod::node]] < state[pods[q][pod::node]] &&
                         state[pods[p][pod::node]] != 0)
                         std::swap(state[pods[p][pod::node]], state[pods[q][pod::node]]);
         }),
         liveness},
        {"symmetry", "takes unequal nodes for equal where the scheduler has assumed a pod",
         representing([](const Pipeline& pipeline, Valuation& state) {
             for (const auto variable : pipeline.encoding().the<model::KubeScheduler>().assumed)
                 if (state[variable] != 0) state[variable] = 1;
         }),
         liveness},
        {"symmetry", "acts for the first of the pods that etcd cannot tell apart",
         without([](const Pipeline& pipeline, const Move& move, const Valuation& before, const Valuation&) {
             const int p = info_of(pipeline, move)->pod;
             if (p < 1) return false;
             const auto& pods = pipeline.encoding().store<model::Pod>().objects;
             for (int f = 0; f < model::Pod::fields; ++f)
                 if (before[pods[static_cast<std::size_t>(p)][f]] !=
                     before[pods[static_cast<std::size_t>(p) - 1][f]])
                     return false;
             return true;
         }),
         liveness},
        // Not only those to requests that commit at once: one that arrives late may arrive at once.
        {"idle-faults", "leaves out lost replies",
         without([](const Pipeline& pipeline, const Move& move, const Valuation&, const Valuation&) {
             return info_of(pipeline, move)->reply.cause == model::Cause::lost_reply;
         })},
        {"idle-faults", "leaves out faults that change nothing that is stored",
         without(
             [](const Pipeline& pipeline, const Move& move, const Valuation& before, const Valuation& after) {
                 if (!info_of(pipeline, move)->fault) return false;
                 const auto& variables = pipeline.layout().variables();
                 for (std::size_t variable = 0; variable < variables.size(); ++variable)
                     if (variables[variable].part == model::Part::etcd &&
                         before.value[variable] != after.value[variable])
                         return false;
                 return true;
             })},
        {"idle-faults", "leaves out crashes of kube-controller-manager",
         without([](const Pipeline& pipeline, const Move& move, const Valuation&, const Valuation&) {
             const auto& info = *info_of(pipeline, move);
             return info.verb == Verb::crash && info.component == "kube-controller-manager";
         })},
        {"local-steps", "creates pods at once", at_once({Verb::create_pod})},
        {"local-steps", "deletes pods at once", at_once({Verb::delete_pod})},
        {"status-last", "binds pods only where nothing else goes on", at_last(Verb::bind)},
        {"status-last", "lets the user scale only where nothing else goes on", at_last(Verb::scale)},
        {"status-last", "creates pods only where nothing else goes on", at_last(Verb::create_pod)},
        {"watch-projection", "forgets that a kubelet reads metadata.deletionTimestamp",
         representing([](const Pipeline& pipeline, Valuation& state) {
             for (const auto& kubelet : pipeline.encoding().all<model::Kubelet>())
                 clear_field(pipeline, kubelet.pods, pod::deleting, state);
         }),
         about_caches},
        {"watch-projection", "forgets that the ReplicaSet controller reads status.phase",
         representing([](const Pipeline& pipeline, Valuation& state) {
             clear_field(pipeline, pipeline.encoding().the<model::ReplicaSetController>().pods, pod::phase,
                         state);
         }),
         about_caches},
        {"watch-projection", "forgets that kube-scheduler reads spec.nodeName",
         representing([](const Pipeline& pipeline, Valuation& state) {
             clear_field(pipeline, pipeline.encoding().the<model::KubeScheduler>().pods, pod::node, state);
         }),
         about_caches},
        {"watch-projection", "drops the second event to the ReplicaSet controller",
         representing([](const Pipeline& pipeline, Valuation& state) {
             const auto& events = pipeline.encoding().the<model::ReplicaSetController>().pods.queue;
             if (events.size() < 3 || state[events[1].key] == 0 || state[events[2].key] != 0) return;
             for (const auto variable : events[1].record.field) state[variable] = 0;
             state[events[1].key] = 0;
         }),
         about_caches},
    };
}

constexpr std::uint64_t states_max = 20'000;

/// Liveness under symmetry takes a model that keeps promises which a mutant need not keep.
model::Reductions asymmetric() {
    model::Reductions reductions;
    reductions.symmetry = false;
    return reductions;
}

/// A configuration with its searches by the pipeline, which the mutants are compared with.
class Tried {
public:
    explicit Tried(model::Configuration given) : configuration(std::move(given)) {}

    const model::Configuration configuration;

    const Answer& reduced() { return memorized(asymmetric()); }
    /// With one reduction less.
    const Answer& without(std::string_view reduction) {
        auto reductions = asymmetric();
        reductions.*
            std::ranges::find(model::named_reductions, reduction, &model::ReductionInfo::name)->member =
            false;
        return memorized(reductions);
    }
    const Answer& plain() {
        if (!plain_) plain_ = Search{.plain = true}(configuration, {.states_max = states_max});
        return *plain_;
    }

private:
    const Answer& memorized(const model::Reductions& reductions) {
        auto& answer = answers_[text_of(reductions)];
        if (!answer) {
            const Pipeline pipeline(configuration, reductions);
            answer = answer_of(pipeline, pipeline, {.states_max = states_max});
        }
        return *answer;
    }

    std::map<std::string, std::optional<Answer>> answers_;
    std::optional<Answer> plain_;
};

/// What is different, beside what the pipeline itself is found to get wrong there.
std::optional<Difference> new_difference(const Answer& found, const Answer& reduced, const Answer& reference,
                                         const std::set<std::string_view>& too_easy) {
    const auto known = differences(reduced, reference, Relation::equal);
    for (const auto& difference : differences(found, reference, Relation::equal))
        if (!too_easy.contains(difference.what) &&
            std::ranges::find(known, difference.what, &Difference::what) == known.end())
            return difference;
    return std::nullopt;
}

/// How many configurations it takes to find the mutant.
std::optional<std::size_t> found_after(const Unsound& unsound, std::vector<Tried>& tried,
                                       std::string& shown) {
    for (std::size_t i = 0; i < tried.size(); ++i) {
        auto& one = tried[i];
        const Pipeline pipeline(one.configuration, asymmetric());
        Mutant mutant(pipeline);
        unsound.apply(mutant, pipeline);
        const auto found = answer_of(mutant, pipeline, {.states_max = states_max});
        auto difference =
            new_difference(found, one.reduced(), one.without(unsound.reduction), unsound.too_easy);
        if (!difference) difference = new_difference(found, one.reduced(), one.plain(), unsound.too_easy);
        if (!difference) continue;
        shown = fmt::format("{}: {}: {}, and {}", text_of(one.configuration), difference->what,
                            difference->one, difference->other);
        return i + 1;
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("an unsound reduction is found", "[heavy][mutants]") {
    std::vector<Tried> tried;
    for (std::uint64_t seed = 1; tried.size() < 60; ++seed)
        if (auto configuration = random_configuration(seed); bits_of_states(configuration) <= 13)
            tried.emplace_back(std::move(configuration));
    std::set<std::string_view> reductions;
    for (const auto& unsound : unsound_reductions()) {
        reductions.insert(unsound.reduction);
        INFO(unsound.reduction << " that " << unsound.what);
        std::string shown;
        const auto found = found_after(unsound, tried, shown);
        std::cout << fmt::format("{} that {}: {}\n    {}\n", unsound.reduction, unsound.what,
                                 found ? fmt::format("found after {} configurations", *found) : "not found",
                                 shown);
        CHECK(found.has_value());
    }
    CHECK(reductions.size() == model::named_reductions.size());
}
