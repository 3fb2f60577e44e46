// A ContainerRuntime in another process (a kubelet's CRI socket).
//
// Both sides send lines of JSON over a UNIX socket: {"id", "method", "parameters"} one way,
// {"id", "result"} or {"id", "error"} the other, in any order. A call whose reply does not arrive
// fails; the next call connects anew, so either process may die and come back.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "reference/base/event_loop.hpp"
#include "reference/runtime/container_runtime.hpp"

namespace kcheck::reference::runtime {

/// The kubelet's side.
class RuntimeClient final : public ContainerRuntime {
public:
    RuntimeClient(EventLoop& loop, std::string socket);
    ~RuntimeClient() override;
    void call(std::string method, Json parameters, std::function<void(RuntimeResult)> done) override;

private:
    class Implementation;
    std::shared_ptr<Implementation> implementation_;
};

/// The runtime's side. Lines that are no requests end the connection that they came from.
class RuntimeServer {
public:
    using Done = std::function<void(RuntimeResult)>;
    using Handler = std::function<void(const std::string& method, const Json& parameters, Done done)>;

    /// Replaces a socket that is left from an earlier process; only its owner may connect (mode 0600).
    /// Throws std::runtime_error with the name of the socket.
    RuntimeServer(EventLoop& loop, const std::string& socket, Handler handler);
    ~RuntimeServer();
    RuntimeServer(const RuntimeServer&) = delete;
    RuntimeServer& operator=(const RuntimeServer&) = delete;

private:
    class Implementation;
    std::shared_ptr<Implementation> implementation_;
};

}  // namespace kcheck::reference::runtime
