// What a cluster did, as its writes: who wrote what to etcd, in order of revision.
//
// Two forms are read. Kubernetes' own: a folder with the audit log of kube-apiserver (audit.jsonl,
// audit.k8s.io/v1, level RequestResponse) and the revisions of etcd (etcd-revisions.jsonl, a line
// {"rev","type","key","version","value"} each). And commits.jsonl, a line {"revision","user","verb",
// "resource","subresource","key","object"} each, as the reference writes it. Each file may be
// compressed (.gz). The audit log says who asked for a revision, etcd says what was stored; the
// order is that of the revisions, times are not looked at.
//
// Writes are projected to the variables of the model. What that leaves out is counted, by kind.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "traces/driver/stored.hpp"

namespace kcheck::traces::recordings {

struct RecordedWrite {
    enum class Object : std::uint8_t { deployment, replica_set, pod };
    std::int64_t revision = 0;
    std::string user;  // "system:kube-scheduler"
    Object object = Object::deployment;
    std::string name;
    bool created = false, removed = false;
    driver::Stored::Workload workload;  // after the write; generations count from those of the first write
    driver::Stored::Pod pod;            // its node is an index into Recording::nodes
    /// What the model does not have, in words ("spec.template changes"): nothing can be said of it.
    std::string beyond_model;
};

struct Recording {
    std::string deployment;
    std::vector<std::string> nodes;
    std::vector<RecordedWrite> writes;
    /// The recording begins when the Deployment was there already, and so many replicas ran.
    std::optional<int> replicas_before;
    std::vector<std::string> pods_before;  // those of them that are written to later
    std::size_t unread = 0;                // writes after the first that is beyond the model
    /// "leases: not in the model" to the number of writes.
    std::map<std::string, std::size_t> left_out;
};

/// The Deployment is the only one of the recording, or the one that is named. The message of an
/// error begins with the file and line where it is one of them.
tl::expected<Recording, std::string> read_recording(const std::filesystem::path& folder_or_file,
                                                    const std::optional<std::string>& deployment = {});

/// Whether it is a person, and no component or service account.
bool is_of_user(const std::string& user);

/// "pods/app-x7k2p: bound to node-1"; `before`: the last write to the same object, if any.
std::string describe(const RecordedWrite& write, const RecordedWrite* before, const Recording& recording);

/// One commit, before it is projected.
struct RawWrite {
    std::int64_t revision = 0;
    std::string user;  // empty: nobody knows
    std::string key;
    nlohmann::json object;  // null: removed
    bool is_new = false;    // created by this write
};
/// The lines of a file that may be compressed.
tl::expected<std::vector<std::string>, std::string> read_lines(const std::filesystem::path& file);
tl::expected<std::vector<RawWrite>, std::string> read_raw_writes(const std::filesystem::path& path);

}  // namespace kcheck::traces::recordings
