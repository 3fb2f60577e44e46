// A component's connection to kube-apiserver, under one identity (client-go's rest.Interface).
//
// Free-running processes use HttpApi (http/client.hpp); in a replay the driver decides when a
// request arrives and whether its reply does. Callbacks are called on the environment's thread,
// never from within `send` or `watch`.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "reference/base/message.hpp"
#include "reference/base/task.hpp"

namespace kcheck::reference::client {

/// Ends the watch when destroyed: no callback is called after that.
class WatchStream {
public:
    virtual ~WatchStream() = default;
};

struct WatchHandler {
    std::function<void(WatchEvent)> on_event;
    /// The stream has ended, for whatever reason; it has to be begun anew.
    std::function<void()> on_end;
};

class Api {
public:
    virtual ~Api() = default;
    /// status 0: no reply arrived. The request may have been carried out or not.
    virtual void send(Request request, std::function<void(Response)> done) = 0;
    /// `request` is a list; the watch parameters are added. A refusal arrives as one ERROR event
    /// with a Status, and then the end.
    virtual std::unique_ptr<WatchStream> watch(Request request, WatchHandler handler) = 0;

    /// `send` for coroutines.
    Task<Response> call(Request request) {
        Request sent = std::move(request);
        Response response = co_await Callback<Response>(
            [this, &sent](std::function<void(Response)> done) { send(std::move(sent), std::move(done)); });
        co_return response;
    }
};

}  // namespace kcheck::reference::client
