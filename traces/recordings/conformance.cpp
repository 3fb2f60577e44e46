#include "traces/recordings/conformance.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <set>
#include <span>
#include <stdexcept>
#include <string_view>
#include <unordered_set>

#include <fmt/format.h>

#include "model/kube_scheduler.hpp"
#include "traces/counterexamples/actions.hpp"

namespace kcheck::traces::recordings {

namespace {

using model::Valuation;
using model::Verb;
using Object = RecordedWrite::Object;

/// What shares memory: "deployment-controller", "kube-scheduler", "kubelet[0]", "kubectl".
std::string process_of(const std::string& component) {
    if (component.starts_with("container-runtime")) return "kubelet" + component.substr(component.find('['));
    return component;
}

/// Who a user is in the model; empty if it has no such component.
std::string component_of(const std::string& user, const Recording& recording) {
    const std::string account = "system:serviceaccount:kube-system:";
    if (user == account + "deployment-controller") return "deployment-controller";
    if (user == account + "replicaset-controller") return "replicaset-controller";
    if (user == account + "pod-garbage-collector") return "pod-garbage-collector";
    if (user == "system:kube-scheduler") return "kube-scheduler";
    if (const std::string node = "system:node:"; user.starts_with(node)) {
        const auto& nodes = recording.nodes;
        const auto found = std::find(nodes.begin(), nodes.end(), user.substr(node.size()));
        return found == nodes.end() ? "" : fmt::format("kubelet[{}]", found - nodes.begin());
    }
    return is_of_user(user) ? "kubectl" : "";
}

/// Why the model has no write of this kind; empty if it has.
std::string beyond_model(const RecordedWrite& write, const Recording& recording) {
    const bool unknown = write.beyond_model.empty() && component_of(write.user, recording).empty();
    return unknown ? "it has no component that is " + write.user : write.beyond_model;
}

constexpr std::size_t nearest_states_most = 1000;  // that are looked at, evenly spread over the set

/// A state of the model, and which slot each pod of the recording is in.
struct Candidate {
    Valuation state;
    std::map<std::string, int> slots;
};

/// Packed: there may be millions.
class Set {
public:
    explicit Set(const model::Layout& layout) : layout_(&layout) {}

    void add(const Candidate& candidate) {
        std::string key(layout_->packed_bytes(), '\0');
        layout_->pack(candidate.state, std::as_writable_bytes(std::span(key)));
        for (const auto& [name, slot] : candidate.slots) (key += name + '=') += static_cast<char>('0' + slot);
        if (keys_.contains(key)) return;
        all_.push_back({std::move(key), candidate.slots});
        keys_.insert(all_.back().key);
    }
    Candidate operator[](std::size_t i) const {
        Candidate candidate{{}, all_[i].slots};
        const std::string_view packed(all_[i].key.data(), layout_->packed_bytes());
        layout_->unpack(std::as_bytes(std::span(packed)), candidate.state);
        return candidate;
    }
    std::size_t size() const { return all_.size(); }

private:
    struct Packed {
        std::string key;  // the state, then the slots
        std::map<std::string, int> slots;
    };
    const model::Layout* layout_;
    std::deque<Packed> all_;  // what is in it stays where it is
    std::unordered_set<std::string_view> keys_;
};

struct Change {
    Object object;
    int slot = -1;
};

class PrefixSearch {
public:
    PrefixSearch(const Recording& recording, const ConformOptions& options)
        : recording_(recording),
          options_(options),
          pipeline_(configuration(recording, options), plain()),
          k_(pipeline_.encoding()),
          actions_(pipeline_) {}

    tl::expected<Conformance, std::string> run() {
        Set now(pipeline_.layout());
        if (recording_.replicas_before) {
            auto begun = run_to_rest();
            if (!begun) return tl::unexpected(begun.error());
            now.add(*begun);
        } else {
            now.add({});
        }
        Conformance result;
        std::map<std::pair<Object, std::string>, const RecordedWrite*> last;
        for (std::size_t i = 0; i < recording_.writes.size(); ++i) {
            const auto& write = recording_.writes[i];
            const auto component = component_of(write.user, recording_);
            const auto* before = last[{write.object, write.name}];
            last[{write.object, write.name}] = &write;
            expand(now, process_of(component));
            result.states_peak = std::max(result.states_peak, now.size());
            Set next(pipeline_.layout());
            const bool too_many = now.size() > options_.states_max;
            for (std::size_t c = 0; c < now.size() && !too_many && !stopped(); ++c)
                commit(now[c], component, write, next);
            if (too_many || stopped()) {
                result.complete = false;
                result.reason = too_many        ? "there are too many states that agree so far (--max-states)"
                                : interrupted() ? "it was interrupted"
                                                : "the limit of time was reached (--timeout)";
                return result;
            }
            if (next.size() == 0 && left_bounds_) {
                result.complete = false;
                result.reason = "a run that agrees so far leaves the bounds of the model";
                return result;
            }
            if (next.size() == 0) {
                explain(result, now, component, write, before);
                return refuse(result, i, result.reason);
            }
            now = std::move(next);
            ++result.writes;
        }
        result.admitted = true;
        return result;
    }

private:
    static model::Reductions plain() {
        model::Reductions reductions;
        reductions.symmetry = false;
        return reductions.plain();
    }

