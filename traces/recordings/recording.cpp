// From raw writes to those of one Deployment, its ReplicaSet and its pods.
#include "traces/recordings/recording.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "traces/counterexamples/json_text.hpp"

namespace kcheck::traces::recordings {

namespace {

using Json = nlohmann::json;
using Object = RecordedWrite::Object;

int number(const Json& object, const char* pointer) { return number_at(object, pointer).value_or(0); }

bool is_owned(const Json& object) {
    const auto* owners = find_member(object, "/metadata/ownerReferences");
    return owners != nullptr && owners->is_array() && !owners->empty();
}
bool is_owned_by(const Json& object, const std::string& uid) {
    if (!is_owned(object)) return false;
    const auto& owners = object.at("metadata").at("ownerReferences");
    return std::ranges::any_of(owners, [&](const Json& owner) {
        const auto* controller = find_member(owner, "/controller");
        return controller != nullptr && *controller == true && text_at(owner, "/uid") == uid;
    });
}

/// Members of the spec that are not the same in both: "spec.template"; replicas apart.
std::vector<std::string> changed_in_spec(const Json& before, const Json& after) {
    const auto spec = [](const Json& object) {
        const auto* found = find_member(object, "/spec");
        return found != nullptr && found->is_object() ? *found : Json::object();
    };
    const auto from = spec(before), to = spec(after);
    std::set<std::string> names;
    for (const auto* one : {&from, &to})
        for (const auto& [name, value] : one->items())
            if (name != "replicas" && from.value(name, Json()) != to.value(name, Json()))
                names.insert("spec." + name);
    return {names.begin(), names.end()};
}

/// "pods" of "/registry/pods/default/a".
std::string kind_of(const std::string& key) {
    const auto begin = std::string("/registry/").size();
    return key.size() <= begin ? key : key.substr(begin, key.find('/', begin) - begin);
}
std::string name_of(const std::string& key) { return key.substr(key.rfind('/') + 1); }

driver::Stored::Workload workload_of(const Json& object) {
    return {number(object, "/spec/replicas"), number(object, "/metadata/generation"),
            number(object, "/status/observedGeneration"), number(object, "/status/replicas"),
            number(object, "/status/availableReplicas")};
}

bool same(const driver::Stored::Workload& a, const driver::Stored::Workload& b) {
    return a.replicas == b.replicas && a.generation == b.generation &&
           a.observed_generation == b.observed_generation && a.status_replicas == b.status_replicas &&
           a.status_available == b.status_available;
}
bool same(const driver::Stored::Pod& a, const driver::Stored::Pod& b) {
    return a.deleting == b.deleting && a.phase == b.phase && a.node == b.node;
}

constexpr int replicas_most = 250;  // the variables of a state are bytes

class Projection {
public:
    explicit Projection(std::string deployment) { recording_.deployment = std::move(deployment); }

    tl::expected<Recording, std::string> of(const std::vector<RawWrite>& writes) {
        for (std::size_t i = 0; i < writes.size(); ++i) {
            if (const auto taken = take(writes[i]); !taken) return tl::unexpected(taken.error());
            const auto& kept = recording_.writes;
            if (!kept.empty() && !kept.back().beyond_model.empty()) {
                recording_.unread = writes.size() - i - 1;
                break;
            }
        }
        return std::move(recording_);
    }

private:
    using Taken = tl::expected<void, std::string>;

    void leave_out(const std::string& why) { ++recording_.left_out[why]; }

    Taken take(const RawWrite& raw) {
        const auto kind = kind_of(raw.key);
        if (kind == "deployments") {
            if (name_of(raw.key) != recording_.deployment) {
                leave_out("deployments: another one");
                return {};
            }
            if (!raw.object.is_null()) deployment_uid_ = text_at(raw.object, "/metadata/uid");
            return add(raw, Object::deployment, raw.object.is_null() ? "the Deployment is deleted" : "");
        }
        if (kind == "replicasets" && is_ours(raw, deployment_uid_, replica_sets_)) {
            if (!raw.object.is_null()) replica_set_uid_ = text_at(raw.object, "/metadata/uid");
            return add(raw, Object::replica_set,
                       replica_sets_.size() > 1 ? "it is to a second ReplicaSet, that is, of a rollout"
                       : raw.object.is_null()   ? "the ReplicaSet is deleted"
                                                : "");
        }
        if (kind == "pods" && is_ours(raw, replica_set_uid_, pods_)) return add(raw, Object::pod, "");
        leave_out(kind == "pods" || kind == "replicasets" ? kind + ": of another owner"
                                                          : kind + ": not in the model");
        return {};
    }

