// What the reference does with Asio's coroutines, as functions that are no templates: each costs
// seconds of compiling wherever Asio's own is instantiated.
#pragma once

#include <exception>
#include <functional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace kcheck::reference {

/// Starts `work`, and calls `done` with what it has thrown once it has ended.
void start_coroutine(const boost::asio::any_io_executor& executor, boost::asio::awaitable<void> work,
                     std::function<void(std::exception_ptr)> done);

/// Runs `work` there, and comes back with what it has thrown.
boost::asio::awaitable<void> run_on(const boost::asio::any_io_executor& executor, std::function<void()> work);

/// Runs `work` there, never from within this call.
void post_to(const boost::asio::any_io_executor& executor, std::function<void()> work);

/// Whether the timer has expired; if not, it was cancelled.
boost::asio::awaitable<bool> wait_for(boost::asio::steady_timer& timer);

}  // namespace kcheck::reference