    static model::Configuration configuration(const Recording& recording, const ConformOptions& options) {
        using Kind = model::UserOperation::Kind;
        model::Configuration made;
        made.deployment = recording.deployment;
        made.crashes = options.crashes;
        made.lost_replies = options.lost_replies;
        made.operations.clear();
        int replicas = recording.replicas_before.value_or(-1);
        if (recording.replicas_before) made.operations.push_back({Kind::apply, replicas});
        for (const auto& write : recording.writes)
            if (write.object == Object::deployment && !write.removed && write.workload.replicas != replicas) {
                replicas = write.workload.replicas;
                made.operations.push_back({made.operations.empty() ? Kind::apply : Kind::scale, replicas});
            }
        if (made.operations.empty()) made.operations.push_back({Kind::apply, 0});
        made.nodes.clear();
        for (const auto& name : recording.nodes) made.nodes.push_back(model::Node{name});
        return made;
    }

    bool interrupted() const { return options_.stop != nullptr && options_.stop->load(); }
    bool stopped() const {
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began_;
        return interrupted() || elapsed.count() > options_.timeout_s;
    }

    static Conformance refuse(Conformance result, std::size_t write, std::string reason) {
        result.refused = write;
        result.reason = std::move(reason);
        return result;
    }

    // ---- the store

    driver::Stored stored(const Valuation& state) const {
        return driver::stored_of(k_, values_of(pipeline_.layout(), state));
    }

    bool same_store(const Valuation& a, const Valuation& b) const {
        const auto equal = [&](const auto& variables) {
            return std::all_of(variables.field.begin(), variables.field.end(),
                               [&](model::VariableId variable) { return a[variable] == b[variable]; });
        };
        return equal(k_.deployment()) && equal(k_.replica_set()) &&
               std::ranges::all_of(k_.store<model::Pod>().objects,
                                   [&](const auto& pod) { return equal(pod); });
    }

    Change change_of(const Valuation& a, const Valuation& b) const {
        const auto differs = [&](const auto& variables) {
            return !std::all_of(variables.field.begin(), variables.field.end(),
                                [&](model::VariableId variable) { return a[variable] == b[variable]; });
        };
        if (differs(k_.deployment())) return {Object::deployment};
        if (differs(k_.replica_set())) return {Object::replica_set};
        for (int p = 0; p < k_.pods(); ++p)
            if (differs(k_.pod(p))) return {Object::pod, p};
        return {Object::deployment};
    }

    using Texts = std::vector<std::string>;

    static void compare(Texts& texts, const char* member, const auto& found, const auto& written) {
        if (found != written) texts.push_back(fmt::format("{} {}, not {}", member, found, written));
    }

    static Texts differences(const std::optional<driver::Stored::Workload>& found,
                             const RecordedWrite& write) {
        Texts texts;
        if (!found != write.removed)
            texts.emplace_back(found ? "stored, not removed" : "removed, not stored");
        if (!found || write.removed) return texts;
        const auto& written = write.workload;
        compare(texts, "replicas", found->replicas, written.replicas);
        compare(texts, "generation", found->generation, written.generation);
        compare(texts, "observedGeneration", found->observed_generation, written.observed_generation);
        compare(texts, "status.replicas", found->status_replicas, written.status_replicas);
        compare(texts, "status.availableReplicas", found->status_available, written.status_available);
        return texts;
    }

    std::string node_name(const std::optional<int>& node) const {
        return node && *node < std::ssize(recording_.nodes)
                   ? recording_.nodes[static_cast<std::size_t>(*node)]
                   : "none";
    }

