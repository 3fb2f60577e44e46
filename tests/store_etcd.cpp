// EtcdStore where the network or etcd fails: killed, out of reach, answers lost.
#include <array>
#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <random>
#include <thread>

#include "tests/store_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::store;
using namespace kcheck::reference::testing;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// Stands between a store and etcd, one request a connection, and loses what it is told to lose.
class LossyProxy {
public:
    enum class Loss { none, request, answer };

    explicit LossyProxy(const std::string& etcd_url) {
        const auto colon = etcd_url.rfind(':');
        etcd_ = tcp::endpoint(asio::ip::make_address(etcd_url.substr(7, colon - 7)),
                              static_cast<std::uint16_t>(std::stoi(etcd_url.substr(colon + 1))));
        thread_ = std::thread([this] { serve(); });
    }
    ~LossyProxy() {
        stop_ = true;
        tcp::socket(loop_).connect(acceptor_.local_endpoint());  // wakes it up
        thread_.join();
    }
    LossyProxy(const LossyProxy&) = delete;
    LossyProxy& operator=(const LossyProxy&) = delete;

    std::string url() const { return fmt::format("http://127.0.0.1:{}", acceptor_.local_endpoint().port()); }
    /// Of requests for a path with `what` in it, from now on.
    void lose(Loss loss, const std::string& what) {
        const std::lock_guard lock(mutex_);
        loss_ = loss;
        what_ = what;
    }
    /// Called once, when etcd has answered what is lost, before the connection to the store ends.
    void after_loss(std::function<void()> then) {
        const std::lock_guard lock(mutex_);
        then_ = std::move(then);
    }

private:
    void serve() {
        std::vector<std::thread> threads;
        while (!stop_) {
            auto client = std::make_shared<tcp::socket>(acceptor_.accept());
            auto etcd = std::make_shared<tcp::socket>(loop_);
            threads.emplace_back([this, client, etcd] {
                try {
                    serve_one(*client, *etcd);
                } catch (const std::exception&) {
                    // Whoever it was has gone.
                }
                client->close();
            });
            const std::lock_guard lock(mutex_);
            to_etcd_.push_back(etcd);
        }
        boost::system::error_code ignored;
        for (const auto& socket : to_etcd_) socket->shutdown(tcp::socket::shutdown_both, ignored);
        for (std::thread& thread : threads) thread.join();
    }

    void serve_one(tcp::socket& client, tcp::socket& etcd) {
        std::string request = read_request(client);
        std::unique_lock lock(mutex_);
        const Loss loss = request.find(what_) < request.find('\n') ? loss_ : Loss::none;
        const auto then = loss == Loss::answer ? std::exchange(then_, nullptr) : nullptr;
        lock.unlock();
        if (loss == Loss::request || stop_) return;
        // So that the end of the answer, however it is framed, is the end of the connection.
        request.insert(request.find('\n') + 1, "Connection: close\r\n");
        etcd.connect(etcd_);
        asio::write(etcd, asio::buffer(request));
        std::array<char, 4096> piece;
        boost::system::error_code end;
        while (const std::size_t size = etcd.read_some(asio::buffer(piece), end))
            if (loss == Loss::none) asio::write(client, asio::buffer(piece, size));
        if (then) then();
    }

    static std::string read_request(tcp::socket& socket) {
        std::string message;
        const std::size_t head = asio::read_until(socket, asio::dynamic_buffer(message), "\r\n\r\n");
        const std::string field = "Content-Length: ";
        const std::size_t length = std::stoul(message.substr(message.find(field) + field.size()));
        if (message.size() < head + length)
            asio::read(socket, asio::dynamic_buffer(message),
                       asio::transfer_exactly(head + length - message.size()));
        return message;
    }

    asio::io_context loop_;
    tcp::acceptor acceptor_{loop_, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)};
    tcp::endpoint etcd_;
    std::mutex mutex_;  // of the next four
    Loss loss_ = Loss::none;
    std::string what_;
    std::function<void()> then_;
    std::vector<std::shared_ptr<tcp::socket>> to_etcd_;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

using Loss = LossyProxy::Loss;

struct BehindProxy {
    RealEtcd direct;
    LossyProxy proxy{RealEtcd::process().url()};
    EtcdStore store{EtcdOptions{.url = proxy.url(), .timeout = std::chrono::seconds(10)}};
    std::string key = direct.prefix + "a";
};

}  // namespace

