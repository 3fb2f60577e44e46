// What kubectl get shows.
#include <catch2/catch.hpp>

#include "reference/apiserver/tables_common.hpp"
#include "tests/apitypes_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::testing;

namespace {

constexpr auto now = "2026-11-21T20:00:00Z";

Json column(const Resource& resource, const char* name, const Json& object) {
    const auto cells = resource.cells(object, now);
    for (std::size_t i = 0; i < resource.columns.size(); ++i) {
        if (resource.columns[i].name == name) return cells[i];
    }
    return nullptr;
}

Json pod_status(const Json& status, bool deleted = false) {
    auto pod = pod_manifest();
    pod["status"] = status;
    if (deleted) pod["metadata"]["deletionTimestamp"] = now;
    return column(pods(), "Status", pod);
}

Json waiting(const char* reason) {
    return {{"phase", "Pending"},
            {"containerStatuses", Json::array({{{"state", {{"waiting", {{"reason", reason}}}}}}})}};
}

}  // namespace

TEST_CASE("every resource has a cell for each column, the first being its name or an age") {
    for (const auto& resource : resources()) {
        INFO(resource.plural);
        CHECK(resource.columns.size() == resource.cells(Json::object(), now).size());
    }
}

TEST_CASE("a recorded deployment and its pods are shown as kubectl showed them") {
    CHECK(deployments().cells(recorded("deployment-rolling"), "2026-11-21T19:40:11Z") ==
          Json{"elasticsearch", "5/5", 2, 5, "44s", "elasticsearch",
               "docker.elastic.co/elasticsearch/elasticsearch-oss:6.4.0", "app=elasticsearch"});
    CHECK(pods().cells(recorded("pod-created"), "2026-11-21T19:39:27Z") ==
          Json{"elasticsearch-f6d6b8f-7n2n9", "0/1", "Pending", "0", "0s", "<none>", "<none>", "<none>",
               "<none>"});
    const auto running = pods().cells(recorded("pod-running"), "2026-11-21T19:39:29Z");
    CHECK(running[1] == "1/1");
    CHECK(running[2] == "Running");
    CHECK(running[4] == "2s");
    CHECK(column(pods(), "Status", recorded("pod-terminating")) == "Terminating");
    CHECK(column(pods(), "Node", recorded("pod-terminating")) == "node-1");
    CHECK(replica_sets().cells(recorded("replicaset-created"), "2026-11-21T19:39:28Z") ==
          Json{"elasticsearch-f6d6b8f", 3, 0, 0, "1s", "elasticsearch",
               "docker.elastic.co/elasticsearch/elasticsearch-oss:6.3.2",
               "app=elasticsearch,pod-template-hash=f6d6b8f"});
    CHECK(nodes().cells(recorded("node"), "2026-11-21T19:40:04Z") ==
          Json{"node-2", "Ready", "<none>", "60s", "v1.26.4", "192.0.2.2", "<none>",
               "Debian GNU/Linux 7 (wheezy)", "3.16.0-0.bpo.4-amd64", "fakecri://0.1.0"});
}

