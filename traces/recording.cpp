// From raw writes to those of one Deployment, its ReplicaSet and its pods.
#include "traces/recording.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace kcheck::traces {

namespace {

using Json = nlohmann::json;
using Object = RecordedWrite::Object;

std::string member(const Json& object, const char* pointer) {
    const Json::json_pointer at(pointer);
    return object.contains(at) && object.at(at).is_string() ? object.at(at).get<std::string>() : "";
}
int number(const Json& object, const char* pointer) {
    const Json::json_pointer at(pointer);
    return object.contains(at) && object.at(at).is_number_integer() ? object.at(at).get<int>() : 0;
}

bool is_owned_by(const Json& object, const std::string& uid) {
    for (const auto& owner : object.value("/metadata/ownerReferences"_json_pointer, Json::array()))
        if (owner.value("controller", false) && owner.value("uid", "") == uid) return true;
    return false;
}

/// "pods" of "/registry/pods/default/a".
std::string kind_of(const std::string& key) {
    const auto begin = std::string("/registry/").size();
    return key.size() <= begin ? key : key.substr(begin, key.find('/', begin) - begin);
}
std::string name_of(const std::string& key) { return key.substr(key.rfind('/') + 1); }

Stored::Workload workload_of(const Json& object) {
    return {number(object, "/spec/replicas"), number(object, "/metadata/generation"),
            number(object, "/status/observedGeneration"), number(object, "/status/replicas"),
            number(object, "/status/availableReplicas")};
}

bool same(const Stored::Workload& a, const Stored::Workload& b) {
    return a.replicas == b.replicas && a.generation == b.generation &&
           a.observed_generation == b.observed_generation && a.status_replicas == b.status_replicas &&
           a.status_available == b.status_available;
}
bool same(const Stored::Pod& a, const Stored::Pod& b) {
    return a.deleting == b.deleting && a.phase == b.phase && a.node == b.node;
}

class Projection {
public:
    explicit Projection(std::string deployment) { recording_.deployment = std::move(deployment); }

    tl::expected<Recording, std::string> of(const std::vector<RawWrite>& writes) {
        for (const auto& write : writes)
            if (const auto taken = take(write); !taken) return tl::unexpected(taken.error());
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
            if (!raw.object.is_null()) deployment_uid_ = member(raw.object, "/metadata/uid");
            return add(raw, Object::deployment);
        }
        if (kind == "replicasets" && is_ours(raw, deployment_uid_, replica_sets_)) {
            if (replica_sets_.size() > 1)
                return tl::unexpected(
                    fmt::format("revision {}: a second ReplicaSet, {}; the model has one template",
                                raw.revision, name_of(raw.key)));
            if (!raw.object.is_null()) replica_set_uid_ = member(raw.object, "/metadata/uid");
            return add(raw, Object::replica_set);
        }
        if (kind == "pods" && is_ours(raw, replica_set_uid_, pods_)) return add(raw, Object::pod);
        leave_out(kind == "pods" || kind == "replicasets" ? kind + ": of another owner"
                                                          : kind + ": not in the model");
        return {};
    }

    /// By owner; where a recording begins in the middle the owner may not have been written yet.
    bool is_ours(const RawWrite& raw, const std::string& owner, std::set<std::string>& known) {
        if (known.contains(raw.key)) return true;
        if (raw.object.is_null()) return false;
        const bool ours = owner.empty() ? raw.object.contains("/metadata/ownerReferences"_json_pointer)
                                        : is_owned_by(raw.object, owner);
        if (ours) known.insert(raw.key);
        return ours;
    }

    Taken add(const RawWrite& raw, Object object) {
        if (removed_at_once_.contains(raw.key)) {
            leave_out("pods: the removal that follows a mark without a grace period");
            return {};
        }
        RecordedWrite write;
        write.revision = raw.revision;
        write.user = raw.user;
        write.object = object;
        write.name = name_of(raw.key);
        write.removed = raw.object.is_null();
        if (object == Object::pod && !write.removed && is_removed_at_once(raw.object)) {
            removed_at_once_.insert(raw.key);
            write.removed = true;
        }
        const auto before = last_.find(raw.key);
        if (!write.removed && object == Object::pod)
            write.pod = pod_of(raw.object);
        else if (!write.removed)
            write.workload = relative(raw, before == last_.end());
        const bool shows = before == last_.end() || write.removed ||
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

    /// Such a mark is followed by the removal (apiserver registry/generic/registry/store.go:
    /// updateForGracefulDeletionAndFinalizers). For everybody else the pod is gone with it.
    static bool is_removed_at_once(const Json& object) {
        const auto grace = object.value("/metadata/deletionGracePeriodSeconds"_json_pointer, Json());
        return grace == 0 && object.value("/metadata/finalizers"_json_pointer, Json::array()).empty();
    }

    Stored::Pod pod_of(const Json& object) {
        Stored::Pod pod;
        pod.deleting = object.contains("/metadata/deletionTimestamp"_json_pointer);
        const auto phase = member(object, "/status/phase");
        pod.phase = phase == "Failed" || phase == "Succeeded" ? "Terminal" : phase;
        const auto node = member(object, "/spec/nodeName");
        if (node.empty()) return pod;
        auto& nodes = recording_.nodes;
        const auto found = std::find(nodes.begin(), nodes.end(), node);
        pod.node = static_cast<int>(found - nodes.begin());
        if (found == nodes.end()) nodes.push_back(node);
        return pod;
    }

    /// Generations count from 1, which is that of the first write, or, where somebody changes the
    /// spec with it, the one before.
    Stored::Workload relative(const RawWrite& raw, bool first) {
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

std::string describe(const RecordedWrite& write, const RecordedWrite* before, const Recording& recording) {
    const auto kind = write.object == Object::deployment    ? "deployments"
                      : write.object == Object::replica_set ? "replicasets"
                                                            : "pods";
    std::vector<std::string> what;
    const auto change = [&](const char* member_name, const auto& from, const auto& to) {
        if (from != to) what.push_back(fmt::format("{} {} -> {}", member_name, from, to));
    };
    if (write.removed) {
        what.push_back("removed");
    } else if (write.object == Object::pod) {
        const auto node = [&](const Stored::Pod& pod) {
            return pod.node ? recording.nodes[static_cast<std::size_t>(*pod.node)] : std::string("no node");
        };
        if (before == nullptr)
            what.push_back(fmt::format("created, {}, {}", write.pod.phase, node(write.pod)));
        if (before != nullptr && !before->removed) {
            change("node", node(before->pod), node(write.pod));
            change("phase", before->pod.phase, write.pod.phase);
            change("being deleted", before->pod.deleting, write.pod.deleting);
        }
    } else {
        const Stored::Workload nothing;
        const auto& from = before == nullptr || before->removed ? nothing : before->workload;
        change("replicas", from.replicas, write.workload.replicas);
        change("generation", from.generation, write.workload.generation);
        change("observedGeneration", from.observed_generation, write.workload.observed_generation);
        change("status.replicas", from.status_replicas, write.workload.status_replicas);
        change("status.availableReplicas", from.status_available, write.workload.status_available);
    }
    return fmt::format("{}/{}: {}", kind, write.name, fmt::join(what, ", "));
}

}  // namespace kcheck::traces
