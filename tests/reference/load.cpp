// How much kube-apiserver bears: pods created by several clients at once, with watches that stay,
// watches that come and go, and a reader that does not read.
//
// Usage: kcheck-load REFERENCE PODS [ETCD]. Starts the apiserver (and the etcd, which is a program) in a
// temporary directory, prints what it measured, and exits with 1 if an event or a pod was lost.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "reference/http/client.hpp"
#include "reference/http/kubeconfig.hpp"
#include "reference/up/cluster_directory.hpp"
#include "reference/up/supervisor.hpp"

namespace {

using namespace kcheck::reference;
using namespace std::chrono_literals;
namespace net = boost::asio;
namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

const std::string pods_path = "/api/v1/namespaces/default/pods";
constexpr int writers = 4, watchers = 4, restless_watchers = 2, requests_at_once = 8;

std::int64_t now_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(Steady::now().time_since_epoch()).count();
}

double seconds_since(std::int64_t begin_us) { return static_cast<double>(now_us() - begin_us) / 1e6; }

/// About 1.5 kB when it is stored, like a small pod. Says when it was sent.
Json pod(const std::string& name) {
    return {
        {"apiVersion", "v1"},
        {"kind", "Pod"},
        {"metadata",
         {{"name", name},
          {"labels", {{"app", "load"}}},
          {"annotations", {{"sent-at-us", std::to_string(now_us())}}}}},
        {"spec", {{"containers", Json::array({{{"name", "main"}, {"image", "docker.io/library/load:1"}}})}}}};
}

/// A loop with a connection, run by one thread.
struct Client {
    EventLoop loop;
    http::HttpApi api;
    explicit Client(const http::KubeConfig& config) : api(loop, config) {}

    Response send(Request request) {
        Response result;
        api.send(std::move(request), [&](Response response) {
            result = std::move(response);
            loop.stop();
        });
        loop.context().restart();
        loop.run();
        return result;
    }
};

/// Sends `count` requests, several at once; each has to be answered with `status`.
void send_all(const http::KubeConfig& config, int count, int status,
              const std::function<Request(int)>& request) {
    Client client(config);
    int sent = 0, answered = 0;
    const std::function<void()> next = [&] {
        if (sent == count) return;
        client.api.send(request(sent++), [&](const Response& response) {
            if (response.status != status)
                throw std::runtime_error(fmt::format("{}: {}", response.status, response.body.dump()));
            if (++answered == count) client.loop.stop();
            next();
        });
    };
    for (int i = 0; i < requests_at_once; ++i) next();
    if (count > 0) client.loop.run();
}

double rate_of(const http::KubeConfig& config, int count, int status,
               const std::function<Request(int writer, int number)>& request) {
    std::vector<std::thread> threads;
    const auto begin = now_us();
    for (int w = 0; w < writers; ++w)
        threads.emplace_back([&, w] {
            send_all(config, count / writers, status, [&, w](int number) { return request(w, number); });
        });
    for (auto& thread : threads) thread.join();
    return count / seconds_since(begin);
}

/// Sees every pod being created, once, in order of revision.
class Watcher {
public:
    Watcher(const http::KubeConfig& config, std::string after, std::size_t expected)
        : client_(config), expected_(expected) {
        stream_ =
            client_.api.watch({"GET", pods_path, {{"resourceVersion", std::move(after)}}},
                              {[this](const WatchEvent& event) { see(event); }, [this] { fail("ended"); }});
        thread_ = std::thread([this] { client_.loop.run(); });
    }
    void join() { thread_.join(); }
    const std::string& failure() const { return failure_; }
    const std::vector<std::int64_t>& latencies_us() const { return latencies_us_; }

private:
    void see(const WatchEvent& event) {
        if (event.type == "BOOKMARK") return;
        const auto revision = std::stoll(string_at(event.object, "/metadata/resourceVersion"));
        if (event.type != "ADDED") return fail("an event " + event.type);
        if (revision <= last_revision_) return fail("an event out of order");
        last_revision_ = revision;
        latencies_us_.push_back(now_us() -
                                std::stoll(string_at(event.object, "/metadata/annotations/sent-at-us")));
        if (latencies_us_.size() == expected_) client_.loop.stop();
    }
    void fail(const std::string& why) {
        failure_ = fmt::format("a watch: {} after {} of {} events", why, latencies_us_.size(), expected_);
        client_.loop.stop();
    }

