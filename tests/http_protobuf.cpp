// Bodies as client-go sends them since Kubernetes 1.32: recorded of kubectl 1.32.4.
#include <algorithm>
#include <set>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "reference/http/protobuf.hpp"
#include "tests/http_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::http;
using namespace kcheck::reference::testing;

namespace {

std::string bytes_of(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return bytes;
}

// kubectl create configmap a --from-literal=k=v --from-literal=empty=
const std::string config_map_a = bytes_of(
    "6b3873000a0f0a0276311209436f6e6669674d617012260a110a016112001a0022002a003200380042001209"
    "0a05656d707479120012060a016b1201761a002200");

// kubectl create deployment web --image=docker.io/library/web:1 --replicas=0 --port=80
const std::string deployment_web = bytes_of(
    "6b3873000a150a07617070732f7631120a4465706c6f796d656e7412c8010a1f0a0377656212001a0022002a"
    "003200380042005a0a0a0361707012037765621296010800120c0a0a0a0361707012037765621a7c0a1c0a00"
    "12001a0022002a003200380042005a0a0a036170701203776562125c123e0a037765621217646f636b65722e"
    "696f2f6c6962726172792f7765623a312a00320a0a001000185022002a0042006a0072008001008801009001"
    "00a201001a00320042004a0052005800600068008201008a01009a0100c2010022020a00280038001a0c0800"
    "100018002000280038001a002200");

// kubectl create secret generic s --from-literal=p=ÿ
const std::string secret_s = bytes_of(
    "6b3873000a0c0a0276311206536563726574121e0a110a017312001a0022002a0032003800420012070a0170"
    "1202c3bf1a001a002200");

// kubectl create service clusterip svc --tcp=80:8080
const std::string service_svc = bytes_of(
    "6b3873000a0d0a02763112075365727669636512690a1f0a0373766312001a0022002a003200380042005a0a"
    "0a03617070120373766312420a1b0a0738302d38303830120354435018502207080010903f1a002800120a0a"
    "0361707012037376631a002209436c757374657249503a00420052005a00600068001a020a001a002200");

// kubectl create quota q --hard=cpu=1,pods=2
const std::string quota_q = bytes_of(
    "6b3873000a130a027631120d5265736f7572636551756f746112300a110a017112001a0022002a0032003800"
    "420012190a0a0a0363707512030a01310a0b0a04706f647312030a01321a001a002200");

// kubectl create poddisruptionbudget p --selector=a=b --min-available=50%
const std::string budget_p = bytes_of(
    "6b3873000a200a09706f6c6963792f76311213506f6444697372757074696f6e42756467657412360a110a01"
    "7012001a0022002a0032003800420012150a09080110001a0335302512080a060a01611201621a0a08001800"
    "2000280030001a002200");

// kubectl create priorityclass pc --value=-5
const std::string priority_class_pc = bytes_of(
    "6b3873000a250a147363686564756c696e672e6b38732e696f2f7631120d5072696f72697479436c61737312"
    "390a120a02706312001a0022002a0032003800420010fbffffffffffffffff01180022002a14507265656d70"
    "744c6f7765725072696f726974791a002200");

std::string varint(std::size_t value) {
    std::string text;
    for (; value > 0x7f; value >>= 7) text += static_cast<char>((value & 0x7f) | 0x80);
    return text + static_cast<char>(value);
}

/// A field of type 2.
std::string field(std::size_t number, const std::string& bytes) {
    return varint(number << 3 | 2) + varint(bytes.size()) + bytes;
}

std::string unknown(const std::string& version, const std::string& kind, const std::string& raw) {
    return std::string("k8s\0", 4) + field(1, field(1, version) + field(2, kind)) + field(2, raw);
}

std::string post(const std::string& path, const std::string& body, const std::string& accept) {
    return fmt::format(
        "POST {} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer secret\r\nConnection: close\r\nAccept: "
        "{}\r\nContent-Type: application/vnd.kubernetes.protobuf\r\nContent-Length: {}\r\n\r\n{}",
        path, accept, body.size(), body);
}

const std::string preferred = "application/vnd.kubernetes.protobuf,application/json";

}  // namespace

