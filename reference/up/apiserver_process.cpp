#include <csignal>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "reference/apiserver/api_server.hpp"
#include "reference/base/event_loop.hpp"
#include "reference/http/audit_log.hpp"
#include "reference/http/authentication.hpp"
#include "reference/http/kubeconfig.hpp"
#include "reference/http/server.hpp"
#include "reference/store/compactor.hpp"
#include "reference/store/embedded_store.hpp"
#include "reference/store/etcd_store.hpp"
#include "reference/up/processes.hpp"

namespace kcheck::reference::up {

namespace {

void say(const std::string& line) { fmt::print(stderr, "kube-apiserver: {}\n", line); }

std::unique_ptr<store::Store> open_store(const ApiServerFlags& flags) {
    if (!flags.etcd_servers.empty())
        return std::make_unique<store::EtcdStore>(store::EtcdOptions{.url = flags.etcd_servers});
    return std::make_unique<store::EmbeddedStore>(
        store::EmbeddedStoreOptions{.directory = flags.data_dir, .notice = say});
}

}  // namespace

int run_kube_apiserver(const ApiServerFlags& flags) {
    EventLoop loop;
    loop.stop_on_signals();
    std::signal(SIGXFSZ, SIG_IGN);  // a log that may not grow is a full disk, and nothing worse
    const auto store = open_store(flags);
    std::optional<store::Compactor> compactor;
    if (flags.etcd_compaction_interval.count() > 0)
        compactor.emplace(*store, flags.etcd_compaction_interval, say);

    std::optional<http::CommitLog> commits;
    if (!flags.commit_log.empty()) commits.emplace(flags.commit_log);
    apiserver::ApiServerOptions options{.switches = flags.switches};
    if (commits) options.on_commit = [&commits](const apiserver::Commit& commit) { commits->record(commit); };
    apiserver::ApiServer api(*store, std::move(options));
    api.create_system_namespaces();

    std::optional<http::AuditLog> audit;
    if (!flags.audit_log_path.empty()) audit.emplace(flags.audit_log_path);
    const http::HttpsServer server(
        api,
        {.port = flags.secure_port,
         .identity = {http::read_file(flags.tls_cert_file), http::read_file(flags.tls_private_key_file)},
         .authority = http::read_file(flags.client_ca_file),
         .tokens = flags.token_auth_file.empty() ? http::Tokens{} : http::read_tokens(flags.token_auth_file),
         .audit = audit ? &*audit : nullptr});
    fmt::print(stderr, "kube-apiserver: https://127.0.0.1:{}\n", server.port());
    loop.run();
    return 0;
}

}  // namespace kcheck::reference::up
