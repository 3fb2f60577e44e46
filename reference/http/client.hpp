// The Api of a free-running component: HTTPS to kube-apiserver (client-go's transport and rest).
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "reference/base/event_loop.hpp"
#include "reference/client/api.hpp"
#include "reference/http/kubeconfig.hpp"

namespace kcheck::reference::http {

struct HttpApiOptions {
    std::string user_agent = "kcheck-reference";
    std::size_t connections_most = 32;  // of requests; those beyond wait. A watch has its own
    std::chrono::milliseconds connect_most = std::chrono::seconds(10);
    std::chrono::milliseconds reply_most = std::chrono::seconds(60);  // then status 0
    std::chrono::milliseconds idle_most = std::chrono::seconds(60);   // a connection that is kept
    std::chrono::seconds watch_timeout = std::chrono::seconds(480);   // unless the request says
};

/// Connections are kept and used again. A GET that fails on one that was kept is repeated once on a
/// new one, as Go's net/http does; a write never is, for its outcome is not known.
class HttpApi final : public client::Api {
public:
    /// Throws std::runtime_error if the kubeconfig holds no usable server, certificate or key.
    HttpApi(EventLoop& loop, const KubeConfig& config, HttpApiOptions options = {});
    /// Nothing is called any more, whatever was begun.
    ~HttpApi() override;

    void send(Request request, std::function<void(Response)> done) override;
    std::unique_ptr<client::WatchStream> watch(Request request, client::WatchHandler handler) override;

private:
    class Implementation;
    std::shared_ptr<Implementation> implementation_;
};

/// "/api/v1/pods?labelSelector=a%3Db".
std::string to_target(const std::string& path, const Query& query);

}  // namespace kcheck::reference::http
