// kube-apiserver's chain: who asks, what for, may they; then the registry
// (apiserver/pkg/server/config.go:DefaultBuildHandlerChain, pkg/endpoints/handlers).
#include "reference/apiserver/api_server.hpp"

#include <fmt/format.h>

#include "reference/apiserver/authorization.hpp"
#include "reference/apiserver/handlers.hpp"
#include "reference/apiserver/health.hpp"
#include "reference/apiserver/namespaces.hpp"
#include "reference/apiserver/node_restriction.hpp"
#include "reference/apiserver/presentation.hpp"
#include "reference/apiserver/registry.hpp"
#include "reference/apiserver/request_options.hpp"
#include "reference/apiserver/status_error.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr int depth_most = 500;  // of a body; the parts of the server walk it recursively

bool is_deeper(const Json& value, int depth) {
    if (!value.is_structured()) return false;
    if (depth == 0) return true;
    for (const auto& item : value)
        if (is_deeper(item, depth - 1)) return true;
    return false;
}

/// gnostic's document; null: the client wants JSON. The older of its names is no media type by RFC 2045,
/// so it is understood and not returned (kube-openapi/pkg/handler: "@" and ".").
std::optional<Response> openapi_protobuf(const Request& request) {
    constexpr const char* older_type = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    constexpr const char* type = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    if (request.accept.find(older_type) == std::string::npos &&
        request.accept.find(type) == std::string::npos)
        return std::nullopt;
    return Response{.status = 200, .body = {}, .content_type = type, .raw = openapi_v2_protobuf()};
}

template <class F>
Response guarded(const F& respond) {
    try {
        return respond();
    } catch (const StatusError& error) {
        return error.response();
    } catch (const store::Compacted& error) {
        return expired(error.what()).response();
    } catch (const store::StoreFull& error) {
        return insufficient_storage(error.what()).response();
    } catch (const store::StoreUnavailable& error) {
        return timeout(error.what()).response();
    } catch (const Json::exception& error) {
        return bad_request(error.what()).response();
    } catch (const std::exception& error) {
        return internal_error(error.what()).response();
    }
}

class WatchSubscription : public Subscription {
public:
    explicit WatchSubscription(std::shared_ptr<WatchCache::Watcher> watcher) : watcher_(std::move(watcher)) {}
    ~WatchSubscription() override { watcher_->stop(); }

private:
    std::shared_ptr<WatchCache::Watcher> watcher_;
};

}  // namespace

class ApiServer::Implementation {
public:
    Implementation(store::Store& store, ApiServerOptions options)
        : store_(store), options_(std::move(options)), registry_(store, options_) {}

    Response respond(const User& user, const Request& request) {
        if (is_deeper(request.body, depth_most)) throw bad_request("the body is nested too deeply");
        const auto info = parse_request(request);
        authorize(user, info, request.path);
        if (info.is_resource && info.verb.empty()) throw method_not_allowed();
        if (!info.is_resource) return respond_path(user, info, request);
        check_served(info);
        authorize_read(user, info, request);
        if (info.verb == "watch") throw bad_request("a watch is a stream");
        return handle_resource(registry_, options_.switches, user, info, request);
    }

    std::unique_ptr<Subscription> watch(const User& user, const Request& request,
                                        std::function<void(const WatchEvent&)> on_event,
                                        std::function<void()> on_end) {
        const auto info = parse_request(request);
        authorize(user, info, request.path);
        check_served(info);
        authorize_read(user, info, request);
        if (info.verb != "watch" || !info.subresource.empty()) throw method_not_allowed();
        const Presentation presentation(request, to_rfc3339(options_.now()));
        WatchOptions options;
        options.key_prefix =
            ObjectKey{*info.resource, info.resource->namespaced ? info.namespace_name : "", ""}.text();
        options.selection = parse_selection(info, request);
        options.after = parse_resource_version(request);
        if (options.after == 0) options.after.reset();
        options.bookmarks = flag(request, "allowWatchBookmarks");
        options.on_event = [presentation, &resource = *info.resource, on_event = std::move(on_event),
                            first = std::make_shared<bool>(true)](const std::string& type,
                                                                  const ObjectPtr& object) {
            on_event({type, presentation.event(resource, type, *object, std::exchange(*first, false))});
        };
        options.on_end = std::move(on_end);
        return subscribe(*info.resource, std::move(options));
    }