    /// By owner; where a recording begins in the middle the owner may not have been written yet.
    bool is_ours(const RawWrite& raw, const std::string& owner, std::set<std::string>& known) {
        if (known.contains(raw.key)) return true;
        if (raw.object.is_null()) return false;
        const bool ours = owner.empty() ? is_owned(raw.object) : is_owned_by(raw.object, owner);
        if (ours) known.insert(raw.key);
        return ours;
    }

    Taken add(const RawWrite& raw, Object object, const char* beyond_model) {
        if (removed_at_once_.contains(raw.key)) {
            leave_out("pods: the removal that follows a mark without a grace period");
            return {};
        }
        RecordedWrite write;
        write.revision = raw.revision;
        write.user = raw.user;
        write.object = object;
        write.name = name_of(raw.key);
        write.created = raw.is_new;
        write.removed = raw.object.is_null();
        write.beyond_model = beyond_model;
        if (object == Object::pod && !write.removed && is_removed_at_once(raw.object)) {
            removed_at_once_.insert(raw.key);
            write.removed = true;
        }
        const auto before = last_.find(raw.key);
        if (!write.removed && object == Object::pod)
            write.pod = pod_of(raw.object);
        else if (!write.removed)
            write.workload = relative(raw, before == last_.end());
        if (object != Object::pod && write.beyond_model.empty())
            write.beyond_model = other_change(raw, write);
        if (object != Object::deployment && write.beyond_model.empty() && is_of_user(raw.user))
            write.beyond_model = object == Object::replica_set         ? "a user writes to a ReplicaSet"
                                 : write.removed || write.pod.deleting ? "a user deletes a pod"
                                                                       : "a user writes to a pod";
        objects_[raw.key] = raw.object;
        const bool shows = before == last_.end() || write.removed || !write.beyond_model.empty() ||
                           !(object == Object::pod ? same(before->second.pod, write.pod)
                                                   : same(before->second.workload, write.workload));
        if (before == last_.end() && !raw.is_new) began_before(raw, write);
        if (!shows) {
            leave_out(
                "writes that change nothing that the model has (conditions, annotations, "
                "containerStatuses, status.phase of a pod that is not Running yet)");
            return {};
        }
        if (write.user.empty())
            return tl::unexpected(
                fmt::format("revision {}: nobody is known to have asked for it ({})", raw.revision, raw.key));
        last_[raw.key] = write;
        recording_.writes.push_back(std::move(write));
        return {};
    }

    /// Replicas that are too many, or what raises the generation and is not their number, in words.
    std::string other_change(const RawWrite& raw, const RecordedWrite& write) const {
        if (write.workload.replicas < 0 || write.workload.replicas > replicas_most)
            return fmt::format("it has no room for {} replicas", write.workload.replicas);
        if (raw.is_new || write.removed) return {};
        const auto before = objects_.find(raw.key);
        if (before == objects_.end()) {
            const auto& now = write.workload;
            const bool spec_is_new = now.observed_generation < now.generation;
            return spec_is_new && write.object == Object::deployment && now.replicas == now.status_replicas
                       ? "the spec of the Deployment changes, and not its replicas"
                       : "";
        }
        if (number(raw.object, "/metadata/generation") == number(before->second, "/metadata/generation"))
            return {};
        const auto changed = changed_in_spec(before->second, raw.object);
        const bool scales = number(raw.object, "/spec/replicas") != number(before->second, "/spec/replicas");
        if (changed.empty() && scales) return {};
        return fmt::format("{} changes", changed.empty() ? "what it says beside its spec"
                                                         : fmt::format("{}", fmt::join(changed, ", ")));
    }

    /// Such a mark is followed by the removal (apiserver registry/generic/registry/store.go:
    /// updateForGracefulDeletionAndFinalizers). For everybody else the pod is gone with it.
    static bool is_removed_at_once(const Json& object) {
        const auto* finalizers = find_member(object, "/metadata/finalizers");
        return number_at(object, "/metadata/deletionGracePeriodSeconds") == 0 &&
               (finalizers == nullptr || finalizers->empty());
    }

    driver::Stored::Pod pod_of(const Json& object) {
        driver::Stored::Pod pod;
        pod.deleting = find_member(object, "/metadata/deletionTimestamp") != nullptr;
        const auto phase = text_at(object, "/status/phase");
        pod.phase = phase == "Failed" || phase == "Succeeded" ? "Terminal" : phase;
        const auto node = text_at(object, "/spec/nodeName");
        if (node.empty()) return pod;
        auto& nodes = recording_.nodes;
        const auto found = std::find(nodes.begin(), nodes.end(), node);
        pod.node = static_cast<int>(found - nodes.begin());
        if (found == nodes.end()) nodes.push_back(node);
        return pod;
    }

