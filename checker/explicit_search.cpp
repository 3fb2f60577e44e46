// Level-synchronous breadth-first search with partitioned ownership of the visited
// set: each state belongs to one partition by its hash (Stern and Dill, Parallelizing
// the Murphi Verifier, CAV 1997), here within one address space.
//
// A level is processed in blocks. Phase one: slices of the block are expanded into
// buffers, in parallel. Phase two: the partitions take what is theirs out of the
// buffers, slice by slice, in parallel; no two threads ever touch the same partition,
// so there are no locks. A partition therefore receives its states in the order of the
// frontier and of the model's successors, whatever the threads and the sizes of blocks
// and slices do: numbering, counts, parents and the violations reported are functions
// of the model and the seed.
//
// Within a partition, indices increase with depth, so the frontier is a range of each
// partition and needs no queue. Time O(states + transitions), expected. Sound and
// complete for finite systems: states are compared in full. Rejected: locks or
// compare-and-swap on one shared table (Laarman et al., FMCAD 2010), which is faster on
// many cores but numbers the states differently in each run.
#include "checker/explicit_search.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "checker/explicit_workers.hpp"
#include "checker/model_error.hpp"

namespace kcheck::checker {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t slice_states = 512;
constexpr std::uint64_t block_states_min = 64;
constexpr std::uint64_t block_states_max = 32768;
constexpr std::uint64_t block_targets = 262144;  // aimed at, from the branching so far
constexpr double measure_interval_s = 0.05;      // between looks at the memory in use
/// Below this, waking the other threads costs more than they save.
constexpr std::uint64_t parallel_targets_min = 4096;

std::size_t peak_resident_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

class Search {
public:
    Search(const PackedModel& model, const ExploreOptions& options)
        : model_(model),
          options_(options),
          workers_(options.threads),
          result_{.first_deadlock = {},
                  .first_quiescent = {},
                  .violations = std::vector<std::optional<Violation>>(model.properties()),
                  .store = StateStore(model.state_bytes(), options.hash, options.seed),
                  .graph = {}} {
        if (options.record_graph) result_.graph.emplace().set_counting(model.counting());
        for (FirstViolations& first : first_violations_) {
            first.index.assign(model.properties(), FirstViolations::none);
            first.settled.assign(model.properties(), false);
        }
    }

    Exploration run();

private:
    void insert_initial();
    void expand_level();
    void next_block();
    void expand_block();
    void insert(std::size_t batches);
    void insert_into(std::uint32_t partition, std::size_t batches);
    void merge_violations(std::uint32_t depth);
    void close_level(std::uint32_t depth);
    void account(std::size_t batches);
    void look_at_limits();
    bool is_called_off() const;
    void measure_memory();
    bool violation_stops() const;
    double elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

    const PackedModel& model_;
    const ExploreOptions& options_;
    const Clock::time_point start_ = Clock::now();
    Workers workers_;
    Exploration result_;
    bool over_ = false;

    // The level that is expanded: what is left of it in each partition.
    std::uint32_t depth_ = 0;
    std::vector<Run> frontier_;
    std::size_t frontier_at_ = 0;
    std::uint64_t expanded_ = 0;

    // The block: runs of states in slices of slice_states, a batch for each slice.
    std::vector<std::vector<Run>> slices_;
    std::vector<Batch> batches_;
    std::uint64_t block_size_ = 0;

