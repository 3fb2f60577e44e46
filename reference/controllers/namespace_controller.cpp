#include "reference/controllers/namespace_controller.hpp"

#include <algorithm>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"

namespace kcheck::reference::controllers {

namespace {

constexpr std::size_t namespace_workers = 10;  // --concurrent-namespace-syncs
constexpr auto finalizer = "kubernetes";

}  // namespace

NamespaceController::NamespaceController(Environment& environment, client::Api& api,
                                         client::Informer& namespaces, std::vector<NamespacedKind> kinds)
    : api_(api),
      namespaces_(namespaces),
      kinds_(std::move(kinds)),
      queue_(environment, "namespace-controller", namespace_workers,
             [this](std::string name) { return sync(name); }) {}

void NamespaceController::start() {
    namespaces_.add_handlers({[this](const Object& space) { enqueue_if_deleting(*space); },
                              [this](const Object&, const Object& current) { enqueue_if_deleting(*current); },
                              {}});
    client::when_synced({&namespaces_}, [this] { queue_.start(); });
}

void NamespaceController::enqueue_if_deleting(const Json& space) {
    if (is_deleting(space)) queue_.add(name_of(space));
}

Task<> NamespaceController::sync(std::string name) {
    const auto space = namespaces_.get(name);
    if (!space || !is_deleting(*space)) co_return;
    const Left left = co_await delete_content(name);
    if (left.objects > 0 && !left.failed) {
        queue_.add_after(name, left.grace / 2 + std::chrono::seconds(1));
        co_return;
    }
    bool done = false;
    if (!left.failed) done = co_await finalize(name);
    if (done)
        queue_.forget(name);
    else
        queue_.add_rate_limited(name);
}

/// deleteAllContent. Objects that are being deleted already are counted, but left alone.
Task<NamespaceController::Left> NamespaceController::delete_content(std::string name) {
    Left left;
    for (const auto& kind : kinds_) {
        const auto path = client::collection_path(kind.api_version, kind.plural, name);
        const Response list = co_await api_.call(client::get_request(path));
        if (!list.is_success()) {
            left.failed = true;
            continue;
        }
        for (const auto& object : at(list.body, "/items")) {
            ++left.objects;
            const std::chrono::seconds grace(int_at(object, "/metadata/deletionGracePeriodSeconds",
                                                    int_at(object, "/spec/terminationGracePeriodSeconds")));
            left.grace = std::max(left.grace, grace);
            if (is_deleting(object)) continue;
            auto request = client::delete_request(path + "/" + name_of(object));
            request.body = {{"apiVersion", "v1"},
                            {"kind", "DeleteOptions"},
                            {"preconditions", {{"uid", uid_of(object)}}},
                            {"propagationPolicy", "Background"}};
            const Response deleted = co_await api_.call(std::move(request));
            if (!deleted.is_success() && deleted.status != 404) left.failed = true;
        }
    }
    co_return left;
}

/// finalizeNamespace.
Task<bool> NamespaceController::finalize(std::string name) {
    const auto path = client::collection_path("v1", "namespaces") + "/" + name;
    const Response latest = co_await api_.call(client::get_request(path));
    if (latest.status == 404) co_return true;
    if (!latest.is_success() || !is_deleting(latest.body)) co_return false;
    Json space = latest.body;
    Json finalizers = Json::array();
    for (const auto& other : at(latest.body, "/spec/finalizers"))
        if (other != finalizer) finalizers.push_back(other);
    space["spec"]["finalizers"] = finalizers;
    const Response finalized = co_await api_.call(client::put_request(path + "/finalize", std::move(space)));
    co_return finalized.is_success() || finalized.status == 404;
}

}  // namespace kcheck::reference::controllers