    /// Generations count from 1, which is that of the first write, or, where somebody changes the
    /// spec with it, the one before.
    driver::Stored::Workload relative(const RawWrite& raw, bool first) {
        auto workload = workload_of(raw.object);
        if (first && !raw.is_new)
            generation_before_[raw.key] =
                workload.generation - (workload.observed_generation < workload.generation ? 2 : 1);
        const int earlier = generation_before_[raw.key];
        workload.generation -= earlier;
        workload.observed_generation = std::max(0, workload.observed_generation - earlier);
        return workload;
    }

    void began_before(const RawWrite& raw, const RecordedWrite& write) {
        if (write.object == Object::pod)
            recording_.pods_before.push_back(name_of(raw.key));
        else if (!recording_.replicas_before)
            recording_.replicas_before = write.workload.status_replicas;
    }

    Recording recording_;
    std::string deployment_uid_, replica_set_uid_;
    std::set<std::string> replica_sets_, pods_;
    std::set<std::string> removed_at_once_;      // keys: the removal itself is still to come
    std::map<std::string, RecordedWrite> last_;  // by key
    std::map<std::string, Json> objects_;        // by key, as last stored
    std::map<std::string, int> generation_before_;
};

}  // namespace

tl::expected<Recording, std::string> read_recording(const std::filesystem::path& path,
                                                    const std::optional<std::string>& deployment) {
    const auto raw = read_raw_writes(path);
    if (!raw) return tl::unexpected(raw.error());
    std::set<std::string> deployments;
    for (const auto& write : *raw)
        if (kind_of(write.key) == "deployments") deployments.insert(name_of(write.key));
    if (deployment && !deployments.contains(*deployment))
        return tl::unexpected(
            fmt::format("{}: nothing is written to a Deployment {}", path.string(), *deployment));
    if (deployments.empty())
        return tl::unexpected(fmt::format("{}: nothing is written to a Deployment", path.string()));
    if (!deployment && deployments.size() > 1)
        return tl::unexpected(
            fmt::format("{}: there are several Deployments ({}); name one with --deployment", path.string(),
                        fmt::join(deployments, ", ")));
    auto recording = Projection(deployment.value_or(*deployments.begin())).of(*raw);
    if (!recording) return tl::unexpected(fmt::format("{}: {}", path.string(), recording.error()));
    return recording;
}

bool is_of_user(const std::string& user) { return !user.empty() && !user.starts_with("system:"); }

std::string describe(const RecordedWrite& write, const RecordedWrite* before, const Recording& recording) {
    const auto kind = write.object == Object::deployment    ? "deployments"
                      : write.object == Object::replica_set ? "replicasets"
                                                            : "pods";
    // Of an object that was there when the recording began nobody knows what it was like.
    const bool known = write.created || (before != nullptr && !before->removed);
    std::vector<std::string> what;
    const auto change = [&](const char* member_name, const auto& from, const auto& to) {
        if (!known)
            what.push_back(fmt::format("{} {}", member_name, to));
        else if (from != to)
            what.push_back(fmt::format("{} {} -> {}", member_name, from, to));
    };
    if (write.removed) {
        what.emplace_back("removed");
    } else if (write.object == Object::pod) {
        const auto node = [&](const driver::Stored::Pod& pod) {
            return pod.node ? recording.nodes[static_cast<std::size_t>(*pod.node)] : std::string("no node");
        };
        const auto& from = known && !write.created ? before->pod : write.pod;
        if (write.created) {
            what.push_back(fmt::format("created, {}, {}", write.pod.phase, node(write.pod)));
        } else {
            change("node", node(from), node(write.pod));
            change("phase", from.phase, write.pod.phase);
            change("being deleted", from.deleting, write.pod.deleting);
        }
    } else {
        const driver::Stored::Workload nothing;
        const auto& from = before == nullptr || before->removed ? nothing : before->workload;
        change("replicas", from.replicas, write.workload.replicas);
        change("generation", from.generation, write.workload.generation);
        change("observedGeneration", from.observed_generation, write.workload.observed_generation);
        change("status.replicas", from.status_replicas, write.workload.status_replicas);
        change("status.availableReplicas", from.status_available, write.workload.status_available);
    }
    return fmt::format("{}/{}: {}", kind, write.name, fmt::join(what, ", "));
}

}  // namespace kcheck::traces::recordings