    /// What the step from `before` to `after` writes that is not the write; none if it is one of another
    /// object.
    std::optional<Texts> differences(const RecordedWrite& write, const Candidate& before,
                                     const Valuation& after) const {
        if (same_store(before.state, after)) return std::nullopt;
        const auto change = change_of(before.state, after);
        if (change.object != write.object) return std::nullopt;
        const auto now = stored(after);
        if (write.object == Object::deployment) return differences(now.deployment, write);
        if (write.object == Object::replica_set) return differences(now.replica_set, write);
        const auto known = before.slots.find(write.name);
        if (known != before.slots.end() && known->second != change.slot) return std::nullopt;
        if (known == before.slots.end())
            for (const auto& [name, slot] : before.slots)
                if (slot == change.slot) return std::nullopt;  // another pod's
        Texts texts;
        const auto pod = now.pods.find(change.slot);
        const bool removed = pod == now.pods.end();
        if (removed != write.removed)
            texts.emplace_back(removed ? "removed, not stored" : "stored, not removed");
        if (removed || write.removed) return texts;
        compare(texts, "being deleted", pod->second.deleting, write.pod.deleting);
        compare(texts, "phase", pod->second.phase, write.pod.phase);
        compare(texts, "node", node_name(pod->second.node), node_name(write.pod.node));
        return texts;
    }

    /// Whether the step from `before` to `after` is the write; notes the slot of a new pod.
    bool is(const RecordedWrite& write, const Candidate& before, Candidate& after) const {
        const auto differs = differences(write, before, after.state);
        if (!differs || !differs->empty()) return false;
        if (write.object == Object::pod) {
            after.slots[write.name] = change_of(before.state, after.state).slot;
            if (write.removed) after.slots.erase(write.name);
        }
        return true;
    }

    // ---- steps

    bool within_bounds(const Valuation& state) const { return state[k_.exceeded] == 0; }

    /// Adds everything that `process` can do unseen; with a budget for crashes, everything that any can.
    void expand(Set& set, const std::string& process) {
        const bool crashes = options_.crashes > 0;
        for (std::size_t i = 0; i < set.size() && set.size() <= options_.states_max && !stopped(); ++i) {
            const Candidate from = set[i];
            for (int action = 0; action < actions_.size(); ++action) {
                const auto component = actions_.component(action);
                const bool own = process_of(component) == process || component == "time" ||
                                 component == "pod-garbage-collector";
                if (!own && !crashes) continue;
                Candidate next = from;
                if (!actions_.run(action, next.state) || next.state == from.state) continue;
                if (!same_store(next.state, from.state)) continue;
                left_bounds_ = left_bounds_ || !within_bounds(next.state);
                if (within_bounds(next.state)) set.add(next);
            }
        }
    }

    void commit(const Candidate& candidate, const std::string& component, const RecordedWrite& write,
                Set& next) {
        for (int action = 0; action < actions_.size(); ++action) {
            if (!may_be(action, component)) continue;
            Candidate after = candidate;
            if (!actions_.run(action, after.state) || same_store(candidate.state, after.state)) continue;
            if (is(write, candidate, after) && within_bounds(after.state)) next.add(after);
            left_bounds_ = left_bounds_ || !within_bounds(after.state);
        }
    }

    /// A request that arrives late was sent by a component that waits for it no longer.
    bool may_be(int action, const std::string& component) const {
        const auto own = actions_.component(action);
        if (own == component) return true;
        if (own != "network") return false;
        const auto verb = actions_.verb(action);
        if (verb == Verb::late_bind) return component == "kube-scheduler";
        if (verb == Verb::late_scale) return component == "deployment-controller";
        return component == "replicaset-controller";
    }

    // ---- the beginning

