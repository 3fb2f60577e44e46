// The gates have teeth: for each reduction an unsound one, and how soon the comparison finds it. A
// mutant is the pipeline with all of its reductions and one thing more left out, and is compared with
// the plain search, as the differential gate does.
#include <catch2/catch.hpp>

#include <functional>
#include <memory>

#include "cli/reductions.hpp"
#include "tests/gates_compare.hpp"

using namespace kcheck;
using namespace kcheck::tests;

namespace {

using model::Move;
using model::Slot;

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
    std::uint64_t classes(const Move& move) const { return pipeline_.classes(move); }

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

bool is_verb(const Pipeline& pipeline, const Move& move, std::string_view verb) {
    const auto* info = info_of(pipeline, move);
    return info != nullptr && info->verb == verb;
}

/// Takes the actions of these verbs at once, as often as they are enabled.
void settle(const Pipeline& pipeline, const std::vector<std::string_view>& verbs, Valuation& state) {
    for (bool moves = true; moves;) {
        moves = false;
        for (const auto& action : pipeline.actions()) {
            if (action.fault || std::ranges::find(verbs, action.verb) == verbs.end()) continue;
            auto after = state;
            model::NativeStep step(after);
            action.native(step);
            if (!step.enabled() || after == state) continue;
            state = after;
            moves = true;
        }
    }
}

void clear_field(const Pipeline& pipeline, const model::PodWatch& watch, int field, Valuation& state) {
    const auto clear = [&](Slot slot) {
        if (pipeline.layout()[slot].size > 1) state[slot] = 0;
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

std::vector<Unsound> unsound_reductions() {
    namespace pod = model::pod;
    return {
        {"symmetry", "sorts the nodes that pods are bound to, whatever else is known of the pods",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.represents = [&pipeline](Valuation& state) {
                 const auto& pods = pipeline.cluster().pod;
                 for (std::size_t p = 0; p < pods.size(); ++p)
                     for (std::size_t q = 0; q < p; ++q)
                         if (state[pods[p][pod::node]] > state[pods[q][pod::node]] &&
                             state[pods[q][pod::node]] != 0)
                             std::swap(state[pods[p][pod::node]], state[pods[q][pod::node]]);
             };
         }},
        {"symmetry", "takes unequal nodes for equal where the scheduler has assumed a pod",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.represents = [&pipeline](Valuation& state) {
                 for (const auto slot : pipeline.cluster().scheduler.assumed)
                     if (state[slot] != 0) state[slot] = 1;
             };
         }},
        {"symmetry", "forgets which of two equal pods a late request is about",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.represents = [&pipeline](Valuation& state) {
                 const auto& late = pipeline.cluster().late_deletion;
                 for (std::size_t p = 1; p < late.size(); ++p)
                     if (state[late[p]] > state[late[p - 1]]) std::swap(state[late[p]], state[late[p - 1]]);
             };
         }},
        {"lazy-refresh", "receives everything before each step",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.leaves_out = [&pipeline](const Move& move, const Valuation& before, const Valuation&) {
                 const auto* info = info_of(pipeline, move);
                 if (info == nullptr) return false;
                 for (std::size_t i = 0; i < info->watches.size(); ++i)
                     if (move.received[i] <
                         pipeline.watches()[static_cast<std::size_t>(info->watches[i])].queued(before))
                         return true;
                 return false;
             };
         }},
        {"lazy-refresh", "never only receives, where a reader can act on a stale view",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.leaves_out = [&pipeline](const Move& move, const Valuation&, const Valuation&) {
                 return info_of(pipeline, move) == nullptr;
             };
         }},
        {"lazy-refresh",
         "drops an event to a kubelet",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.represents = [&pipeline](Valuation& state) {
                 for (const auto& kubelet : pipeline.cluster().kubelet) {
                     const auto& events = kubelet.pods.queue;
                     if (events.size() < 2 || state[events[1].pod] == 0) continue;
                     state[events[1].pod] = 0;
                     for (const auto slot : events[1].record.field) state[slot] = 0;
                 }
             };
         },
         {"watch-complete", "caches-converge"}},
        {"idle-faults", "leaves out crashes of a kubelet",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.leaves_out = [&pipeline](const Move& move, const Valuation&, const Valuation&) {
                 const auto* info = info_of(pipeline, move);
                 return info != nullptr && info->verb == "crash" && info->component.starts_with("kubelet");
             };
         }},
        {"idle-faults", "leaves out replies that are lost of requests that commit",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.leaves_out = [&pipeline](const Move& move, const Valuation&, const Valuation&) {
                 const auto* info = info_of(pipeline, move);
                 return info != nullptr && info->fault && info->twin >= 0;
             };
         }},
        {"idle-faults", "leaves out faults that change nothing that is stored",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.leaves_out = [&pipeline](const Move& move, const Valuation& before,
                                             const Valuation& after) {
                 const auto* info = info_of(pipeline, move);
                 if (info == nullptr || !info->fault) return false;
                 const auto& variables = pipeline.layout().variables();
                 for (std::size_t slot = 0; slot < variables.size(); ++slot)
                     if (variables[slot].part == model::Part::etcd && before.value[slot] != after.value[slot])
                         return false;
                 return true;
             };
         }},
        {"local-steps", "starts containers at once, whoever may bind a pod again",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.represents = [&pipeline](Valuation& state) {
                 settle(pipeline, {"pull-image", "create-container", "start-container"}, state);
             };
         }},
        {"local-steps", "reports that a pod runs at once",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.represents = [&pipeline](Valuation& state) {
                 settle(pipeline, {"pull-image", "create-container", "start-container", "report-running"},
                        state);
             };
         }},
        {"local-steps", "admits pods at once on a node that can be full",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.represents = [&pipeline](Valuation& state) { settle(pipeline, {"admit"}, state); };
         }},
        {"status-last", "removes pods only where nothing else goes on",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.prefers = [&pipeline](Mutant::Steps& steps) {
                 const auto waits = [&](const auto& step) {
                     return is_verb(pipeline, step.action, "remove-pod");
                 };
                 if (!std::ranges::all_of(steps, waits)) std::erase_if(steps, waits);
             };
         }},
        {"status-last", "binds pods only where nothing else goes on",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.prefers = [&pipeline](Mutant::Steps& steps) {
                 const auto waits = [&](const auto& step) { return is_verb(pipeline, step.action, "bind"); };
                 if (!std::ranges::all_of(steps, waits)) std::erase_if(steps, waits);
             };
         }},
        {"watch-projection",
         "forgets that a kubelet reads metadata.deletionTimestamp",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.represents = [&pipeline](Valuation& state) {
                 for (const auto& kubelet : pipeline.cluster().kubelet)
                     clear_field(pipeline, kubelet.pods, pod::deleting, state);
             };
         },
         {"watch-complete", "caches-converge"}},
        {"watch-projection",
         "forgets that the ReplicaSet controller reads status.phase",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.represents = [&pipeline](Valuation& state) {
                 clear_field(pipeline, pipeline.cluster().rsc.pods, pod::phase, state);
             };
         },
         {"watch-complete", "caches-converge"}},
        {"watch-projection",
         "forgets which pods the ReplicaSet controller has seen assigned",
         [](Mutant& mutant, const Pipeline& pipeline) {
             mutant.represents = [&pipeline](Valuation& state) {
                 clear_field(pipeline, pipeline.cluster().rsc.pods, pod::node, state);
             };
         },
         {"watch-complete", "caches-converge"}},
    };
}

