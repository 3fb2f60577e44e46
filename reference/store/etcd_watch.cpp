#include "reference/store/etcd_watch.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <mutex>

#include "reference/base/coroutines.hpp"
#include "reference/store/etcd_messages.hpp"

namespace kcheck::reference::store {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds first_pause{50};
constexpr milliseconds longest_pause{1000};

}  // namespace

struct EtcdWatches::Stream {
    Stream(asio::io_context& loop_of_all, std::string prefix_wanted, Revision after)
        : loop(loop_of_all), prefix(std::move(prefix_wanted)), last(after), pause_timer(loop_of_all) {}

    asio::io_context& loop;
    const std::string prefix;
    std::function<void(const StoreEvent&)> on_event;
    std::function<void(const std::string&)> on_end;

    // Held while a callback runs, so that whoever ends the watch waits for it; recursive, for
    // callbacks that end their own.
    std::recursive_mutex mutex;
    bool ended = false;  // guarded by it

    // The rest is touched on the loop only.
    Revision last;  // all of this revision and before has been delivered
    EtcdConnection* connection = nullptr;
    asio::steady_timer pause_timer;
    milliseconds pause = first_pause;

    bool is_ended() {
        const std::lock_guard lock(mutex);
        return ended;
    }
    void interrupt() {
        if (connection) connection->close();
        pause_timer.cancel();
    }
};

class EtcdWatches::Watch final : public StoreWatch {
public:
    explicit Watch(std::shared_ptr<Stream> stream) : stream_(std::move(stream)) {}
    ~Watch() override { EtcdWatches::end(std::move(stream_)); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

private:
    std::shared_ptr<Stream> stream_;
};

EtcdWatches::EtcdWatches(const EtcdEndpoint& endpoint, milliseconds connect_timeout)
    : endpoint_(endpoint), connect_timeout_(connect_timeout), thread_([this] { loop_.run(); }) {}

EtcdWatches::~EtcdWatches() {
    loop_.stop();
    thread_.join();
}

std::unique_ptr<StoreWatch> EtcdWatches::watch(const std::string& prefix, Revision after,
                                               std::function<void(const StoreEvent&)> on_event,
                                               std::function<void(const std::string&)> on_end) {
    auto stream = std::make_shared<Stream>(loop_, prefix, after);
    stream->on_event = std::move(on_event);
    stream->on_end = std::move(on_end);
    start_coroutine(loop_.get_executor(), run(stream), [](const std::exception_ptr&) {});
    return std::make_unique<Watch>(std::move(stream));
}

void EtcdWatches::end(std::shared_ptr<Stream> stream) {
    {
        const std::lock_guard lock(stream->mutex);
        stream->ended = true;
    }
    post_to(stream->loop.get_executor(), [stream] { stream->interrupt(); });
}

asio::awaitable<void> EtcdWatches::run(std::shared_ptr<Stream> stream) {
    while (!stream->is_ended()) {
        try {
            co_await follow(*stream);
        } catch (const std::exception&) {
            // A lost connection, or an etcd that is not ready: whatever it was, try again.
        }
        stream->connection = nullptr;
        if (stream->is_ended()) break;
        stream->pause_timer.expires_after(stream->pause);
        stream->pause = std::min(2 * stream->pause, longest_pause);
        co_await wait_for(stream->pause_timer);
    }
}

asio::awaitable<void> EtcdWatches::follow(Stream& stream) {
    EtcdConnection connection(loop_.get_executor(), endpoint_);
    stream.connection = &connection;
    co_await connection.open(connect_timeout_);
    Json create = etcd::key_range(stream.prefix);
    create["start_revision"] = std::to_string(stream.last + 1);
    create["prev_kv"] = true;
    const Json request = {{"create_request", std::move(create)}};
    co_await connection.post_stream("/v3/watch", request.dump(), connect_timeout_);
    while (!stream.is_ended()) {
        const std::string line = co_await connection.next_line();
        deliver(stream, line);
        stream.pause = first_pause;
    }
}

void EtcdWatches::deliver(Stream& stream, const std::string& line) {
    const etcd::WatchNews news = etcd::watch_news(line);
    const std::lock_guard lock(stream.mutex);
    [&]() noexcept {
        for (const StoreEvent& event : news.events) {
            if (stream.ended) return;
            stream.on_event(event);
            stream.last = event.revision;
        }
        if (news.end.empty() || stream.ended) return;
        stream.ended = true;
        if (stream.on_end) stream.on_end(news.end);
    }();
}

}  // namespace kcheck::reference::store
