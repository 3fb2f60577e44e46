#include "reference/controllers/namespace_controller.hpp"

#include <algorithm>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"

namespace kcheck::reference::controllers {

namespace {

constexpr std::size_t namespace_workers = 10;  // --concurrent-namespace-syncs
constexpr auto finalizer = "kubernetes";
constexpr std::chrono::seconds finalizer_estimate{15};  // finalizerEstimateSeconds

bool is_pods(const client::ApiResource& resource) {
    return resource.api_version == "v1" && resource.plural == "pods";
}

Json deletion(Json preconditions = {}) {
    Json options = {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"propagationPolicy", "Background"}};
    if (!preconditions.is_null()) options["preconditions"] = std::move(preconditions);
    return options;
}

/// estimateGracefulTerminationForPods
std::chrono::seconds longest_grace(const Json& pods) {
    std::chrono::seconds longest{0};
    for (const auto& pod : member(pods, "items")) {
        if (is_pod_terminal(pod)) continue;
        const std::chrono::seconds grace(int_at(pod, "/spec/terminationGracePeriodSeconds"));
        longest = std::max(longest, grace);
    }
    return longest;
}

bool has_finalizers(const Json& object) { return !at(object, "/metadata/finalizers").empty(); }

}  // namespace

NamespaceController::NamespaceController(Environment& environment, client::Api& api,
                                         client::Informer& namespaces)
    : environment_(environment),
      api_(api),
      namespaces_(namespaces),
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
    const Left left = co_await delete_content(*space);
    if (!left.failed && left.objects > 0) {
        queue_.add_after(name, left.estimate / 2 + std::chrono::seconds(1));
        co_return;
    }
    bool done = false;
    if (!left.failed) done = co_await finalize(name);
    if (done)
        queue_.forget(name);
    else
        queue_.add_rate_limited(name);
}

void NamespaceController::Left::add(const Left& other) {
    failed = failed || other.failed;
    objects += other.objects;
    estimate = std::max(estimate, other.estimate);
}

/// deleteAllContent. What a group has is not known if it does not answer: the namespace stays.
Task<NamespaceController::Left> NamespaceController::delete_content(Json space) {
    client::DiscoveredResources found = co_await client::discover_namespaced_resources(&api_);
    Left left{.failed = !found.complete};
    std::erase_if(found.resources,
                  [](const client::ApiResource& resource) { return !resource.verbs.contains("delete"); });
    std::stable_partition(found.resources.begin(), found.resources.end(), is_pods);
    for (const auto& resource : found.resources) {
        const Left of_it = co_await delete_all_of(resource, space);
        left.add(of_it);
        if (is_pods(resource) && (of_it.objects > 0 || of_it.failed)) break;
    }
    co_return left;
}

/// deleteAllContentForGroupVersionResource
Task<NamespaceController::Left> NamespaceController::delete_all_of(client::ApiResource resource, Json space) {
    const auto path = client::collection_path(resource.api_version, resource.plural, name_of(space));
    const Response before = co_await api_.call(client::get_request(path));
    if (!before.is_success()) co_return Left{.failed = true};
    if (at(before.body, "/items").empty()) co_return Left{};

    Left left;
    if (is_pods(resource)) left.estimate = longest_grace(before.body);
    const auto begun = time_at(space, "/metadata/deletionTimestamp").value_or(environment_.now());
    if (environment_.now() - begun >= left.estimate) left.estimate = std::chrono::seconds(0);

    if (resource.verbs.contains("deletecollection")) {
        auto request = client::delete_request(path);
        request.body = deletion();
        const Response deleted = co_await api_.call(std::move(request));
        left.failed = !deleted.is_success();
    } else {
        const bool deleted = co_await delete_each(path, before.body);
        left.failed = !deleted;
    }
    if (left.failed) co_return left;

    const Response after = co_await api_.call(client::get_request(path));
    const Json& items = at(after.body, "/items");
    left.failed = !after.is_success();
    left.objects = items.size();
    if (left.objects > 0 && left.estimate.count() == 0) {
        // Nothing but a finalizer explains why it is still there.
        left.failed = std::none_of(items.begin(), items.end(), has_finalizers);
        left.estimate = finalizer_estimate;
    }
    co_return left;
}

Task<bool> NamespaceController::delete_each(std::string path, Json list) {
    bool succeeded = true;
    for (const auto& object : at(list, "/items")) {
        auto request = client::delete_request(path + "/" + name_of(object));
        request.body = deletion({{"uid", uid_of(object)}});
        const Response deleted = co_await api_.call(std::move(request));
        if (!deleted.is_success() && deleted.status != 404) succeeded = false;
    }
    co_return succeeded;
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