TEST_CASE("what kubectl sends is the object that it would send as JSON") {
    CHECK(*parse_protobuf(config_map_a) == Json::parse(R"({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "a"}, "data": {"k": "v", "empty": ""}})"));
    CHECK(*parse_protobuf(deployment_web) == Json::parse(R"({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "labels": {"app": "web"}},
        "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "web"}}, "strategy": {},
                 "template": {"metadata": {"labels": {"app": "web"}},
                              "spec": {"containers": [{"name": "web", "image": "docker.io/library/web:1",
                                                       "ports": [{"containerPort": 80}], "resources": {}}]}}},
        "status": {}})"));
    CHECK(*parse_protobuf(secret_s) == Json::parse(R"({"apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "s"}, "data": {"p": "w78="}})"));
    CHECK(*parse_protobuf(service_svc) == Json::parse(R"({"apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "svc", "labels": {"app": "svc"}},
        "spec": {"ports": [{"name": "80-8080", "protocol": "TCP", "port": 80, "targetPort": 8080}],
                 "selector": {"app": "svc"}, "type": "ClusterIP"},
        "status": {"loadBalancer": {}}})"));
    CHECK(*parse_protobuf(quota_q) == Json::parse(R"({"apiVersion": "v1", "kind": "ResourceQuota",
        "metadata": {"name": "q"}, "spec": {"hard": {"cpu": "1", "pods": "2"}}, "status": {}})"));
    const auto budget = *parse_protobuf(budget_p);
    CHECK(budget["spec"] ==
          Json::parse(R"({"minAvailable": "50%", "selector": {"matchLabels": {"a": "b"}}})"));
    CHECK((*parse_protobuf(priority_class_pc))["value"] == -5);
}

TEST_CASE("fields of other types: times, JSON inside, parts of a message that come apart") {
    const std::string name = field(1, field(1, "a")),
                      labels = field(1, field(11, field(1, "k") + field(2, "v")));
    CHECK((*parse_protobuf(unknown("v1", "ConfigMap", name + labels)))["metadata"] ==
          Json{{"name", "a"}, {"labels", {{"k", "v"}}}});

    const std::string time = "\x08\xf1\xa6\xe6\xad\x06";  // 1 = 1706660721
    const auto dated = parse_protobuf(unknown("v1", "ConfigMap", field(1, field(8, time))));
    CHECK((*dated)["metadata"]["creationTimestamp"] == "2024-01-31T00:25:21Z");
    const auto renewed = parse_protobuf(
        unknown("coordination.k8s.io/v1", "Lease", field(2, field(4, time + "\x10\x80\x89\x7a"))));
    CHECK((*renewed)["spec"]["renewTime"] == "2024-01-31T00:25:21.002000Z");

    const auto managed = [](const std::string& json) {
        return unknown("v1", "ConfigMap", field(1, field(17, field(7, field(1, json)))));
    };
    CHECK((*parse_protobuf(managed("{\"f:a\":{}}")))["metadata"]["managedFields"][0]["fieldsV1"] ==
          Json{{"f:a", Json::object()}});
    CHECK_FALSE(parse_protobuf(managed("{")));
    CHECK((*parse_protobuf(unknown("policy/v1", "DeleteOptions", field(4, "Orphan"))))["propagationPolicy"] ==
          "Orphan");
}

TEST_CASE("bytes that are no object are refused; a kind that is not known is told apart") {
    CHECK_FALSE(parse_protobuf(""));
    CHECK_FALSE(parse_protobuf("k8s"));
    CHECK_FALSE(parse_protobuf("{}"));
    const auto refusal = [](const std::string& raw) {
        return parse_protobuf(unknown("v1", "ConfigMap", raw));
    };
    CHECK(refusal(""));
    CHECK_FALSE(refusal("\x0a\xff\xff\xff\xff\x0f"));      // longer than there is
    CHECK_FALSE(refusal("\x0a"));                          // no length
    CHECK_FALSE(refusal("\x0b"));                          // a group
    CHECK_FALSE(refusal("\x08\x01"));                      // metadata is no integer
    CHECK_FALSE(refusal(std::string(11, '\xff')));         // an integer without an end
    CHECK_FALSE(refusal(field(1, field(1, "\xff\xfe"))));  // no UTF-8
    CHECK_FALSE(refusal(field(1, field(8, "\x08\xff\xff\xff\xff\xff\xff\xff\x7f"))));  // no year
    REQUIRE_FALSE(parse_protobuf(unknown("example.com/v1", "Unicorn", "")));
    CHECK(parse_protobuf(unknown("example.com/v1", "Unicorn", "")).error().is_unknown_kind);
    CHECK_FALSE(refusal("\x0a").error().is_unknown_kind);
    // Of messages inside messages of their own kind there is no end.
    CHECK(rc::check("no bytes do anything but get refused", [] {
        const auto raw = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
        const auto kind = *rc::gen::elementOf(std::vector<std::string>{"Pod", "Service", "Event", "Node"});
        const auto object = parse_protobuf(unknown("v1", kind, raw));
        if (object) RC_ASSERT((*object)["kind"] == kind);
    }));
    CHECK(rc::check("nor what is left of an object with bytes changed", [] {
        auto text = *rc::gen::elementOf(
            std::vector<std::string>{config_map_a, deployment_web, secret_s, service_svc, quota_q, budget_p});
        for (const auto& [at, byte] : *rc::gen::container<std::vector<std::pair<std::size_t, char>>>(
                 rc::gen::pair(rc::gen::inRange<std::size_t>(0, text.size()), rc::gen::arbitrary<char>())))
            text[at] = byte;
        static_cast<void>(parse_protobuf(text));
    }));
}

