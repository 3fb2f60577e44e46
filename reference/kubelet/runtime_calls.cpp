#include "reference/kubelet/runtime_calls.hpp"

namespace kcheck::reference {

namespace {

RuntimeResult cancelled() { return tl::unexpected(std::string("context canceled")); }

}  // namespace

Task<RuntimeResult> RuntimeCalls::call(std::string method, Json parameters) {
    if (is_cancelled_) co_return cancelled();
    RuntimeResult result = co_await Callback<RuntimeResult>([&](std::function<void(RuntimeResult)> done) {
        const auto pending = std::make_shared<Pending>(Pending{std::move(done)});
        pending_.push_back(pending);
        runtime_.call(std::move(method), std::move(parameters),
                      [pending](RuntimeResult reply) { pending->finish(std::move(reply)); });
    });
    std::erase_if(pending_, [](const auto& pending) { return !pending->done; });
    co_return result;
}

void RuntimeCalls::cancel() {
    is_cancelled_ = true;
    const auto pending = std::exchange(pending_, {});  // those who wait may begin other calls
    for (const auto& call : pending) call->finish(cancelled());
}

}  // namespace kcheck::reference
