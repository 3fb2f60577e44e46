// Acting as somebody else: by whom, as whom, and what the audit log has of it.
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "reference/apiserver/impersonation.hpp"
#include "reference/http/audit_log.hpp"
#include "tests/http_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::http;
using kcheck::reference::apiserver::impersonate;
using namespace kcheck::reference::testing;

namespace {

std::string say(const TestServer& server, const std::string& fields, const std::string& method = "GET",
                const KeyPair& identity = {}, const std::string& path = config_maps) {
    RawClient client(server, identity);
    client.send(fmt::format("{} {} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{}{}\r\n", method, path,
                            identity.key.empty() ? "Authorization: Bearer secret\r\n" : "", fields));
    return client.read_to_end();
}

}  // namespace

TEST_CASE("a request runs as the user who is impersonated", "[parallel]") {
    const TestServer server;
    CHECK_THAT(say(server, ""), Catch::StartsWith("HTTP/1.1 200"));
    CHECK_THAT(say(server, "Impersonate-User: nobody\r\n"),
               Catch::StartsWith("HTTP/1.1 403") && Catch::Contains("User \\\"nobody\\\" cannot list"));
    CHECK_THAT(say(server, "impersonate-user: system:kube-scheduler\r\n", "GET", {}, "/api/v1/pods"),
               Catch::StartsWith("HTTP/1.1 200"));
    CHECK_THAT(say(server, "Impersonate-User: jane\r\nImpersonate-Group: system:masters\r\n"),
               Catch::StartsWith("HTTP/1.1 200"));
    CHECK_THAT(say(server, "Impersonate-User: system:anonymous\r\n", "GET", {}, "/readyz"),
               Catch::StartsWith("HTTP/1.1 200"));
    CHECK_THAT(say(server, "Impersonate-User: system:anonymous\r\n"), Catch::StartsWith("HTTP/1.1 403"));
    // A watch as well: it is handled apart.
    RawClient watcher(server);
    watcher.send(
        fmt::format("GET {}?watch=1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                    "secret\r\nImpersonate-User: nobody\r\nConnection: close\r\n\r\n",
                    config_maps));
    CHECK_THAT(watcher.read_to_end(), Catch::StartsWith("HTTP/1.1 403"));
}

TEST_CASE("nobody impersonates who may not, and no header of the kind is ignored", "[parallel]") {
    const TestServer server;
    const auto scheduler = server.authority.issue_client({"system:kube-scheduler", {}});
    const std::string pods = "/api/v1/pods";
    CHECK_THAT(say(server, "", "GET", scheduler, pods), Catch::StartsWith("HTTP/1.1 200"));
    CHECK_THAT(
        say(server, "Impersonate-User: system:kube-controller-manager\r\n", "GET", scheduler, pods),
        Catch::StartsWith("HTTP/1.1 403") && Catch::Contains("cannot impersonate resource \\\"users\\\""));
    CHECK_THAT(say(server, "Impersonate-User: system:kube-scheduler\r\n", "GET", scheduler, pods),
               Catch::StartsWith("HTTP/1.1 403"));
    for (const auto* fields :
         {"Impersonate-Group: system:masters\r\n", "Impersonate-Uid: 1\r\n", "Impersonate-Extra-a: b\r\n",
          "Impersonate-User: jane\r\nImpersonate-Unicorn: b\r\n", "Impersonate-User: \r\n",
          "Impersonate-User: system:masters\r\nImpersonate-User: jane\r\n"}) {
        INFO(fields);
        CHECK_THAT(say(server, fields), Catch::StartsWith("HTTP/1.1 403"));
    }
}

TEST_CASE("each part of an impersonation is asked for, and the groups that follow from a name are added") {
    const User root{"root", {"system:masters"}};
    CHECK(impersonate(root, {.user = "jane"}) == User{"jane", {"system:authenticated"}});
    CHECK(impersonate(root, {.user = "jane", .groups = {"a", "system:authenticated"}}) ==
          User{"jane", {"a", "system:authenticated"}});
    CHECK(impersonate(root, {.user = "system:serviceaccount:ns:robot"}) ==
          User{"system:serviceaccount:ns:robot",
               {"system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"}});
    CHECK(impersonate(root, {.user = "system:serviceaccount:ns:robot", .groups = {"a"}}).groups ==
          std::vector<std::string>{"a", "system:authenticated"});
    CHECK(impersonate(root, {.user = "system:anonymous"}).groups ==
          std::vector<std::string>{"system:unauthenticated"});
    CHECK_THROWS(impersonate({"jane", {"system:authenticated"}}, {.user = "root"}));
    CHECK_THROWS(impersonate({}, {.user = "root"}));
}

TEST_CASE("the audit log has both: who asked, and as whom", "[parallel]") {
    const auto file = std::filesystem::temp_directory_path() / ("kcheck-audit-" + random_token());
    {
        AuditLog audit(file);
        const TestServer server([&](HttpsServerOptions& options) { options.audit = &audit; });
        say(server, "Impersonate-User: jane\r\nImpersonate-Uid: 7\r\nImpersonate-Extra-acme.com%2Fa: b\r\n");
        say(server, "");
    }
    std::ifstream in(file);
    std::string line;
    REQUIRE(std::getline(in, line));
    const auto refused = Json::parse(line);
    CHECK(refused["user"]["username"] == "kubernetes-admin");
    CHECK(refused["impersonatedUser"]["username"] == "jane");
    CHECK(refused["impersonatedUser"]["uid"] == "7");
    CHECK(refused["impersonatedUser"]["extra"] == Json{{"acme.com/a", {"b"}}});
    CHECK(refused["responseStatus"]["code"] == 403);
    REQUIRE(std::getline(in, line));
    CHECK_FALSE(Json::parse(line).contains("impersonatedUser"));
    std::filesystem::remove(file);
}