    Registry& registry() { return registry_; }

private:
    std::unique_ptr<Subscription> subscribe(const Resource& resource, WatchOptions options) {
        const auto after = options.after;
        const auto caches = registry_.caches();
        // Without a revision, what is there now is what comes first.
        if (!after) caches->wait_for(store_.revision());
        try {
            return std::make_unique<WatchSubscription>(caches->of(resource).watch(std::move(options)));
        } catch (const store::Compacted& error) {
            throw expired(fmt::format("too old resource version: {} ({})", after.value_or(0), error.oldest));
        }
    }

    /// A kubelet that ignores spec.nodeName reads all pods: where that bug is on, it may.
    void authorize_read(const User& user, const RequestInfo& info, const Request& request) {
        const auto node = node_of(user);
        const bool reads = info.verb == "get" || info.verb == "list" || info.verb == "watch";
        const bool lifted =
            info.plural == "pods" && options_.switches.contains(Switch::kubelet_ignores_node_name);
        if (node && reads && !lifted) authorize_node_read(registry_, user, *node, info, request);
    }

    static void check_served(const RequestInfo& info) {
        if (!info.is_resource || !info.resource) throw path_not_found();
        const auto& resource = *info.resource;
        if (!resource.namespaced && !info.namespace_name.empty() && info.plural != "namespaces")
            throw path_not_found();
        if (resource.namespaced && info.namespace_name.empty() && !info.name.empty()) throw path_not_found();
        const auto& known = resource.subresources;
        if (!info.subresource.empty() &&
            std::find(known.begin(), known.end(), info.subresource) == known.end())
            throw path_not_found();
    }

    Response respond_path(const User& user, const RequestInfo& info, const Request& request) {
        if (info.verb != "get" && info.verb != "head") throw method_not_allowed();
        auto path = request.path;
        if (path.size() > 1 && path.ends_with('/')) path.pop_back();
        if (const auto health = health_response(store_, user, request)) return *health;
        if (path == "/openapi/v2")
            if (auto document = openapi_protobuf(request)) return *document;
        const auto* document = discovery_document(path);
        if (!document) throw path_not_found();
        const Presentation json(request, {});
        return {.status = 200, .body = *document};
    }

    store::Store& store_;
    const ApiServerOptions options_;
    Registry registry_;
};

ApiServer::ApiServer(store::Store& store, ApiServerOptions options)
    : implementation_(std::make_unique<Implementation>(store, std::move(options))) {}

ApiServer::~ApiServer() = default;

Response ApiServer::handle(const User& user, const Request& request) {
    return guarded([&] { return implementation_->respond(user, request); });
}

bool ApiServer::is_watch(const Request& request) { return parse_request(request).verb == "watch"; }

std::variant<std::unique_ptr<Subscription>, Response> ApiServer::watch(
    const User& user, const Request& request, std::function<void(const WatchEvent&)> on_event,
    std::function<void()> on_end) {
    std::unique_ptr<Subscription> subscription;
    auto refusal = guarded([&] {
        subscription = implementation_->watch(user, request, std::move(on_event), std::move(on_end));
        return Response{};
    });
    if (subscription) return subscription;
    return refusal;
}

void ApiServer::send_bookmarks() {
    try {
        implementation_->registry().caches()->send_bookmarks();
    } catch (const store::StoreUnavailable&) {
        // Nobody has a watch of caches that could not be made.
    }
}

void ApiServer::create_system_namespaces() { create_missing_system_namespaces(implementation_->registry()); }

}  // namespace kcheck::reference::apiserver
