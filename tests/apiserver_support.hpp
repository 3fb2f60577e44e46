// What the tests of kube-apiserver share: a server on a store in memory, with a clock that stands.
#pragma once

#include <catch2/catch.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "reference/apiserver/api_server.hpp"
#include "reference/store/embedded_store.hpp"

namespace kcheck::reference::testing {

inline const User admin{"kubernetes-admin", {"system:masters", "system:authenticated"}};
inline const std::string pods = "/api/v1/namespaces/default/pods";
inline const std::string deployments = "/apis/apps/v1/namespaces/default/deployments";

inline User service_account(const std::string& name) {
    return {"system:serviceaccount:kube-system:" + name, {"system:serviceaccounts", "system:authenticated"}};
}
inline User node_user(const std::string& name) {
    return {"system:node:" + name, {"system:nodes", "system:authenticated"}};
}

inline Json pod(const std::string& name, const Json& labels = {{"app", "a"}}) {
    return {{"metadata", {{"name", name}, {"labels", labels}}},
            {"spec", {{"containers", Json::array({{{"name", "main"}, {"image", "app:1"}}})}}}};
}

inline Json deployment(const std::string& name, int replicas = 3) {
    const Json labels{{"app", name}};
    return {{"metadata", {{"name", name}}},
            {"spec",
             {{"replicas", replicas},
              {"selector", {{"matchLabels", labels}}},
              {"template", {{"metadata", {{"labels", labels}}}, {"spec", pod("x").at("spec")}}}}}};
}

inline Json fixture(const std::string& name) {
    std::ifstream file(std::string(KCHECK_SOURCE_DIR) + "/tests/fixtures/apiserver/" + name);
    return Json::parse(file);
}

struct Server {
    explicit Server(apiserver::ApiServerOptions given = {}) : options(std::move(given)) {
        options.now = [this] { return now; };
        api = std::make_unique<apiserver::ApiServer>(store, options);
    }

    Response send(const std::string& method, const std::string& path, const Json& body = {},
                  const User& user = admin, const Query& query = {},
                  const std::string& content_type = "application/json") {
        Request request{.method = method, .path = path, .query = query, .body = body};
        request.content_type = content_type;
        return api->handle(user, request);
    }
    Response get(const std::string& path, const Query& query = {}) {
        return send("GET", path, {}, admin, query);
    }
    Response post(const std::string& path, const Json& body) { return send("POST", path, body); }
    Response put(const std::string& path, const Json& body) { return send("PUT", path, body); }
    Response patch(const std::string& path, const Json& body, const std::string& kind = "strategic-merge") {
        return send("PATCH", path, body, admin, {}, "application/" + kind + "-patch+json");
    }
    Response remove(const std::string& path, const Json& options_body = {}) {
        return send("DELETE", path, options_body);
    }
    /// What was stored is the answer.
    Json created(const std::string& path, const Json& body) {
        const auto response = post(path, body);
        INFO(response.body.dump(1));
        REQUIRE(response.status == 201);
        return response.body;
    }
    void bind(const std::string& name, const std::string& node) {
        REQUIRE(
            post(pods + "/" + name + "/binding", {{"target", {{"kind", "Node"}, {"name", node}}}}).status ==
            201);
    }

    store::EmbeddedStore store;
    Time now = from_rfc3339("2026-01-02T03:04:05Z");
    apiserver::ApiServerOptions options;
    std::unique_ptr<apiserver::ApiServer> api;
};

/// A watch and what has come of it: "ADDED a", "MODIFIED a", ...
struct Watched {
    Watched(Server& server, const std::string& path, Query query = {}, const User& user = admin,
            const std::string& accept = "application/json") {
        query["watch"] = "true";
        Request request{.method = "GET", .path = path, .query = query};
        request.accept = accept;
        auto result = server.api->watch(
            user, request, [this](const WatchEvent& event) { events.push_back(event); }, [this] { ++ends; });
        if (auto* refused = std::get_if<Response>(&result))
            refusal = std::move(*refused);
        else
            subscription = std::move(std::get<0>(result));
    }
    std::vector<std::string> seen() const {
        std::vector<std::string> result;
        for (const auto& event : events)
            result.push_back(event.type + " " + string_at(event.object, "/metadata/name"));
        return result;
    }

    std::vector<WatchEvent> events;
    int ends = 0;
    Response refusal;
    std::unique_ptr<apiserver::Subscription> subscription;
};

inline std::vector<std::string> names(const Json& list) {
    std::vector<std::string> result;
    for (const auto& item : at(list, "/items")) result.push_back(string_at(item, "/metadata/name"));
    return result;
}

inline std::string message(const Response& response) { return string_at(response.body, "/message"); }

}  // namespace kcheck::reference::testing
