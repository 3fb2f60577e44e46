// Whatever arrives is answered with a Status or an object; what is refused has written nothing.
#include <rapidcheck.h>

#include "tests/apiserver_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::testing;

namespace {

const std::vector<std::string> words = {"metadata",
                                        "name",
                                        "labels",
                                        "spec",
                                        "status",
                                        "containers",
                                        "replicas",
                                        "uid",
                                        "resourceVersion",
                                        "kind",
                                        "finalizers",
                                        "ownerReferences",
                                        "template",
                                        "selector",
                                        "target",
                                        "deleteOptions",
                                        "preconditions",
                                        "gracePeriodSeconds",
                                        "propagationPolicy",
                                        "conditions",
                                        "$patch",
                                        "$retainKeys",
                                        "op",
                                        "path",
                                        "value",
                                        "from",
                                        "$setElementOrder/containers",
                                        "$deleteFromPrimitiveList/finalizers",
                                        "nodeName",
                                        "annotations",
                                        "generateName"};

Json leaf() {
    switch (*rc::gen::inRange(0, 7)) {
        case 0: return {};
        case 1: return *rc::gen::arbitrary<bool>();
        case 2: return *rc::gen::arbitrary<std::int64_t>();
        case 3: return 1e300;
        case 4: return *rc::gen::elementOf(words);
        case 5: return "a";
        default: return *rc::gen::arbitrary<std::string>();
    }
}

Json any(int depth) {
    const int kind = depth > 0 ? *rc::gen::inRange(0, 4) : 0;
    if (kind == 0) return leaf();
    Json result = kind == 1 ? Json::array() : Json::object();
    for (int i = *rc::gen::inRange(0, 5); i > 0; --i) {
        if (kind == 1)
            result.push_back(any(depth - 1));
        else
            result[*rc::gen::elementOf(words)] = any(depth - 1);
    }
    return result;
}

/// A good body with one of its parts replaced by anything.
Json damaged(Json body) {
    Json* here = &body;
    for (int depth = *rc::gen::inRange(1, 6); depth > 0 && here->is_structured() && !here->empty(); --depth) {
        auto item = here->begin();
        std::advance(item, *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(here->size())));
        here = &*item;
    }
    *here = any(2);
    return body;
}

}  // namespace

TEST_CASE("any body and any query are survived", "[apiserver]") {
    Server server;
    server.created(pods, pod("a"));
    server.created(deployments, deployment("a"));
    const auto paths = std::vector<std::string>{pods,
                                                pods + "/a",
                                                pods + "/a/status",
                                                pods + "/a/binding",
                                                pods + "/a/eviction",
                                                deployments,
                                                deployments + "/a",
                                                deployments + "/a/scale",
                                                deployments + "/a/status",
                                                "/api/v1/nodes",
                                                "/api/v1/namespaces",
                                                "/api/v1/namespaces/x/finalize",
                                                "/api/v1/namespaces/default/events",
                                                "/apis/coordination.k8s.io/v1/namespaces/default/leases/l",
                                                "/api/v1/namespaces/default/services"};
    const auto kinds = std::vector<std::string>{"application/json", "application/json-patch+json",
                                                "application/merge-patch+json",
                                                "application/strategic-merge-patch+json", "text/plain"};
    const auto parameters = std::vector<std::string>{"limit",
                                                     "continue",
                                                     "labelSelector",
                                                     "fieldSelector",
                                                     "resourceVersion",
                                                     "resourceVersionMatch",
                                                     "dryRun",
                                                     "fieldValidation",
                                                     "gracePeriodSeconds",
                                                     "propagationPolicy",
                                                     "orphanDependents",
                                                     "includeObject"};
    CHECK(rc::check([&] {
        Request request;
        request.method = *rc::gen::element<std::string>("GET", "POST", "PUT", "PATCH", "DELETE");
        request.path = *rc::gen::elementOf(paths);
        request.content_type = *rc::gen::elementOf(kinds);
        const int body = *rc::gen::inRange(0, 4);
        request.body = body == 0   ? any(4)
                       : body == 1 ? damaged(pod("b"))
                       : body == 2 ? damaged(deployment("b"))
                                   : damaged(server.get(request.path).body);
        for (int i = *rc::gen::inRange(0, 3); i > 0; --i)
            request.query[*rc::gen::elementOf(parameters)] = *rc::gen::oneOf(
                rc::gen::arbitrary<std::string>(),
                rc::gen::element<std::string>("1", "0", "All", "Strict", "a=b", "metadata.name=a"));
        const auto revision = server.store.revision();
        const auto response = server.api->handle(admin, request);
        RC_ASSERT(response.status >= 200);
        RC_ASSERT(response.status != 500);
        if (!response.is_success()) {
            RC_ASSERT(string_at(response.body, "/kind") == "Status");
            RC_ASSERT(server.store.revision() == revision);
        }
    }));
    // Nothing that was let in is unreadable.
    for (const auto& path : {pods, deployments, std::string("/api/v1/nodes")})
        CHECK(server.get(path).status == 200);
}

TEST_CASE("a body that is nested too deeply is refused", "[apiserver]") {
    Server server;
    Json deep;
    for (int i = 0; i < 2000; ++i) deep = Json::array({std::move(deep)});
    CHECK(server.post(pods, deep).status == 400);
    CHECK(server.post(pods, {{"metadata", deep}}).status == 400);
}

TEST_CASE("random paths are survived", "[apiserver]") {
    Server server;
    CHECK(rc::check([&] {
        std::string path;
        for (int i = *rc::gen::inRange(0, 8); i > 0; --i)
            path +=
                "/" + *rc::gen::oneOf(rc::gen::arbitrary<std::string>(),
                                      rc::gen::element<std::string>("api", "apis", "v1", "apps", "namespaces",
                                                                    "default", "pods", "status"));
        const auto response =
            server.send(*rc::gen::element<std::string>("GET", "POST", "DELETE", "HEAD"), path);
        RC_ASSERT(response.status >= 200);
        RC_ASSERT(response.status != 500);
    }));
}
