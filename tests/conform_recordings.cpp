#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "traces/recordings/conformance.hpp"

using namespace kcheck::traces::recordings;

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

TEST_CASE("What the model does not have is read, and ends what is decided") {
    const auto reason = [](const char* name) {
        const auto recording = real(name);
        const auto result = conform(recording, {});
        REQUIRE(result);
        CHECK_FALSE(result->admitted);
        CHECK_FALSE(result->complete);
        CHECK(result->refused == 0);
        CHECK(recording.unread > 0);
        return result->reason;
    };
    const std::string opening = "this write is of a kind the model does not have: ";
    CHECK(reason("04-set-image-rolling-update") ==
          opening + "the spec of the Deployment changes, and not its replicas");
    CHECK(reason("06-delete-pod") == opening + "a user deletes a pod");
    CHECK(reason("16-delete-deployment") == opening + "the Deployment is deleted");
}

TEST_CASE("What comes before a write that is beyond the model is admitted, or not") {
    const auto template_changes =
        R"({"revision":4,"user":"kubernetes-admin","verb":"update","resource":"deployments",)"
        R"("subresource":"","key":"/registry/deployments/default/a",)"
        R"("object":{"metadata":{"uid":"d","generation":2},"spec":{"replicas":1,"template":{}},)"
        R"("status":{}}})"
        "\n";
    const auto removed = R"({"revision":5,"user":"kubernetes-admin","verb":"delete","resource":"pods",)"
                         R"("subresource":"","key":"/registry/pods/default/a-1-x","object":null})"
                         "\n";
    const auto checked_text = [](const std::string& text) {
        const Folder folder(text);
        const auto recording = read_recording(folder.path);
        REQUIRE(recording);
        const auto result = conform(*recording, {});
        REQUIRE(result);
        CHECK_FALSE(result->admitted);
        return *result;
    };
    const auto changed = checked_text(apply_and_create() + template_changes + removed);
    CHECK(changed.reason == "this write is of a kind the model does not have: spec.template changes");
    CHECK(changed.writes == 3);
    CHECK_FALSE(changed.complete);
    CHECK_FALSE(changed.nearest);

    const auto deleted = checked_text(apply_and_create() + removed);
    CHECK(deleted.reason == "this write is of a kind the model does not have: a user deletes a pod");
    CHECK(deleted.writes == 3);

    // Nothing that comes later excuses a write that the model has and does not make.
    const auto phase = pod_line(4, "system:kube-scheduler", "update",
                                R"({"metadata":{"ownerReferences":[{"uid":"r","controller":true}]},)"
                                R"("spec":{},"status":{"phase":"Running"}})");
    const auto wrong = checked_text(apply_and_create() + phase + removed);
    CHECK(wrong.complete);
    CHECK(wrong.refused == 3);
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
    CHECK(result.writes == bound + 1);
    REQUIRE(result.nearest);
    const auto pod = "pods/" + again.name;
    CHECK(result.nearest->action == "kube-scheduler: POST binding of " + pod);
    CHECK(result.nearest->false_parts ==
          std::vector<std::string>{"kube-scheduler.assumed[" + pod + "] is none, which it must not be",
                                   "kube-scheduler.binding[" + pod + "] is 0, and must be 1",
                                   pod + ".node is node-2, and must be none"});
}

TEST_CASE("The nearest action says what of its guard is false, or what it would write") {
    // The kubelet says Running before it can have been told of the pod.
    auto early = real("01-apply-3");
    const auto bound = first(early, is_bound_pod);
    auto runs = early.writes[bound];
    runs.user = "system:node:" + early.nodes[static_cast<std::size_t>(*runs.pod.node)];
    runs.pod.phase = "Running";
    early.writes.insert(early.writes.begin() + static_cast<std::ptrdiff_t>(bound), runs);
    const auto unbound = checked(early);
    CHECK(unbound.refused == bound);
    REQUIRE(unbound.nearest);
    const auto pod = "pods/" + runs.name;
    CHECK(unbound.nearest->action == "kubelet/node-2: PATCH status of " + pod + ": Running and Ready");
    CHECK(unbound.nearest->false_parts ==
          std::vector<std::string>{"kubelet/node-2.cache." + pod + ".exists is 0, and must be 1",
                                   "runtime/node-2.container[" + pod + "] is 0, and must be 2"});
    CHECK(unbound.nearest->differences == std::vector<std::string>{"node none, not node-2"});

    // A status that counts one replica too many.
    auto miscounted = real("01-apply-3");
    const auto status = first(miscounted, [](const RecordedWrite& write) {
        return write.object == Object::replica_set && write.workload.status_replicas > 0;
    });
    ++miscounted.writes[status].workload.status_replicas;
    const auto one_more = checked(miscounted);
    CHECK(one_more.refused == status);
    REQUIRE(one_more.nearest);
    CHECK(one_more.nearest->action == "replicaset-controller: PUT ReplicaSet status");
    CHECK(one_more.nearest->false_parts.empty());
    CHECK(one_more.nearest->differences == std::vector<std::string>{"status.replicas 3, not 4"});
}

TEST_CASE("A write of a component that the model does not have is not decided") {
    auto recording = real("03-scale-5");
    recording.writes[2].user = accounts + "generic-garbage-collector";
    const auto result = conform(recording, {});
    REQUIRE(result);
    CHECK_FALSE(result->complete);
    CHECK(result->writes == 2);
    CHECK(result->refused == 2);
    CHECK(result->reason == "this write is of a kind the model does not have: it has no component that is " +
                                accounts + "generic-garbage-collector");
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
    const std::vector<std::pair<std::string, std::string>> lines{
        {"{\"revision\":", ":4:13: not JSON: it ends in the middle"},
        {"{\"revision\": x}", ":4:14: not JSON from here on"},
        {"{\"revision\": 1e999}", ":4:18: a number is too large"},
        {"[]", ":4:1: each line must be a JSON object"},
        {"{\"revision\": null}", ":4:1: \"revision\" must be a whole number"},
        {R"({"revision": 4, "user": 3})", ":4:1: \"user\" must be a string"},
        {R"({"revision": 4, "user": "u", "key": "k"})",
         ":4:1: \"object\" must be the object that was stored"},
    };
    for (const auto& [line, message] : lines) {
        const Folder folder(apply_and_create() + line + "\n");
        const auto recording = read_recording(folder.path);
        REQUIRE_FALSE(recording);
        CHECK(recording.error() == (folder.path / "commits.jsonl").string() + message);
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

TEST_CASE("Members of objects that are not what they should be are as if they were not there") {
    for (const auto* object : {R"({"metadata":3})", R"({"metadata":{"ownerReferences":[1,{"uid":[]}]}})",
                               R"({"metadata":{"generation":1e300},"spec":[],"status":{"replicas":"x"}})",
                               R"({"metadata":{"generation":99999999999},"spec":{"replicas":-1}})",
                               R"({"metadata":{"generation":2},"spec":{"replicas":2000000000}})"})
        for (const auto* kind : {"deployments", "replicasets", "pods"}) {
            INFO(kind << " " << object);
            const Folder folder(apply_and_create() +
                                R"({"revision":4,"user":"system:kube-scheduler","verb":"update","key":)" +
                                "\"/registry/" + kind + R"(/default/a","object":)" + object + "}\n");
            if (const auto recording = read_recording(folder.path)) (void)conform(*recording, {});
        }
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