    std::array<FirstViolations, partition_count> first_violations_;
    std::size_t bytes_ = 0;  // of memory; the larger of what is accounted for and the resident set
    double measured_at_s_ = -1;
    double progress_at_s_ = 0;
};

Exploration Search::run() {
    insert_initial();
    look_at_limits();
    while (!over_ && expanded_ < result_.states) {
        if (options_.stop_at_violation && violation_stops()) {
            result_.ended = Ended::violation;
            break;
        }
        expand_level();
    }
    result_.frontier = result_.states - expanded_;
    // A limit that is reached by the very last block takes nothing away.
    if (result_.frontier == 0) result_.ended = Ended::complete;
    result_.seconds = elapsed();
    result_.peak_bytes = peak_resident_bytes();
    return std::move(result_);
}

void Search::insert_initial() {
    batches_.resize(1);
    batches_[0].clear();
    model_.initial(batches_[0]);
    batches_[0].sort(result_.store);
    insert(1);
    merge_violations(0);
    result_.states = result_.store.size();
    if (result_.states == 0) throw ModelError("the model has no initial state", {});
    close_level(0);
}

void Search::expand_level() {
    frontier_.clear();
    frontier_at_ = 0;
    for (std::uint32_t p = 0; p < partition_count; ++p) {
        const StorePartition& partition = result_.store.partition(p);
        const Run run{p, partition.level_begin(depth_), partition.size()};
        if (run.first < run.last) frontier_.push_back(run);
    }
    const std::uint64_t before = result_.states;
    while (!over_ && frontier_at_ < frontier_.size()) {
        next_block();
        expand_block();
        look_at_limits();
    }
    ++depth_;
    close_level(depth_);
    if (result_.states > before) result_.depth = depth_;
}

/// Takes the next states of the level. Numbering does not depend on how many.
void Search::next_block() {
    const std::uint64_t branching = expanded_ == 0 ? 1 : 1 + result_.transitions / expanded_;
    const std::uint64_t room = options_.states_max - std::min(options_.states_max, result_.states);
    std::uint64_t left =
        std::clamp(std::min(block_targets, room) / branching, block_states_min, block_states_max);
    block_size_ = 0;
    std::size_t slices = 0;
    std::uint32_t slice_room = 0;
    while (left > 0 && frontier_at_ < frontier_.size()) {
        Run& run = frontier_[frontier_at_];
        if (slice_room == 0) {
            slice_room = slice_states;
            if (++slices > slices_.size()) slices_.emplace_back();
            slices_[slices - 1].clear();
        }
        const auto taken =
            static_cast<std::uint32_t>(std::min<std::uint64_t>({run.last - run.first, slice_room, left}));
        slices_[slices - 1].push_back({run.partition, run.first, run.first + taken});
        run.first += taken;
        slice_room -= taken;
        left -= taken;
        block_size_ += taken;
        if (run.first == run.last) ++frontier_at_;
    }
    slices_.resize(slices);
    if (batches_.size() < slices) batches_.resize(slices);
}

void Search::expand_block() {
    const std::size_t slices = slices_.size();
    std::atomic<bool> called_off = false;
    workers_.for_each(slices, slices > 1, [&](std::size_t s) {
        if (called_off || is_called_off()) {
            called_off = true;
            return;
        }
        batches_[s].clear();
        model_.expand(result_.store, slices_[s], batches_[s]);
        batches_[s].sort(result_.store);
    });
    if (called_off) return;  // nothing of the block counts; the caller looks at the limits
    insert(slices);
    expanded_ += block_size_;
    merge_violations(depth_ + 1);
    account(slices);
}

void Search::insert(std::size_t batches) {
    std::uint64_t targets = 0;
    for (std::size_t b = 0; b < batches; ++b) targets += batches_[b].targets();
    workers_.for_each(partition_count, targets >= parallel_targets_min,
                      [&](std::size_t p) { insert_into(static_cast<std::uint32_t>(p), batches); });
}

void Search::insert_into(std::uint32_t partition, std::size_t batches) {
    // Announce the slot first, then, when it has arrived, the state that it names.
    constexpr std::size_t slot_ahead = 16;
    constexpr std::size_t state_ahead = 8;
    StorePartition& store = result_.store.partition(partition);
    const std::size_t state_bytes = result_.store.state_bytes();
    const std::uint32_t before = store.size();
    for (std::size_t b = 0; b < batches; ++b) {
        Batch& batch = batches_[b];
        const auto positions = batch.positions(partition);
        const bool recording = result_.graph.has_value() && batch.closed() > 0;
        for (std::size_t i = 0; i < positions.size(); ++i) {
            if (i + slot_ahead < positions.size()) store.prefetch_slot(batch.hash(positions[i + slot_ahead]));
            if (i + state_ahead < positions.size())
                store.prefetch_state(batch.hash(positions[i + state_ahead]));
            const std::uint32_t at = positions[i];
            const auto inserted =
                store.insert(batch.target(at, state_bytes), batch.hash(at), batch.source(at));
            if (recording) batch.set_id(at, state_id(partition, inserted.index));
        }
    }
    if (model_.properties() > 0 && store.size() > before)
        model_.check(result_.store, {partition, before, store.size()}, first_violations_[partition]);
}

void Search::merge_violations(std::uint32_t depth) {
    for (std::size_t property = 0; property < result_.violations.size(); ++property) {
        auto& known = result_.violations[property];
        if (known && known->depth < depth) continue;
        for (std::uint32_t p = 0; p < partition_count; ++p) {
            const std::uint32_t index = first_violations_[p].index[property];
            if (index == FirstViolations::none) continue;
            const StateId found = state_id(p, index);
            if (!known || raw(found) < raw(known->state)) known = {found, depth};
        }
    }
}

void Search::close_level(std::uint32_t depth) {
    for (std::uint32_t p = 0; p < partition_count; ++p) result_.store.partition(p).close_level(depth);
    for (std::size_t property = 0; property < result_.violations.size(); ++property)
        if (result_.violations[property])
            for (FirstViolations& first : first_violations_) first.settled[property] = true;
}

void Search::account(std::size_t batches) {
    for (std::size_t b = 0; b < batches; ++b) {
        result_.transitions += batches_[b].targets();
        result_.deadlocks += batches_[b].deadlocks();
        result_.quiescent += batches_[b].quiescent();
        if (result_.graph) batches_[b].record(*result_.graph);
        // The states of a level come by partition: the lowest id of it may be in any block.
        const auto keep_first = [&](std::optional<StateId>& first, StateId other) {
            if (other == no_state) return;
            if (!first || (result_.store.depth(*first) == depth_ && other < *first)) first = other;
        };
        keep_first(result_.first_deadlock, batches_[b].first_deadlock());
        keep_first(result_.first_quiescent, batches_[b].first_quiescent());
    }
    result_.states = result_.store.size();
}

void Search::measure_memory() {
    std::size_t accounted = result_.store.bytes() + (result_.graph ? result_.graph->bytes() : 0);
    for (const Batch& batch : batches_) accounted += batch.bytes();
    bytes_ = std::max(accounted, resident_bytes());
}

bool Search::violation_stops() const {
    for (std::size_t property = 0; property < result_.violations.size(); ++property)
        if (result_.violations[property] && !options_.never_stop.contains(property)) return true;
    return false;
}

bool Search::is_called_off() const {
    return (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed)) ||
           elapsed() >= options_.timeout_s;
}

void Search::look_at_limits() {
    const double now_s = elapsed();
    const auto end = [this](Ended why) {
        result_.ended = why;
        over_ = true;
    };
    if (now_s >= measured_at_s_ + measure_interval_s) {
        measure_memory();
        measured_at_s_ = now_s;
    }
    if (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed))
        end(Ended::stopped);
    else if (result_.states >= std::min(options_.states_max, StateStore::states_max))
        end(Ended::states);
    else if (bytes_ > options_.memory_max_bytes)
        end(Ended::memory);
    else if (now_s >= options_.timeout_s)
        end(Ended::timeout);

    if (options_.progress && now_s >= progress_at_s_ + options_.progress_interval_s) {
        progress_at_s_ = now_s;
        options_.progress(
            {result_.states, result_.transitions, depth_, result_.states - expanded_, bytes_, now_s});
    }
}

}  // namespace

Exploration search(const PackedModel& model, const ExploreOptions& options) {
    return Search(model, options).run();
}

}  // namespace kcheck::checker
