#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "traces/conformance.hpp"

using namespace kcheck::traces;

namespace {

namespace fs = std::filesystem;
using Object = RecordedWrite::Object;

const fs::path fixtures = fs::path(KCHECK_SOURCE_DIR) / "tests/fixtures/recordings";
const std::string accounts = "system:serviceaccount:kube-system:";

Recording real(const std::string& name) {
    auto recording = read_recording(fixtures / name);
    if (!recording) FAIL(recording.error());
    return std::move(*recording);
}

Conformance checked(const Recording& recording, const ConformOptions& options = {}) {
    auto result = conform(recording, options);
    if (!result) FAIL(result.error());
    REQUIRE(result->complete);
    return std::move(*result);
}

std::size_t first(const Recording& recording, const std::function<bool(const RecordedWrite&)>& fits) {
    const auto found = std::find_if(recording.writes.begin(), recording.writes.end(), fits);
    REQUIRE(found != recording.writes.end());
    return static_cast<std::size_t>(found - recording.writes.begin());
}

bool is_bound_pod(const RecordedWrite& write) {
    return write.object == Object::pod && write.pod.node && write.pod.phase == "Pending";
}

/// A folder with one file of the reference's own format.
class Folder {
public:
    explicit Folder(const std::string& text) {
        fs::create_directories(path);
        std::ofstream(path / "commits.jsonl") << text;
    }
    ~Folder() { fs::remove_all(path); }
    const fs::path path = fs::temp_directory_path() / ("kcheck-conform-" + std::to_string(::getpid()));
};

std::string pod_line(int revision, const std::string& user, const std::string& verb,
                     const std::string& more) {
    return R"({"revision":)" + std::to_string(revision) + R"(,"user":")" + user + R"(","verb":")" + verb +
           R"(","resource":"pods","subresource":"","key":"/registry/pods/default/a-1-x","object":)" + more +
           "}\n";
}

std::string apply_and_create() {
    return R"({"revision":1,"user":"kubernetes-admin","verb":"create","resource":"deployments",)"
           R"("subresource":"","key":"/registry/deployments/default/a",)"
           R"("object":{"metadata":{"uid":"d","generation":1},"spec":{"replicas":1},"status":{}}})"
           "\n"
           R"({"revision":2,"user":")" +
           accounts +
           R"(deployment-controller","verb":"create","resource":"replicasets","subresource":"",)"
           R"("key":"/registry/replicasets/default/a-1","object":{"metadata":{"uid":"r","generation":1,)"
           R"("ownerReferences":[{"uid":"d","controller":true}]},"spec":{"replicas":1},"status":{}}})"
           "\n" +
           pod_line(3, accounts + "replicaset-controller", "create",
                    R"({"metadata":{"ownerReferences":[{"uid":"r","controller":true}]},)"
                    R"("spec":{},"status":{"phase":"Pending"}})");
}

const std::string bound_to_n = R"({"metadata":{"ownerReferences":[{"uid":"r","controller":true}]},)"
                               R"("spec":{"nodeName":"n"},"status":{"phase":"Pending"}})";

}  // namespace

TEST_CASE("What a real cluster did is admitted") {
    const auto applied = real("01-apply-3");
    CHECK(applied.writes.size() == 21);
    CHECK_FALSE(applied.replicas_before);
    CHECK(applied.left_out.at("minions: not in the model") == 2);
    const auto result = checked(applied);
    CHECK(result.admitted);
    CHECK(result.writes == applied.writes.size());

    const auto scaled = real("03-scale-5");
    CHECK(scaled.replicas_before == 3);
    CHECK(scaled.writes.size() == 16);
    CHECK(checked(scaled).admitted);
}

TEST_CASE("Two writes that are swapped are not admitted") {
    auto recording = real("01-apply-3");
    const auto bound = first(recording, is_bound_pod);
    const auto created = first(recording, [&](const RecordedWrite& write) {
        return write.object == Object::pod && write.name == recording.writes[bound].name;
    });
    std::swap(recording.writes[bound], recording.writes[created]);
    const auto result = checked(recording);
    CHECK_FALSE(result.admitted);
    CHECK(result.refused == created);
    CHECK(result.reason == "the pod has not been created");

    auto statuses = real("01-apply-3");
    std::vector<std::size_t> status_writes;
    for (std::size_t i = 0; i < statuses.writes.size(); ++i)
        if (statuses.writes[i].object == Object::replica_set) status_writes.push_back(i);
    std::swap(statuses.writes[status_writes.at(3)], statuses.writes[status_writes.at(4)]);
    const auto second = checked(statuses);
    CHECK_FALSE(second.admitted);
    CHECK(second.refused == status_writes.at(3));
    CHECK_FALSE(second.instead.empty());
}