TEST_CASE("A write whose answer is lost is found in the past of its key", "[store]") {
    if (!RealEtcd::available()) return;
    BehindProxy fixture;
    auto& [direct, proxy, store, key] = fixture;

    proxy.lose(Loss::answer, "/v3/kv/txn");
    const WriteResult created = store.put(key, "one", 0);
    CHECK(created.committed);
    CHECK(created.revision == direct.store.get(key)->mod_revision);
    const WriteResult changed = store.put(key, "two", created.revision);
    CHECK(changed.committed);
    CHECK(changed.revision == created.revision + 1);
    CHECK(direct.store.get(key)->value == "two");

    SECTION("others have written over it meanwhile") {
        proxy.after_loss([&] {
            direct.store.put(key, "theirs", changed.revision + 1);
            direct.store.put(key, "theirs too", changed.revision + 2);
        });
        const WriteResult overwritten = store.put(key, "three", changed.revision);
        CHECK(overwritten.committed);
        CHECK(overwritten.revision == changed.revision + 1);
        CHECK(direct.store.get(key)->value == "theirs too");
    }
    SECTION("others had written before it") {
        REQUIRE(direct.store.put(key, "theirs", changed.revision).committed);
        for (const WriteResult& late :
             {store.put(key, "three", changed.revision), store.remove(key, changed.revision)}) {
            CHECK_FALSE(late.committed);
            REQUIRE(late.current);
            CHECK(late.current->value == "theirs");
        }
        CHECK_THROWS_AS(store.put(key, "three", 0), StoreUnavailable);
    }
    SECTION("nobody can tell who removed it") {
        CHECK_THROWS_AS(store.remove(key, changed.revision), StoreUnavailable);
        CHECK_FALSE(direct.store.get(key));
    }
    SECTION("the past has been compacted") {
        proxy.after_loss([&] { direct.store.compact(direct.store.revision()); });
        CHECK_THROWS_AS(store.put(key, "three", changed.revision), StoreUnavailable);
        CHECK(direct.store.get(key)->value == "three");
    }
}

TEST_CASE("A write that may be on its way is neither repeated nor called a failure", "[store]") {
    if (!RealEtcd::available()) return;
    BehindProxy fixture;
    auto& [direct, proxy, store, key] = fixture;
    const Revision begin = put_over(direct.store, key, "one");
    proxy.lose(Loss::request, "/v3/kv/txn");
    CHECK_THROWS_AS(store.put(key, "two", begin), StoreUnavailable);
    CHECK_THROWS_AS(store.remove(key, begin), StoreUnavailable);
    CHECK_THROWS_AS(store.put(key + "b", "two", 0), StoreUnavailable);
    CHECK(direct.store.revision() == begin);
}

TEST_CASE("A read whose answer is lost is repeated", "[store]") {
    if (!RealEtcd::available()) return;
    BehindProxy fixture;
    auto& [direct, proxy, store, key] = fixture;
    put_over(direct.store, key, "one");
    proxy.lose(Loss::answer, "/v3/kv/range");
    proxy.after_loss([&] { proxy.lose(Loss::none, ""); });
    CHECK(store.get(key)->value == "one");
}

TEST_CASE("An etcd that is not there is unavailable", "[store]") {
    if (!RealEtcd::available()) return;
    EtcdProcess etcd;
    etcd.kill();
    EtcdStore store(etcd.options(std::chrono::milliseconds(200)));
    CHECK_THROWS_AS(store.get("a"), StoreUnavailable);
    CHECK_THROWS_AS(store.range("a"), StoreUnavailable);
    CHECK_THROWS_AS(store.put("a", "x", 0), StoreUnavailable);
    CHECK_THROWS_AS(store.remove("a", 5), StoreUnavailable);
    CHECK_THROWS_AS(store.compact(5), StoreUnavailable);
    CHECK_THROWS_AS(store.watch("a", 0, [](const StoreEvent&) {}, {}), StoreUnavailable);
}

TEST_CASE("What etcd refuses is said in its words", "[store]") {
    if (!RealEtcd::available()) return;
    RealEtcd fixture;
    CHECK_THROWS_WITH(fixture.store.put(fixture.prefix, std::string(2'000'000, 'x'), 0),
                      Catch::Contains("request is too large"));
    CHECK_FALSE(fixture.store.get(fixture.prefix));
}

TEST_CASE("The URL of an etcd has a scheme, a host and a port", "[store]") {
    for (const char* url : {"", "127.0.0.1:2379", "ftp://a:1", "http://", "http://:1",
                            "http://a:", "http://a:b", "http://a:1/path", "http://a:70000"}) {
        CAPTURE(url);
        CHECK_THROWS_AS(EtcdStore(EtcdOptions{.url = url}), std::invalid_argument);
    }
    for (const char* url : {"http://a", "http://a:1/", "http://[::1]:2379", "http://[::1]", "https://a:1"}) {
        CAPTURE(url);
        CHECK_NOTHROW(EtcdStore(EtcdOptions{.url = url}));
    }
    CHECK_THROWS_AS(EtcdStore(EtcdOptions{.url = "https://a", .ca_file = "/nowhere"}), std::runtime_error);
}

