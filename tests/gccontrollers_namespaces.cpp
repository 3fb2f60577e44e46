// The namespace controller, with the real kube-apiserver: whatever is in a namespace goes with it.
#include <catch2/catch.hpp>

#include "reference/apiserver/resource.hpp"
#include "reference/controllers/namespace_controller.hpp"
#include "tests/support/apps_world.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::controllers;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;

namespace {

const std::string spaces = "/api/v1/namespaces";
const std::string namespaces_user = service_account + "namespace-controller";

Json space_named(const std::string& name) {
    return {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}};
}

struct Spaces : simulation::World {
    Spaces() {
        for (const auto* name : {"team", "other"}) put(spaces, space_named(name));
        controller.start();
        namespaces.start();
        settle();
    }
    ~Spaces() override { process.crash(); }
    void mark_deleted(const std::string& path) { REQUIRE(act("DELETE", path).is_success()); }

    simulation::Process process{*this, "kube-controller-manager"};
    std::shared_ptr<client::Api> informers_api =
        process.api(simulation::user_of("system:kube-controller-manager"));
    std::shared_ptr<client::Api> api = process.api(simulation::user_of(namespaces_user));
    client::Informer namespaces{process, *informers_api, {"namespace-controller", spaces}};
    NamespaceController controller{process, *api, namespaces};
};

/// One object of each namespaced kind. Only the pod is created as users do, the others as they are stored:
/// what they need to be valid is nothing to the controller.
std::size_t fill(Spaces& world, const std::string& space) {
    std::size_t count = 0;
    for (const auto& resource : apiserver::resources()) {
        if (!resource.namespaced) continue;
        ++count;
        if (resource.kind == "Pod") {
            auto pod = pod_template("web:1");
            pod.update({{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", {{"name", "a"}}}});
            world.put(spaces + "/" + space + "/pods", pod);
            continue;
        }
        world.write_directly(resource.key_prefix() + space + "/a",
                             {{"apiVersion", resource.api_version()},
                              {"kind", resource.kind},
                              {"metadata", {{"name", "a"}, {"namespace", space}, {"uid", resource.plural}}}});
    }
    return count;
}

std::size_t left_in(Spaces& world, const std::string& space) {
    std::size_t count = 0;
    for (const auto& resource : apiserver::resources())
        if (resource.namespaced)
            count += world.store().range(resource.key_prefix() + space + "/").items.size();
    return count;
}

}  // namespace

TEST_CASE("a namespace goes with all that is in it, of whatever kind") {
    Spaces world;
    const auto count = fill(world, "team");
    REQUIRE(count >= 7);
    fill(world, "other");
    CHECK(left_in(world, "team") == count);
    world.mark_deleted(spaces + "/team");
    world.settle_for(1min);
    CHECK_FALSE(world.has(spaces + "/team"));
    CHECK(left_in(world, "team") == 0);
    CHECK(left_in(world, "other") == count);
    // A new one of the name is empty.
    world.put(spaces, space_named("team"));
    CHECK(left_in(world, "team") == 0);
}

TEST_CASE("pods go first, and what they may need after them") {
    Spaces world;
    fill(world, "team");
    const auto path = spaces + "/team/pods/a";
    world.edit(path, [](Json& pod) { pod["spec"]["nodeName"] = "n"; });
    world.mark_deleted(spaces + "/team");
    world.settle_for(10s);
    CHECK(int_at(world.object(path), "/metadata/deletionGracePeriodSeconds") == 30);
    CHECK(world.has(spaces + "/team/configmaps/a"));
    CHECK(world.writes(namespaces_user) == std::vector<std::string>{"DELETE " + spaces + "/team/pods 200"});
    // Half of its grace period and a second later it looks again.
    world.remove(path);
    world.settle_for(5s);
    CHECK(world.has(spaces + "/team/configmaps/a"));
    world.settle_for(2s);
    CHECK_FALSE(world.has(spaces + "/team"));
    CHECK(left_in(world, "team") == 0);
    CHECK(world.writes(namespaces_user).back() == "PUT " + spaces + "/team/finalize 200");
}

TEST_CASE("a namespace waits for finalizers, of its content and of its own") {
    Spaces world;
    const auto path = spaces + "/team/configmaps/held";
    world.put(spaces + "/team/configmaps",
              {{"apiVersion", "v1"},
               {"kind", "ConfigMap"},
               {"metadata", {{"name", "held"}, {"finalizers", {"example.com/hold"}}}}});
    Json space = world.object(spaces + "/team");
    space["spec"]["finalizers"].push_back("example.com/last");
    REQUIRE(world.act("PUT", spaces + "/team/finalize", space).is_success());
    world.mark_deleted(spaces + "/team");
    world.settle_for(1min);
    CHECK(world.has(path));
    CHECK(at(world.object(spaces + "/team"), "/spec/finalizers") == Json{"kubernetes", "example.com/last"});
    world.edit(path, [](Json& held) { held["metadata"].erase("finalizers"); });
    world.settle_for(10s);
    CHECK_FALSE(world.has(path));
    space = world.object(spaces + "/team");
    CHECK(at(space, "/spec/finalizers") == Json{"example.com/last"});
    space["spec"]["finalizers"] = Json::array();
    REQUIRE(world.act("PUT", spaces + "/team/finalize", space).is_success());
    CHECK_FALSE(world.has(spaces + "/team"));
}

TEST_CASE("a namespace stays while it is not known what it has") {
    Spaces world;
    fill(world, "team");
    const std::string refused = GENERATE("/apis", "/apis/apps/v1", "/api/v1/namespaces/team/configmaps");
    const std::string method = GENERATE("GET", "DELETE");
    if (method == "DELETE" && refused.starts_with("/apis")) return;
    CAPTURE(method, refused);
    world.fault =
        refusal([&](const Request& request) { return request.path == refused && request.method == method; },
                {.status = 503});
    world.mark_deleted(spaces + "/team");
    world.settle_for(1min);
    CHECK(world.has(spaces + "/team"));
    world.fault = {};
    world.settle_for(20min);
    CHECK_FALSE(world.has(spaces + "/team"));
    CHECK(left_in(world, "team") == 0);
}
