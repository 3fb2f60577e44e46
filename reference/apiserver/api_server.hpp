// kube-apiserver without the network: authenticated requests in, responses and watch events out.
//
// The only component that has a Store. `handle` is synchronous and may be called from several
// threads at once; the HTTP front end (http/server.hpp) and the replay driver call the same.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "reference/apiserver/impersonation.hpp"
#include "reference/base/environment.hpp"
#include "reference/base/message.hpp"
#include "reference/store/store.hpp"

namespace kcheck::reference::apiserver {

struct ApiServerOptions {
    Switches switches = {};
    /// The clock of creationTimestamp, deletionTimestamp and the like.
    std::function<Time()> now = [] { return Clock::now(); };
    /// Suffixes of generateName and UIDs. By default random; the replay driver counts. With
    /// uids_repeat_after_restart, UIDs that nobody gives are counted from 1 by each ApiServer.
    std::function<std::string()> name_suffix = {};
    std::function<std::string()> uid = {};
    /// Told of every commit, in order of revision, with the user who asked for it and what was
    /// stored (null: removed): the audit log with etcd revisions of `kcheck conform`.
    std::function<void(const struct Commit&)> on_commit = {};
};

struct Commit {
    store::Revision revision = 0;
    User user;
    std::string verb;         // "create", "update", "patch", "delete"
    std::string resource;     // "pods"
    std::string subresource;  // "binding", "status", or empty
    std::string key;          // "/registry/pods/default/a"
    Json object;              // null: removed
};

/// Ends the watch when destroyed.
class Subscription {
public:
    virtual ~Subscription() = default;
};

class ApiServer {
public:
    ApiServer(store::Store& store, ApiServerOptions options);
    ~ApiServer();
    ApiServer(const ApiServer&) = delete;
    ApiServer& operator=(const ApiServer&) = delete;

    /// What is refused for who asks and what for, before a body is read: 401, 403. None: it may be handled.
    std::optional<Response> refusal(const User& user, const Request& head) const;
    /// As whom a request of `user` runs that asks to be somebody else, or a 403.
    std::variant<User, Response> impersonated(const User& user, const Impersonation& wanted) const;

    /// Every request but a watch. Never throws: errors are Status objects.
    Response handle(const User& user, const Request& request);

    static bool is_watch(const Request& request);  // GET with ?watch=true
    /// A refusal is a response at once (401, 403, 404, 410, ...). Otherwise events arrive by
    /// `on_event`, in order, from the thread of the commit or of the store; a slow consumer must
    /// queue them itself. `on_end`: no more will come (the store's watch broke; the client lists anew).
    /// Neither may call the ApiServer, but either may end its subscription.
    std::variant<std::unique_ptr<Subscription>, Response> watch(
        const User& user, const Request& request, std::function<void(const WatchEvent&)> on_event,
        std::function<void()> on_end);
    /// Sends a BOOKMARK to each watch that has asked for them; due about once a minute.
    void send_bookmarks();
    /// Creates default, kube-system, kube-public and kube-node-lease where they are missing
    /// (pkg/controlplane/controller/systemnamespaces). Not done by itself: it writes. Throws
    /// StoreUnavailable.
    void create_system_namespaces();

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace kcheck::reference::apiserver