    Client client_;
    const std::size_t expected_;
    std::int64_t last_revision_ = 0;
    std::vector<std::int64_t> latencies_us_;
    std::string failure_;
    std::unique_ptr<client::WatchStream> stream_;
    std::thread thread_;
};

/// Begins watches, and drops each a moment after its first event or its end, until `done`: every tenth
/// with all that there is, which is heavy for both sides, the others with what comes next.
int come_and_go(const http::KubeConfig& config, unsigned seed, const std::atomic<bool>& done) {
    Client client(config);
    std::minstd_rand random(seed);
    int begun = 0;
    std::unique_ptr<client::WatchStream> stream;
    bool is_new = false;
    std::function<void()> again;
    const auto soon = [&] {
        if (!std::exchange(is_new, false)) return;
        client.loop.after(std::chrono::milliseconds(random() % 200), {}, again);
    };
    const auto watch = [&](Query query) {
        is_new = true;
        query["timeoutSeconds"] = "1";
        stream = client.api.watch({"GET", pods_path, std::move(query)},
                                  {[&](const WatchEvent&) { soon(); }, soon});
    };
    again = [&] {
        if (done) return client.loop.stop();
        if (++begun % 10 == 0) return watch({});
        client.api.send({"GET", pods_path, {{"limit", "1"}}}, [&](const Response& list) {
            watch({{"resourceVersion", string_at(list.body, "/metadata/resourceVersion")}});
        });
    };
    again();
    client.loop.run();
    return begun;
}

/// Asks for a watch and reads nothing of it.
class SlowReader {
public:
    explicit SlowReader(const http::KubeConfig& config)
        : tls_(http::client_context(config.identity, config.authority)), stream_(context_, tls_) {
        const auto port =
            static_cast<std::uint16_t>(std::stoi(config.server.substr(config.server.rfind(':') + 1)));
        stream_.lowest_layer().connect({net::ip::address_v4::loopback(), port});
        stream_.handshake(net::ssl::stream_base::client);
        net::write(stream_, net::buffer("GET " + pods_path + "?watch=1 HTTP/1.1\r\nHost: load\r\n\r\n"));
    }

private:
    net::io_context context_;
    net::ssl::context tls_;
    net::ssl::stream<net::ip::tcp::socket> stream_;
};

/// "VmRSS" now or "VmHWM" at most, in MiB.
double memory_of(const std::string& pid, const std::string& which) {
    std::ifstream in("/proc/" + pid + "/status");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(which + ":")) return std::stod(line.substr(which.size() + 1)) / 1024;
    throw std::runtime_error("no memory of pid " + pid);
}

std::uint16_t free_port() {
    net::io_context context;
    return net::ip::tcp::acceptor(context, {net::ip::address_v4::loopback(), 0}).local_endpoint().port();
}