TEST_CASE("Both ends of a TLS connection show who they are", "[store]") {
    if (!RealEtcd::available()) return;
    EtcdProcess etcd(EtcdProcess::Transport::tls), other(EtcdProcess::Transport::tls);
    EtcdStore store(etcd.options(std::chrono::seconds(30)));
    Events events;
    const auto watch = store.watch({}, 0, events.on_event(), events.on_end());
    const Revision one = put_over(store, "a", "one");
    CHECK(store.range("a").items.at(0).value == "one");
    CHECK(revisions_of(events.wait(1)) == std::vector<Revision>{one});
    etcd.kill();
    etcd.start();
    put_over(store, "a", "two");
    CHECK(revisions_of(events.wait(2)) == std::vector<Revision>{one, one + 1});

    const EtcdOptions right = etcd.options(std::chrono::milliseconds(500));
    EtcdOptions nobody = right, stranger = right, elsewhere = right;
    nobody.cert_file = nobody.key_file = "";
    stranger.cert_file = other.options(right.timeout).cert_file;
    stranger.key_file = other.options(right.timeout).key_file;
    elsewhere.ca_file = other.options(right.timeout).ca_file;
    for (const EtcdOptions& wrong : {nobody, stranger, elsewhere}) {
        EtcdStore refused(wrong);
        CHECK_THROWS_AS(refused.get("a"), StoreUnavailable);
        CHECK_THROWS_AS(refused.put("b", "x", 0), StoreUnavailable);
    }
    CHECK(store.revision() == one + 1);
}

TEST_CASE("A watch that falls behind a compaction while etcd is away ends", "[store]") {
    if (!RealEtcd::available()) return;
    EtcdProcess etcd;
    LossyProxy proxy(etcd.url());
    EtcdStore store(etcd.options(std::chrono::seconds(30)));
    const Revision begin = put_over(store, "a", "one");
    // Its stream never comes up, until the past that it wants has gone.
    EtcdStore away(EtcdOptions{.url = proxy.url(), .timeout = std::chrono::seconds(30)});
    proxy.lose(Loss::request, "/v3/watch");
    Events events;
    const auto watch = away.watch({}, begin, events.on_event(), events.on_end());
    put_over(store, "a", "two");
    const Revision three = put_over(store, "a", "three");
    store.compact(three);
    proxy.lose(Loss::none, "");
    CHECK_THAT(events.wait_for_end(), Catch::Contains("compacted"));
    CHECK(events.wait(0).empty());
}

namespace {

/// Creates keys of its own until it is told to stop; gives back those that were acknowledged.
std::map<std::string, Revision> create_until(EtcdStore& store, int writer, int round,
                                             const std::atomic<bool>& stop, std::atomic<int>& total) {
    std::map<std::string, Revision> acknowledged;
    for (int i = 0; !stop; ++i) {
        const std::string key = fmt::format("/{}/{}/{:05}", round, writer, i);
        try {
            const WriteResult result = store.put(key, "x", 0);
            if (!result.committed) break;
            acknowledged[key] = result.revision;
            ++total;
        } catch (const StoreUnavailable&) {
            // Unknown: it may be there or not.
        }
    }
    return acknowledged;
}

}  // namespace

TEST_CASE("kill -9 of etcd loses no acknowledged write, and the watch goes on", "[store]") {
    if (!RealEtcd::available()) return;
    EtcdProcess etcd;
    EtcdStore store(etcd.options(std::chrono::seconds(30)));
    Events events;
    const auto watch = store.watch({}, 0, events.on_event(), events.on_end());
    std::mt19937 random(1);
    std::map<std::string, Revision> acknowledged;
    for (int round = 0; round < 4; ++round) {
        std::atomic<bool> stop = false;
        std::atomic<int> total = 0;
        std::vector<std::map<std::string, Revision>> parts(3);
        std::vector<std::thread> writers;
        for (int w = 0; w < 3; ++w)
            writers.emplace_back(
                [&, w] { parts[static_cast<std::size_t>(w)] = create_until(store, w, round, stop, total); });
        const int until = 20 + static_cast<int>(random() % 60);
        while (total < until) std::this_thread::yield();
        etcd.kill();
        etcd.start();
        const int again = total + 20;
        while (total < again) std::this_thread::yield();
        stop = true;
        for (std::thread& writer : writers) writer.join();
        for (const auto& part : parts) acknowledged.insert(part.begin(), part.end());
    }
    const RangeResult all = store.range("/");
    std::map<std::string, Revision> stored;
    for (const KeyValue& item : all.items) stored[item.key] = item.mod_revision;
    for (const auto& [key, revision] : acknowledged) {
        CAPTURE(key, revision);
        CHECK(stored.count(key) == 1);
        CHECK(stored[key] == revision);
    }
    // Each commit once, in order, across four restarts: only creations, so one each.
    const auto seen = events.wait(all.items.size());
    CHECK(seen.size() == all.items.size());
    CHECK(seen.back().revision == all.revision);
    for (std::size_t i = 0; i < seen.size(); ++i) {
        CHECK(seen[i].revision == static_cast<Revision>(i) + 2);
        CHECK(stored[seen[i].current.key] == seen[i].revision);
    }
}
