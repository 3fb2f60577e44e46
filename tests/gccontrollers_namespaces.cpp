// The namespace controller, with the real kube-apiserver: whatever is in a namespace goes with it.
#include "reference/apiserver/resource.hpp"
#include "reference/controllers/namespace_controller.hpp"
#include "tests/apiserver_support.hpp"
#include "tests/support/fake_world.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::client;
using namespace kcheck::reference::controllers;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;

namespace {

const std::string spaces = "/api/v1/namespaces";

/// A connection of the controller: each request is carried out when its turn comes.
class ServedApi final : public Api {
public:
    ServedApi(FakeEnvironment& environment, ApiServer& server) : environment_(environment), server_(server) {}

    void send(Request request, std::function<void(Response)> done) override {
        environment_.post({}, [this, request = std::move(request), done = std::move(done)] {
            const auto planned = fault ? fault(request) : std::nullopt;
            if (request.method != "GET") writes.push_back(request.method + " " + request.path);
            done(planned ? *planned : server_.handle(user, request));
        });
    }
    std::unique_ptr<WatchStream> watch(Request request, WatchHandler handler) override {
        struct Stream : WatchStream {
            std::unique_ptr<Subscription> subscription;
        };
        auto stream = std::make_unique<Stream>();
        request.query["watch"] = "true";
        auto begun = server_.watch(
            user, request,
            [this, handler](const WatchEvent& event) {
                environment_.post({}, [handler, event] { handler.on_event(event); });
            },
            [] {});
        stream->subscription = std::move(std::get<0>(begun));
        return stream;
    }

    std::function<std::optional<Response>(const Request&)> fault;
    std::vector<std::string> writes;

private:
    const User user{"system:serviceaccount:kube-system:namespace-controller", {"system:authenticated"}};
    FakeEnvironment& environment_;
    ApiServer& server_;
};

struct Spaces : Server {
    Spaces() {
        environment.time = now;
        created(spaces, {{"metadata", {{"name", "team"}}}});
        created(spaces, {{"metadata", {{"name", "other"}}}});
        controller.start();
        namespaces.start();
        settle();
    }
    void settle() {
        now = environment.time;
        while (environment.run_one()) {
        }
    }
    void pass(std::chrono::milliseconds time) {
        const auto end = environment.time + time;
        settle();
        while (environment.fire_next(end)) settle();
        environment.time = now = end;
    }
    bool has(const std::string& path) { return get(path).status == 200; }

    FakeEnvironment environment;
    // The manager's informers read as another user; what may be read of namespaces is the same.
    ServedApi connection{environment, *api};
    Informer namespaces{environment, connection, {"namespace-controller", spaces}};
    NamespaceController controller{environment, connection, namespaces};
};

/// One object of each namespaced kind. Only the pod is created as users do, the others as they are stored:
/// what they need to be valid is nothing to the controller.
std::size_t fill(Spaces& world, const std::string& space) {
    std::size_t count = 0;
    for (const auto& resource : resources()) {
        if (!resource.namespaced) continue;
        ++count;
        if (resource.kind == "Pod") {
            world.created(spaces + "/" + space + "/pods", pod("a"));
            continue;
        }
        const Json object{{"apiVersion", resource.api_version()},
                          {"kind", resource.kind},
                          {"metadata", {{"name", "a"}, {"namespace", space}, {"uid", resource.plural}}}};
        CHECK(world.store.put(resource.key_prefix() + space + "/a", object.dump(), 0).committed);
    }
    return count;
}

std::size_t left_in(Spaces& world, const std::string& space) {
    std::size_t count = 0;
    for (const auto& resource : resources())
        if (resource.namespaced)
            count += world.store.range("/registry/" + resource.plural + "/" + space + "/").items.size();
    return count;
}

}  // namespace

TEST_CASE("a namespace goes with all that is in it, of whatever kind") {
    Spaces world;
    const auto count = fill(world, "team");
    REQUIRE(count >= 7);
    fill(world, "other");
    CHECK(left_in(world, "team") == count);
    CHECK(world.remove(spaces + "/team").status == 200);
    world.pass(1min);
    CHECK_FALSE(world.has(spaces + "/team"));
    CHECK(left_in(world, "team") == 0);
    CHECK(left_in(world, "other") == count);
    // A new one of the name is empty.
    world.created(spaces, {{"metadata", {{"name", "team"}}}});
    CHECK(left_in(world, "team") == 0);
}

TEST_CASE("pods go first, and what they may need after them") {
    Spaces world;
    fill(world, "team");
    const auto path = spaces + "/team/pods/a";
    REQUIRE(world.post(path + "/binding", {{"target", {{"kind", "Node"}, {"name", "n"}}}}).status == 201);
    world.remove(spaces + "/team");
    world.pass(10s);
    CHECK(int_at(world.get(path).body, "/metadata/deletionGracePeriodSeconds") == 30);
    CHECK(world.has(spaces + "/team/configmaps/a"));
    CHECK(world.connection.writes == std::vector<std::string>{"DELETE " + spaces + "/team/pods"});
    // Half of its grace period and a second later it looks again.
    world.remove(path, {{"gracePeriodSeconds", 0}});
    world.pass(5s);
    CHECK(world.has(spaces + "/team/configmaps/a"));
    world.pass(2s);
    CHECK_FALSE(world.has(spaces + "/team"));
    CHECK(left_in(world, "team") == 0);
    CHECK(world.connection.writes.back() == "PUT " + spaces + "/team/finalize");
}

TEST_CASE("a namespace waits for finalizers, of its content and of its own") {
    Spaces world;
    const auto path = spaces + "/team/configmaps/held";
    world.created(spaces + "/team/configmaps",
                  {{"metadata", {{"name", "held"}, {"finalizers", {"example.com/hold"}}}}});
    Json space = world.get(spaces + "/team").body;
    space["spec"]["finalizers"].push_back("example.com/last");
    REQUIRE(world.put(spaces + "/team/finalize", space).status == 200);
    world.remove(spaces + "/team");
    world.pass(1min);
    CHECK(world.has(path));
    CHECK(at(world.get(spaces + "/team").body, "/spec/finalizers") == Json{"kubernetes", "example.com/last"});
    world.patch(path, {{"metadata", {{"finalizers", nullptr}}}}, "merge");
    world.pass(10s);
    CHECK_FALSE(world.has(path));
    space = world.get(spaces + "/team").body;
    CHECK(at(space, "/spec/finalizers") == Json{"example.com/last"});
    space["spec"]["finalizers"] = Json::array();
    world.put(spaces + "/team/finalize", space);
    CHECK_FALSE(world.has(spaces + "/team"));
}

TEST_CASE("a namespace stays while it is not known what it has") {
    Spaces world;
    fill(world, "team");
    const std::string refused = GENERATE("/apis", "/apis/apps/v1", "/api/v1/namespaces/team/configmaps");
    const std::string method = GENERATE("GET", "DELETE");
    if (method == "DELETE" && refused.starts_with("/apis")) return;
    CAPTURE(method, refused);
    world.connection.fault = [&](const Request& request) {
        std::optional<Response> answer;
        if (request.path == refused && request.method == method) answer = Response{.status = 503};
        return answer;
    };
    world.remove(spaces + "/team");
    world.pass(1min);
    CHECK(world.has(spaces + "/team"));
    world.connection.fault = {};
    world.pass(20min);
    CHECK_FALSE(world.has(spaces + "/team"));
    CHECK(left_in(world, "team") == 0);
}