/// The apiserver, and the etcd if there is one, kept running beside the measurement.
class Servers {
public:
    Servers(const std::string& reference, const std::string& etcd)
        : port_(free_port()), supervisor_(loop_, directory_.root(), [](const std::string& line) {
              fmt::print(stderr, "{}\n", line);
          }) {
        const auto credentials = directory_.credentials();
        const auto root = directory_.root().string();
        directory_.write_credentials(fmt::format("https://127.0.0.1:{}", port_), 0);
        std::string store = "--data-dir=" + directory_.store().string();
        if (!etcd.empty()) {
            const auto url = fmt::format("http://127.0.0.1:{}", free_port());
            const auto peer = fmt::format("http://127.0.0.1:{}", free_port());
            supervisor_.start(
                {"etcd",
                 {etcd, "--data-dir=" + root + "/etcd", "--listen-client-urls=" + url,
                  "--advertise-client-urls=" + url, "--listen-peer-urls=" + peer,
                  "--initial-advertise-peer-urls=" + peer, "--initial-cluster=default=" + peer}});
            store = "--etcd-servers=" + url;
        }
        supervisor_.start({"kube-apiserver",
                           {reference, "kube-apiserver", fmt::format("--secure-port={}", port_), store,
                            "--client-ca-file=" + (credentials / "ca.crt").string(),
                            "--tls-cert-file=" + (credentials / "apiserver.crt").string(),
                            "--tls-private-key-file=" + (credentials / "apiserver.key").string()}});
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~Servers() {
        loop_.stop();
        thread_.join();
    }
    http::KubeConfig config() const { return http::read_kubeconfig(directory_.kubeconfig()); }
    std::string pid() const {
        auto pid = http::read_file(directory_.root() / "pids" / "kube-apiserver");
        pid.pop_back();
        return pid;
    }

private:
    up::ClusterDirectory directory_{""};
    EventLoop loop_;
    const std::uint16_t port_;
    up::Supervisor supervisor_;
    std::thread thread_;
};

std::set<std::string> names_of_all(Client& client) {
    std::set<std::string> names;
    std::string next;
    do {
        Query query{{"limit", "500"}};
        if (!next.empty()) query["continue"] = next;
        const auto page = client.send({"GET", pods_path, query});
        if (!page.is_success()) throw std::runtime_error(page.body.dump());
        for (const auto& item : page.body.at("items")) names.insert(string_at(item, "/metadata/name"));
        next = string_at(page.body, "/metadata/continue");
    } while (!next.empty());
    return names;
}

int measure(const std::string& reference, int pods, const std::string& etcd) {
    const Servers servers(reference, etcd);
    const auto config = servers.config();
    Client client(config);
    while (client.send({"GET", "/readyz"}).status != 200) std::this_thread::sleep_for(100ms);
    const auto version = string_at(client.send({"GET", pods_path}).body, "/metadata/resourceVersion");
    const auto pid = servers.pid();
    const auto memory_before = memory_of(pid, "VmRSS");

    std::vector<std::unique_ptr<Watcher>> watching;
    for (int i = 0; i < watchers; ++i)
        watching.push_back(std::make_unique<Watcher>(config, version, static_cast<std::size_t>(pods)));
    std::atomic<bool> done = false;
    std::atomic<int> begun = 0;
    std::vector<std::thread> restless;
    for (unsigned i = 0; i < restless_watchers; ++i)
        restless.emplace_back([&, i] { begun += come_and_go(config, i + 1, done); });
    const SlowReader slow(config);

    const auto creates = rate_of(config, pods, 201, [](int writer, int number) {
        return Request{
            .method = "POST", .path = pods_path, .body = pod(fmt::format("pod-{}-{}", writer, number))};
    });
    std::vector<std::int64_t> latencies;
    std::string failure;
    for (const auto& watcher : watching) {
        watcher->join();
        latencies.insert(latencies.end(), watcher->latencies_us().begin(), watcher->latencies_us().end());
        if (!watcher->failure().empty()) failure = watcher->failure();
    }
    done = true;
    for (auto& thread : restless) thread.join();
    const auto gets = rate_of(config, pods, 200, [](int writer, int number) {
        return Request{"GET", fmt::format("{}/pod-{}-{}", pods_path, writer, number)};
    });
    const auto names = names_of_all(client);
    if (names.size() != static_cast<std::size_t>(pods))
        failure = fmt::format("{} of {} pods are in the store", names.size(), pods);

    std::ranges::sort(latencies);
    const auto latency_ms = [&](double share) {
        const auto last = static_cast<double>(latencies.size() - 1);
        return static_cast<double>(latencies.at(static_cast<std::size_t>(share * last))) / 1000;
    };
    fmt::print(
        "{} pods, {} clients with {} requests at once each, {} watches, {} begun by restless ones, 1 slow "
        "reader; {}\n"
        "creates            {:.0f} requests/s\n"
        "gets               {:.0f} requests/s\n"
        "create to event    {:.1f} ms median, {:.1f} ms 99th percentile ({} events)\n"
        "memory             {:.0f} MiB before, {:.0f} MiB after, {:.0f} MiB at most\n",
        pods, writers, requests_at_once, watchers, begun.load(), etcd.empty() ? "embedded store" : "etcd",
        creates, gets, latency_ms(0.5), latency_ms(0.99), latencies.size(), memory_before,
        memory_of(pid, "VmRSS"), memory_of(pid, "VmHWM"));
    if (!failure.empty()) fmt::print(stderr, "kcheck-load: {}\n", failure);
    return failure.empty() ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
    try {
        const int pods = count >= 3 ? std::stoi(words[2]) / writers * writers : 0;
        if (pods <= 0) {
            fmt::print(stderr, "kcheck-load: usage: kcheck-load REFERENCE PODS [ETCD]\n");
            return 2;
        }
        return measure(words[1], pods, count > 3 ? words[3] : "");
    } catch (const std::exception& error) {
        fmt::print(stderr, "kcheck-load: {}\n", error.what());
        return 1;
    }
}
