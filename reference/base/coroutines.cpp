#include "reference/base/coroutines.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kcheck::reference {

namespace net = boost::asio;

namespace {

net::awaitable<void> as_coroutine(std::function<void()> work) {
    work();
    co_return;
}

}  // namespace

void start_coroutine(const net::any_io_executor& executor, net::awaitable<void> work,
                     std::function<void(std::exception_ptr)> done) {
    net::co_spawn(executor, std::move(work), std::move(done));
}

net::awaitable<void> run_on(const net::any_io_executor& executor, std::function<void()> work) {
    return net::co_spawn(executor, as_coroutine(std::move(work)), net::use_awaitable);
}

void post_to(const net::any_io_executor& executor, std::function<void()> work) {
    net::post(executor, std::move(work));
}

net::awaitable<bool> wait_for(net::steady_timer& timer) {
    boost::system::error_code cancelled;
    co_await timer.async_wait(net::redirect_error(net::use_awaitable, cancelled));
    co_return !cancelled;
}

}  // namespace kcheck::reference
