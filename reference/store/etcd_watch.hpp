// Watches of a real etcd: streams of lines, all on one thread.
//
// Without `fragment`, etcd sends all events of a revision in one message, and a message is one
// line. A line is delivered once it is whole, and a broken stream is taken up again after the last
// revision delivered: so there is no gap, and no event comes twice. etcd's progress notifications
// are not asked for: before 3.4.25 and 3.5.8 they may overtake events (etcd issue 15220).
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "reference/store/etcd_connection.hpp"
#include "reference/store/store.hpp"

namespace kcheck::reference::store {

class EtcdWatches {
public:
    EtcdWatches(const EtcdEndpoint& endpoint, std::chrono::milliseconds connect_timeout);
    /// All watches must have ended.
    ~EtcdWatches();

    /// As Store::watch, but whether `after` has been compacted is found only later, by on_end.
    std::unique_ptr<StoreWatch> watch(const std::string& prefix, Revision after,
                                      std::function<void(const StoreEvent&)> on_event,
                                      std::function<void(const std::string& why)> on_end);

private:
    struct Stream;
    class Watch;

    boost::asio::awaitable<void> run(std::shared_ptr<Stream> stream);
    boost::asio::awaitable<void> follow(Stream& stream);
    static void deliver(Stream& stream, const std::string& line);
    static void end(std::shared_ptr<Stream> stream);

    const EtcdEndpoint& endpoint_;
    const std::chrono::milliseconds connect_timeout_;
    boost::asio::io_context loop_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{loop_.get_executor()};
    std::thread thread_;
};

}  // namespace kcheck::reference::store