/// A configuration with its searches by the pipeline, which the mutants are compared with.
struct Tried {
    model::Configuration configuration;
    Answer reduced, plain;
};

constexpr std::uint64_t states_max = 5'000;

std::vector<Tried> try_configurations(std::uint64_t most) {
    const AnswerOptions options{.states_max = states_max, .confirms = false};
    std::vector<Tried> tried;
    for (std::uint64_t seed = 1; tried.size() < most; ++seed) {
        const auto configuration = random_configuration(seed);
        if (bits_of_states(configuration) > std::log2(states_max)) continue;
        tried.push_back({configuration, answer_of(configuration, model::Reductions{}, options),
                         Search{.plain = true}(configuration, options)});
    }
    return tried;
}

/// How many configurations it takes to find the mutant. What the pipeline itself is found to get wrong
/// in a configuration does not count.
std::optional<std::size_t> found_after(const Unsound& unsound, const std::vector<Tried>& tried,
                                       std::string& shown) {
    const AnswerOptions options{.states_max = states_max, .confirms = false};
    for (std::size_t i = 0; i < tried.size(); ++i) {
        const auto& [configuration, reduced, plain] = tried[i];
        const Pipeline pipeline(configuration);
        Mutant mutant(pipeline);
        unsound.apply(mutant, pipeline);
        const auto found = answer_of(mutant, pipeline, options);
        const auto known = differences(reduced, plain, Relation::equal);
        for (const auto& difference : differences(found, plain, Relation::equal)) {
            if (unsound.too_easy.contains(difference.what)) continue;
            if (std::ranges::find(known, difference.what, &Difference::what) != known.end()) continue;
            shown = fmt::format("{}: {}: {}, and {}", text_of(configuration), difference.what, difference.one,
                                difference.other);
            return i + 1;
        }
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("an unsound reduction is found") {
    const auto tried = try_configurations(400);
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
    CHECK(reductions.size() == cli::reductions.size());
}
