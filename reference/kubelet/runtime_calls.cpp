#include "reference/kubelet/runtime_calls.hpp"

namespace kcheck::reference::kubelet {

namespace {

runtime::RuntimeResult cancelled() { return tl::unexpected(std::string("context canceled")); }

}  // namespace

Task<runtime::RuntimeResult> RuntimeCalls::call(std::string method, Json parameters) {
    if (is_cancelled_) co_return cancelled();
    runtime::RuntimeResult result =
        co_await Callback<runtime::RuntimeResult>([&](std::function<void(runtime::RuntimeResult)> done) {
            const auto pending = std::make_shared<Pending>(Pending{std::move(done)});
            pending_.push_back(pending);
            runtime_.call(std::move(method), std::move(parameters),
                          [pending](runtime::RuntimeResult reply) { pending->finish(std::move(reply)); });
        });
    std::erase_if(pending_, [](const auto& pending) { return !pending->done; });
    co_return result;
}

void RuntimeCalls::cancel() {
    is_cancelled_ = true;
    const auto pending = std::exchange(pending_, {});  // those who wait may begin other calls
    for (const auto& call : pending) call->finish(cancelled());
}

}  // namespace kcheck::reference::kubelet