    /// The pipeline after its first operation, with nothing left to do: what runs in the recording
    /// from its beginning is where its later writes say.
    tl::expected<Candidate, std::string> run_to_rest() {
        Candidate candidate;
        std::map<std::string, const RecordedWrite*> first;
        for (const auto& write : recording_.writes)
            if (write.object == Object::pod) first.emplace(write.name, &write);
        const int replicas = *recording_.replicas_before;
        std::vector<std::string> names = recording_.pods_before;
        while (static_cast<int>(names.size()) < replicas) names.push_back("");
        if (static_cast<int>(names.size()) > replicas)
            return tl::unexpected(fmt::format("{} pods were there before the recording, but {} replicas",
                                              names.size(), replicas));
        // Anybody who can act, acts: without faults that comes to rest. Users wait.
        for (bool more = true; more;) {
            more = false;
            for (int action = 0; action < actions_.size(); ++action) {
                const auto* info = actions_.info(action);
                if (info != nullptr && info->fault) continue;
                if (info != nullptr && info->component == "kubectl" &&
                    candidate.state[k_.operations_done] > 0)
                    continue;
                Candidate next = candidate;
                if (!actions_.run(action, next.state) || next.state == candidate.state) continue;
                if (info != nullptr && info->verb == Verb::assume &&
                    !goes_where_it_was(candidate, next, names, first))
                    continue;
                candidate = std::move(next);
                more = true;
            }
        }
        const auto now = stored(candidate.state);
        if (!now.deployment || now.deployment->status_available != replicas)
            return tl::unexpected(
                fmt::format("{} available replicas before the recording are not reached", replicas));
        for (int p = 0; p < replicas; ++p)
            if (const auto& name = names[static_cast<std::size_t>(p)]; !name.empty())
                candidate.slots[name] = p;
        return candidate;
    }

    /// Pods are created in slots 0, 1, ...; each is assumed on the node that the recording shows.
    bool goes_where_it_was(const Candidate& before, const Candidate& after,
                           const std::vector<std::string>& names,
                           const std::map<std::string, const RecordedWrite*>& first) const {
        for (std::size_t p = 0; p < names.size(); ++p) {
            const int node = after.state[k_.the<model::KubeScheduler>().assumed[p]];
            if (node == before.state[k_.the<model::KubeScheduler>().assumed[p]] || names[p].empty()) continue;
            const auto found = first.find(names[p]);
            return found == first.end() || !found->second->pod.node || *found->second->pod.node + 1 == node;
        }
        return true;
    }

    // ---- the reason

    void explain(Conformance& result, Set& set, const std::string& component, const RecordedWrite& write,
                 const RecordedWrite* before) {
        if (write.object == Object::pod && before == nullptr &&
            (write.pod.node || write.pod.phase != "Pending"))
            result.reason = "the pod has not been created";
        else if (write.object == Object::pod && before != nullptr && before->removed)
            result.reason = fmt::format("the pod was removed at revision {}", before->revision);
        else if (write.object == Object::pod && before != nullptr && before->pod.node && write.pod.node &&
                 before->pod.node != write.pod.node)
            result.reason =
                fmt::format("the pod has been bound to {} already; a bound pod is never bound again",
                            recording_.nodes[static_cast<std::size_t>(*before->pod.node)]);
        else if (const auto other = others(set, component, write); !other.empty())
            result.reason = fmt::format("the model admits this write, but of {}", fmt::join(other, ", "));
        else
            result.reason =
                fmt::format("{} cannot write this here, whatever it has seen so far", name_of(component));
        result.nearest = nearest(set, component, write);
        result.instead = alternatives(set, component);
    }

    /// Of the actions of the writer, in the states that agree so far.
    std::optional<Nearest> nearest(const Set& set, const std::string& component,
                                   const RecordedWrite& write) const {
        std::vector<int> own;
        for (int action = 0; action < actions_.size(); ++action) {
            const auto* info = actions_.info(action);
            if (may_be(action, component) && !actions_.is_receipt(action) &&
                (info == nullptr || !info->fault))
                own.push_back(action);
        }
        const auto of = [](const auto& record) {
            return std::vector<model::VariableId>(record.field.begin(), record.field.end());
        };
        NearestAction search(pipeline_);
        const auto step = 1 + set.size() / nearest_states_most;
        for (std::size_t i = 0; i < set.size() && !stopped(); i += step) {
            const Candidate candidate = set[i];
            std::vector<std::vector<model::VariableId>> objects;
            if (write.object == Object::deployment) objects.push_back(of(k_.deployment()));
            if (write.object == Object::replica_set) objects.push_back(of(k_.replica_set()));
            if (write.object == Object::pod) {
                const auto known = candidate.slots.find(write.name);
                for (int p = 0; p < k_.pods(); ++p)
                    if (known == candidate.slots.end() || known->second == p)
                        objects.push_back(of(k_.pod(p)));
            }
            search.look(
                candidate.state, own, objects,
                [&](const Valuation& after) { return differences(write, candidate, after); },
                [&] {
                    Called called{{}, recording_.nodes};
                    for (const auto& [name, slot] : candidate.slots) called.pods[slot] = "pods/" + name;
                    return called;
                });
        }
        return search.found();
    }