TEST_CASE("a client that prefers protobuf creates, and is answered in JSON", "[parallel]") {
    const TestServer server;
    const auto say = [&](const std::string& path, const std::string& body,
                         const std::string& accept = preferred) {
        RawClient client(server);
        client.send(post(path, body, accept));
        return client.read_to_end();
    };
    CHECK_THAT(say(config_maps, config_map_a), Catch::StartsWith("HTTP/1.1 201") &&
                                                   Catch::Contains("Content-Type: application/json") &&
                                                   Catch::Contains("\"empty\":\"\""));
    CHECK_THAT(say("/apis/apps/v1/namespaces/default/deployments", deployment_web),
               Catch::StartsWith("HTTP/1.1 201") && Catch::Contains("\"replicas\":0"));
    CHECK_THAT(say(config_maps, config_map_a, "application/vnd.kubernetes.protobuf"),
               Catch::StartsWith("HTTP/1.1 406") && Catch::Contains("\"reason\":\"NotAcceptable\""));
    CHECK_THAT(say(config_maps, unknown("example.com/v1", "Unicorn", "")),
               Catch::StartsWith("HTTP/1.1 415") && Catch::Contains("UnsupportedMediaType"));
    CHECK_THAT(say("/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                   unknown("apiextensions.k8s.io/v1", "CustomResourceDefinition", "")),
               Catch::StartsWith("HTTP/1.1 415"));
    CHECK_THAT(say(config_maps, "k8s"), Catch::StartsWith("HTTP/1.1 400"));
}

TEST_CASE("every kind that is created here is known in protobuf", "[parallel]") {
    const TestServer server;
    TestClient client(server.config_of(administrator));
    std::vector<std::string> versions = {"/api/v1"};
    const auto groups = client.send({"GET", "/apis"}).body;
    for (const auto& group : groups.at("groups"))
        for (const auto& version : group.at("versions"))
            versions.push_back("/apis/" + string_at(version, "/groupVersion"));
    // Its typed client is in no component of Kubernetes that creates any; kubectl sends JSON.
    const std::set<std::string> without = {"CustomResourceDefinition"};
    int kinds = 0;
    for (const auto& version : versions) {
        const auto list = client.send({"GET", version}).body;
        for (const auto& resource : list.at("resources")) {
            const auto kind = string_at(resource, "/kind"), group = string_at(resource, "/group");
            const auto verbs = at(resource, "/verbs");
            if (std::find(verbs.begin(), verbs.end(), "create") == verbs.end() || without.contains(kind))
                continue;
            const auto api_version = group.empty() ? string_at(list, "/groupVersion")
                                                   : group + "/" + string_at(resource, "/version");
            INFO(api_version << " " << kind);
            CHECK(parse_protobuf(unknown(api_version, kind, "")));
            ++kinds;
        }
    }
    CHECK(kinds >= 8);
}

TEST_CASE("what is not served says so in words, also to a client that wants to upgrade", "[parallel]") {
    const TestServer server;
    const std::string subresource =
        GENERATE("log", "exec?command=ls", "attach", "portforward", "proxy", "proxy/a/b");
    INFO(subresource);
    RawClient client(server);
    client.send(
        fmt::format("GET /api/v1/namespaces/default/pods/a/{} HTTP/1.1\r\nHost: a\r\nAuthorization: "
                    "Bearer secret\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
                    subresource));
    CHECK_THAT(client.read_some(), Catch::StartsWith("HTTP/1.1 501") && Catch::Contains("is not served") &&
                                       Catch::Contains("\"kind\":\"Status\""));
}