TEST_CASE("Every write by a wrong component is refused there, and its reason names the right one") {
    const auto recording = real("01-apply-3");
    for (std::size_t i = 0; i < recording.writes.size(); ++i) {
        auto wrong = recording;
        const auto& right = recording.writes[i].user;
        wrong.writes[i].user =
            right == "system:kube-scheduler" ? accounts + "replicaset-controller" : "system:kube-scheduler";
        const auto result = checked(wrong);
        INFO(i << ": " << describe(recording.writes[i], nullptr, recording));
        CHECK_FALSE(result.admitted);
        CHECK(result.refused == i);
        CHECK(result.reason.find("the model admits this write, but of ") == 0);
    }
}

TEST_CASE("A second binding of a bound pod is not admitted") {
    auto recording = real("01-apply-3");
    const auto bound = first(recording, is_bound_pod);
    auto again = recording.writes[bound];
    again.revision += 1;
    again.pod.node = 1 - *again.pod.node;
    recording.writes.insert(recording.writes.begin() + static_cast<std::ptrdiff_t>(bound) + 1, again);
    const auto result = checked(recording);
    CHECK(result.refused == bound + 1);
    CHECK(result.reason == "the pod has been bound to node-2 already; a bound pod is never bound again");
}

TEST_CASE("A write of a component that the model does not have is not admitted") {
    auto recording = real("03-scale-5");
    recording.writes[2].user = accounts + "generic-garbage-collector";
    const auto result = checked(recording);
    CHECK(result.refused == 2);
    CHECK(result.reason == "the model has no component that is " + accounts + "generic-garbage-collector");
}

TEST_CASE("A write that only a fault explains is admitted with a budget for it") {
    const auto account = accounts + "replicaset-controller";
    const auto second_pod =
        R"({"revision":5,"user":")" + account +
        R"(","verb":"create","resource":"pods","subresource":"","key":"/registry/pods/default/a-1-y",)"
        R"("object":{"metadata":{"ownerReferences":[{"uid":"r","controller":true}]},"spec":{},)"
        R"("status":{"phase":"Pending"}}})"
        "\n";
    const auto status =
        R"({"revision":4,"user":")" + account +
        R"(","verb":"update","resource":"replicasets","subresource":"status",)"
        R"("key":"/registry/replicasets/default/a-1","object":{"metadata":{"uid":"r","generation":1,)"
        R"("ownerReferences":[{"uid":"d","controller":true}]},"spec":{"replicas":1},)"
        R"("status":{"observedGeneration":1}}})"
        "\n";
    const auto verdict = [](const std::string& text, int crashes, int lost_replies) {
        const Folder folder(text);
        const auto recording = read_recording(folder.path);
        REQUIRE(recording);
        ConformOptions options;
        options.crashes = crashes;
        options.lost_replies = lost_replies;
        return checked(*recording, options).admitted;
    };
    CHECK_FALSE(verdict(apply_and_create() + second_pod, 0, 0));
    // The first POST was under way when its sender died, and arrived as well.
    CHECK(verdict(apply_and_create() + second_pod, 1, 0));
    // A sync whose POST got no reply ends with its status before the next begins.
    CHECK_FALSE(verdict(apply_and_create() + second_pod, 0, 1));
    CHECK(verdict(apply_and_create() + status + second_pod, 0, 1));
    CHECK_FALSE(verdict(apply_and_create() + status + second_pod, 0, 0));
}

TEST_CASE("The reference's own format is read, and its mistakes are named") {
    {
        const Folder folder(apply_and_create() + pod_line(4, "system:kube-scheduler", "create", bound_to_n));
        const auto recording = read_recording(folder.path);
        REQUIRE(recording);
        CHECK(recording->nodes == std::vector<std::string>{"n"});
        CHECK(checked(*recording).admitted);
    }
    {
        const Folder folder(apply_and_create() + "{\"revision\":\n");
        const auto recording = read_recording(folder.path);
        REQUIRE_FALSE(recording);
        CHECK(recording.error().find("commits.jsonl:4: ") != std::string::npos);
    }
    {
        const Folder folder(apply_and_create() + pod_line(4, "", "update", bound_to_n));
        const auto recording = read_recording(folder.path);
        REQUIRE_FALSE(recording);
        CHECK(recording.error().find("revision 4: nobody is known to have asked for it") !=
              std::string::npos);
    }
    CHECK_FALSE(read_recording("nowhere"));
    CHECK_FALSE(read_recording(fixtures));
}

TEST_CASE("A run that is too much for the limit is incomplete, not refused") {
    ConformOptions options;
    options.states_max = 3;
    const auto result = conform(real("01-apply-3"), options);
    REQUIRE(result);
    CHECK_FALSE(result->admitted);
    CHECK_FALSE(result->complete);
    CHECK_FALSE(result->refused);
}