TEST_CASE("a pod's status is the word of its containers") {
    CHECK(pod_status(waiting("ContainerCreating")) == "ContainerCreating");
    CHECK(pod_status(waiting("ImagePullBackOff")) == "ImagePullBackOff");
    CHECK(pod_status({{"phase", "Failed"}, {"reason", "OutOfcpu"}}) == "OutOfcpu");
    CHECK(pod_status({{"phase", "Running"}}, true) == "Terminating");
    CHECK(pod_status({{"phase", "Succeeded"}}, true) == "Succeeded");
    CHECK(pod_status({{"phase", "Running"}, {"reason", "NodeLost"}}, true) == "Unknown");
    CHECK(pod_status(Json::parse(R"({"phase": "Failed", "containerStatuses":
        [{"state": {"terminated": {"exitCode": 3}}}]})")) == "ExitCode:3");
    CHECK(pod_status(Json::parse(R"({"phase": "Failed", "containerStatuses":
        [{"state": {"terminated": {"signal": 9}}}]})")) == "Signal:9");
    CHECK(pod_status(Json::parse(R"({"phase": "Pending", "conditions":
        [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]})")) == "SchedulingGated");
}

TEST_CASE("init containers come first") {
    auto pod = pod_manifest();
    pod["spec"]["initContainers"] = Json::array({Json::object(), Json::object()});
    pod["status"] = Json::parse(R"({"phase": "Pending", "initContainerStatuses": [
        {"state": {"terminated": {"exitCode": 0}}}, {"state": {"running": {}}}]})");
    CHECK(column(pods(), "Status", pod) == "Init:1/2");
    pod["status"]["initContainerStatuses"][1] =
        Json::parse(R"({"state": {"waiting": {"reason": "CrashLoopBackOff"}}})");
    CHECK(column(pods(), "Status", pod) == "Init:CrashLoopBackOff");
}

TEST_CASE("sidecars count as containers once they have started") {
    auto pod = pod_manifest();
    pod["spec"]["initContainers"] =
        Json::parse(R"([{"name": "setup"}, {"name": "proxy", "restartPolicy": "Always"}])");
    pod["status"] = Json::parse(R"({"phase": "Running",
        "initContainerStatuses": [
            {"name": "setup", "restartCount": 4, "state": {"terminated": {"exitCode": 0}}},
            {"name": "proxy", "restartCount": 1, "ready": true, "started": true, "state": {"running": {}}}],
        "containerStatuses": [{"name": "web", "ready": true, "state": {"running": {}}}]})");
    CHECK(column(pods(), "Ready", pod) == "2/2");
    CHECK(column(pods(), "Status", pod) == "Running");
    CHECK(column(pods(), "Restarts", pod) == "1");
    pod["status"]["initContainerStatuses"][1] =
        Json::parse(R"({"name": "proxy", "ready": false, "started": false, "state": {"waiting": {}}})");
    CHECK(column(pods(), "Status", pod) == "Init:1/2");
}

TEST_CASE("restarts are counted, with the time since the last") {
    auto pod = pod_manifest();
    pod["status"] = Json::parse(R"({"containerStatuses": [{"restartCount": 2, "ready": true,
        "state": {"running": {}}, "lastState": {"terminated": {"finishedAt": "2026-11-21T19:58:30Z"}}}]})");
    CHECK(column(pods(), "Restarts", pod) == "2 (90s ago)");
    CHECK(column(pods(), "Ready", pod) == "1/1");
}

TEST_CASE("a node shows its roles, and that it is cordoned or not ready") {
    auto node = recorded("node");
    node["spec"]["unschedulable"] = true;
    node["metadata"]["labels"]["node-role.kubernetes.io/control-plane"] = "";
    CHECK(column(nodes(), "Status", node) == "Ready,SchedulingDisabled");
    CHECK(column(nodes(), "Roles", node) == "control-plane");
    node["status"]["conditions"][3]["status"] = "Unknown";
    CHECK(column(nodes(), "Status", node) == "NotReady,SchedulingDisabled");
}

TEST_CASE("an event says when, what, about whom") {
    const auto* events = find_resource("", "v1", "events");
    const auto event = Json::parse(R"({"metadata": {"name": "e"}, "type": "Normal", "reason": "Scheduled",
        "message": "Successfully assigned\n", "lastTimestamp": "2026-11-21T19:59:00Z", "count": 2,
        "involvedObject": {"kind": "Pod", "name": "web"}, "source": {"component": "kubelet", "host": "a"}})");
    CHECK(events->cells(event, now) == Json{"60s", "Normal", "Scheduled", "pod/web", "", "kubelet, a",
                                            "Successfully assigned", "<unknown>", 2, "e"});
}

TEST_CASE("durations are for people") {
    CHECK(human_duration(-5) == "<invalid>");
    CHECK(human_duration(-1) == "0s");
    CHECK(human_duration(0) == "0s");
    CHECK(human_duration(119) == "119s");
    CHECK(human_duration(120) == "2m");
    CHECK(human_duration(150) == "2m30s");
    CHECK(human_duration(600) == "10m");
    CHECK(human_duration(179 * 60) == "179m");
    CHECK(human_duration(3 * 3600 + 60) == "3h1m");
    CHECK(human_duration(8 * 3600) == "8h");
    CHECK(human_duration(47 * 3600) == "47h");
    CHECK(human_duration(48 * 3600) == "2d");
    CHECK(human_duration(50 * 3600) == "2d2h");
    CHECK(human_duration(8 * 86400) == "8d");
    CHECK(human_duration(730 * 86400) == "2y");
    CHECK(human_duration(731 * 86400) == "2y1d");
    CHECK(human_duration(9 * 365 * 86400LL) == "9y");
    CHECK(age(nullptr, now) == "<unknown>");
}