    /// Other components whose write it could be.
    std::set<std::string> others(Set& set, const std::string& component, const RecordedWrite& write) {
        std::set<std::string> processes, found;
        for (int action = 0; action < actions_.size(); ++action)
            processes.insert(process_of(actions_.component(action)));
        Set wider(pipeline_.layout());
        for (std::size_t i = 0; i < set.size(); ++i) wider.add(set[i]);
        for (const auto& process : processes) expand(wider, process);
        for (std::size_t i = 0; i < wider.size() && !stopped(); ++i) {
            const Candidate candidate = wider[i];
            for (int action = 0; action < actions_.size(); ++action) {
                const auto own = actions_.component(action);
                if (own == component || found.contains(name_of(own))) continue;
                Candidate after = candidate;
                if (!actions_.run(action, after.state) || same_store(candidate.state, after.state)) continue;
                if (within_bounds(after.state) && is(write, candidate, after)) found.insert(name_of(own));
            }
        }
        return found;
    }

    std::vector<std::string> alternatives(Set& set, const std::string& component) {
        std::set<std::string> found;
        for (std::size_t i = 0; i < set.size() && !stopped(); ++i) {
            const Candidate candidate = set[i];
            for (int action = 0; action < actions_.size(); ++action) {
                if (!may_be(action, component)) continue;
                Candidate after = candidate;
                if (!actions_.run(action, after.state) || same_store(candidate.state, after.state)) continue;
                found.insert(describe(candidate, after));
            }
        }
        return {found.begin(), found.end()};
    }

    std::string describe(const Candidate& before, const Candidate& after) const {
        const auto change = change_of(before.state, after.state);
        const auto then = stored(before.state), now = stored(after.state);
        const auto as_write = [&](const driver::Stored& stored) {
            RecordedWrite write;
            write.object = change.object;
            write.name = name_of(change, before);
            if (change.object == Object::pod) {
                const auto found = stored.pods.find(change.slot);
                write.removed = found == stored.pods.end();
                if (!write.removed) write.pod = found->second;
            } else {
                const auto& workload =
                    change.object == Object::deployment ? stored.deployment : stored.replica_set;
                write.removed = !workload;
                if (workload) write.workload = *workload;
            }
            return write;
        };
        const auto from = as_write(then);
        auto to = as_write(now);
        to.created = from.removed;
        return recordings::describe(to, from.removed ? nullptr : &from, recording_);
    }

    /// "kubelet/node-1" of "kubelet[0]".
    std::string name_of(const std::string& component) const {
        const auto bracket = component.find('[');
        if (bracket == std::string::npos) return component;
        const auto node = static_cast<std::size_t>(std::stoi(component.substr(bracket + 1)));
        return fmt::format("{}/{}", component.substr(0, bracket), recording_.nodes[node]);
    }

    std::string name_of(const Change& change, const Candidate& candidate) const {
        if (change.object == Object::deployment) return recording_.deployment;
        if (change.object == Object::replica_set) return "its ReplicaSet";
        for (const auto& [name, slot] : candidate.slots)
            if (slot == change.slot) return name;
        return "a new pod";
    }

    const Recording& recording_;
    const ConformOptions& options_;
    model::Pipeline pipeline_;
    const model::Encoding& k_;
    Actions actions_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    bool left_bounds_ = false;  // some run has been left out: nothing can be refused any more
};

}  // namespace

tl::expected<Conformance, std::string> conform(const Recording& recording, const ConformOptions& options) {
    // What the model can be asked about ends before the first write that is beyond it.
    const auto& all = recording.writes;
    const auto beyond = std::ranges::find_if(
        all, [&](const RecordedWrite& write) { return !beyond_model(write, recording).empty(); });
    auto within = recording;
    within.writes.assign(all.begin(), beyond);
    if (within.nodes.empty()) within.nodes = {"node-0"};  // where nothing was bound yet
    tl::expected<Conformance, std::string> result = Conformance{};
    if (!within.writes.empty()) {
        try {
            result = PrefixSearch(within, options).run();
        } catch (const std::length_error&) {
            return tl::unexpected(std::string(
                "the recording is too large for the model (fewer pods, nodes, operations or faults)"));
        }
    }
    const bool reached = result && !result->refused && result->complete;
    if (!reached || beyond == all.end()) return result;
    result->admitted = result->complete = false;
    result->refused = static_cast<std::size_t>(beyond - all.begin());
    result->reason =
        fmt::format("this write is of a kind the model does not have: {}", beyond_model(*beyond, recording));
    return result;
}

}  // namespace kcheck::traces::recordings
