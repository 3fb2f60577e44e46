#include "reference/http/connection.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <random>
#include <variant>

#include <fmt/format.h>
#include <boost/beast/http/parser.hpp>

#include "reference/base/coroutines.hpp"
#include "reference/http/audit_log.hpp"
#include "reference/http/message_parsing.hpp"

namespace kcheck::reference::http {

namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using std::chrono::seconds;
using Steady = std::chrono::steady_clock;

/// Runs `work` on the pool and comes back with what it returns.
template <class Work>
net::awaitable<std::invoke_result_t<Work>> on_pool(net::thread_pool& pool, Work work) {
    std::optional<std::invoke_result_t<Work>> result;
    // Not within co_await: g++ 12 copies what such a lambda captures byte by byte.
    std::function<void()> run = [&result, work = std::move(work)]() mutable { result = work(); };
    const net::any_io_executor executor = pool.get_executor();
    co_await run_on(executor, std::move(run));
    co_return std::move(*result);
}

/// Counts a request while it is being handled.
class Counted {
public:
    explicit Counted(std::size_t& counter) : counter_(counter) { ++counter_; }
    ~Counted() { --counter_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

private:
    std::size_t& counter_;
};

Response failure(int code, const std::string& reason, const std::string& message) {
    return {.status = code, .body = failure_status(code, reason, message)};
}

/// `Request::body` from the text of the message, or the response that refuses it.
std::optional<Response> read_body(Request& request, const std::string& text) {
    if (text.empty()) return std::nullopt;
    const auto format = body_format(request.content_type);
    if (format == BodyFormat::unsupported)
        return failure(415, "UnsupportedMediaType",
                       fmt::format("the body of the request was in an unknown format - accepted media types "
                                   "include: application/json, application/yaml, not {}",
                                   request.content_type));
    auto body = format == BodyFormat::yaml ? parse_yaml(text) : parse_json(text);
    if (!body) return failure(400, "BadRequest", "the body of the request cannot be read: " + body.error());
    request.body = std::move(*body);
    return std::nullopt;
}

/// Randomized, so that clients that began together do not all begin anew together
/// (apiserver/pkg/endpoints/handlers: minRequestTimeout).
seconds default_watch_timeout() {
    static thread_local std::minstd_rand random(std::random_device{}());
    return seconds(std::uniform_int_distribution(1800, 3600)(random));
}

seconds watch_timeout(const Query& query) {
    const auto given = query.find("timeoutSeconds");
    int value = 0;
    if (given != query.end())
        std::from_chars(given->second.data(), given->second.data() + given->second.size(), value);
    return value > 0 ? seconds(value) : default_watch_timeout();
}

}  // namespace

Connection::Connection(ServerState& server, net::ip::tcp::socket socket)
    : server_(server), stream_(std::move(socket), &server.tls), woken_(stream_.executor()) {
    server_.connections.insert(this);
}

Connection::~Connection() {
    server_.connections.erase(this);
    if (server_.connections.empty() && server_.on_last_connection_gone) server_.on_last_connection_gone();
}

net::awaitable<void> Connection::run() {
    stream_.expires_after(server_.options.transfer_most);
    co_await stream_.handshake(net::ssl::stream_base::server);
    of_certificate_ = user_of_peer(stream_.native_tls());
    bool more = true;
    while (more && !server_.stopping) more = co_await serve_request();
    co_await close();
}

void Connection::stop() {
    if (is_idle_) abort();
    woken_.cancel();
}

void Connection::abort() {
    stream_.close();
    woken_.cancel();
}

net::awaitable<bool> Connection::serve_request() {
    http::request_parser<http::string_body> parser;
    parser.header_limit(server_.options.header_bytes_most);
    parser.body_limit(server_.options.body_bytes_most);

    error_code error;
    is_idle_ = true;
    stream_.expires_after(server_.options.idle_most);
    co_await read_header(stream_, buffer_, parser, error);
    is_idle_ = false;
    stream_.expires_after(server_.options.transfer_most);
    if (!error && beast::iequals(parser.get()[http::field::expect], "100-continue"))
        co_await stream_.write("HTTP/1.1 100 Continue\r\n\r\n");
    if (!error) co_await read_message(stream_, buffer_, parser, error);
    if (error) co_return co_await refuse_malformed(error);
    co_return co_await dispatch(parser.release());
}

net::awaitable<bool> Connection::dispatch(HttpRequest message) {
    const bool keep_alive = message.keep_alive();
    auto target = parse_target(message.target());
    if (!target) co_return co_await reply(failure(400, "BadRequest", target.error()), keep_alive);
    const auto user =
        authenticate(of_certificate_, message[http::field::authorization], server_.options.tokens);
    if (!user) co_return co_await reply(failure(401, "Unauthorized", "Unauthorized"), keep_alive);
    if (server_.requests >= server_.options.requests_most)
        co_return co_await reply(
            failure(429, "TooManyRequests", "Too many requests, please try again later."), keep_alive);
    Request request{.method = message.method_string(),
                    .path = std::move(target->path),
                    .query = std::move(target->query),
                    .content_type = message[http::field::content_type],
                    .accept = message[http::field::accept],
                    .user_agent = message[http::field::user_agent]};
    if (apiserver::ApiServer::is_watch(request))
        co_return co_await serve_watch(*user, std::move(request), message.target(), keep_alive);

    auto handle = [this, user = *user, request = std::move(request),
                   target_text = std::string(message.target()), body = std::move(message.body())]() mutable {
        const auto received = Clock::now();
        auto refusal = read_body(request, body);
        Response response = refusal ? std::move(*refusal) : server_.api.handle(user, request);
        if (server_.options.audit != nullptr)
            server_.options.audit->record(user, request, target_text, response, received);
        if (!response.raw)
            response.raw = response.body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
        if (request.method == "HEAD") response.raw->clear();
        return response;
    };
    const Counted counted(server_.requests);
    Response response = co_await on_pool(server_.pool, std::move(handle));
    co_return co_await reply(std::move(response), keep_alive);
}

net::awaitable<bool> Connection::refuse_malformed(error_code error) {
    if (error == http::error::end_of_stream) co_return false;
    if (error == http::error::body_limit)
        co_return co_await reply(
            failure(413, "RequestEntityTooLarge",
                    fmt::format("Request entity too large: limit is {}", server_.options.body_bytes_most)),
            false);
    if (error == http::error::header_limit)
        co_return co_await reply(failure(431, "BadRequest", "the header of the request is too large"), false);
    if (error.category() == http::make_error_code(http::error::end_of_stream).category())
        co_return co_await reply(failure(400, "BadRequest", "malformed HTTP: " + error.message()), false);
    throw boost::system::system_error(error);
}

net::awaitable<bool> Connection::reply(Response response, bool keep_alive) {
    HttpResponse message(static_cast<http::status>(response.status), 11);
    message.set(http::field::content_type, response.content_type);
    message.set(http::field::cache_control, "no-cache, private");
    if (response.status == 429) message.set(http::field::retry_after, "1");
    message.body() = response.raw ? std::move(*response.raw) : response.body.dump() + "\n";
    message.keep_alive(keep_alive && !server_.stopping);
    message.prepare_payload();
    stream_.expires_after(server_.options.transfer_most);
    error_code error;
    co_await write_message(stream_, message, error);
    if (error) throw boost::system::system_error(error);
    co_return message.keep_alive();
}

net::awaitable<bool> Connection::serve_watch(User user, Request request, std::string uri, bool keep_alive) {
    const auto news = [weak = weak_from_this(), executor = stream_.executor()](WatchQueue::News what) {
        post_to(executor, [weak, what] {
            if (const auto connection = weak.lock()) connection->on_news(what);
        });
    };
    const auto queue = std::make_shared<WatchQueue>(server_.memory, news);
    const auto timeout = watch_timeout(request.query);
    const auto begin = [this, &user, &request, &uri, queue] {
        const auto received = Clock::now();
        auto begun = server_.api.watch(
            user, request, [queue](const WatchEvent& event) { queue->push(event); },
            [queue] { queue->end(); });
        const auto* refusal = std::get_if<Response>(&begun);
        if (server_.options.audit != nullptr)
            server_.options.audit->record(user, request, uri, refusal ? *refusal : Response{}, received);
        return begun;
    };
    std::variant<std::unique_ptr<apiserver::Subscription>, Response> begun;
    {
        const Counted counted(server_.requests);  // not while it lasts
        begun = co_await on_pool(server_.pool, begin);
    }
    const auto* refusal = std::get_if<Response>(&begun);
    if (refusal != nullptr) co_return co_await reply(*refusal, keep_alive);

    // The end of a subscription may have to wait for a commit that is being announced: not on this thread.
    const std::shared_ptr<apiserver::Subscription> subscription(
        std::get<std::unique_ptr<apiserver::Subscription>>(begun).release(),
        [this](apiserver::Subscription* ended) {
            post_to(server_.pool.get_executor(), [ended] { delete ended; });
        });
    queue->begin_live();
    co_await stream_events(queue, timeout);
    queue->end();
    co_return false;
}

net::awaitable<void> Connection::stream_events(std::shared_ptr<WatchQueue> queue, seconds timeout) {
    HttpResponse header(http::status::ok, 11);
    header.set(http::field::content_type, "application/json");
    header.set(http::field::cache_control, "no-cache, private");
    header.chunked(true);
    header.keep_alive(false);
    stream_.expires_after(server_.options.transfer_most);
    const auto text = to_text(header);
    co_await stream_.write(text);
    is_watching_ = true;
    start_coroutine(stream_.executor(), detect_end(),
                    [self = shared_from_this()](const std::exception_ptr&) {});

    const auto deadline = Steady::now() + timeout;
    while (!is_gone_ && !server_.stopping && Steady::now() < deadline) {
        const auto taken = queue->take();
        if (!taken.lines.empty()) co_await write_chunk(taken.lines);
        if (taken.ended) break;
        if (!taken.lines.empty()) continue;
        woken_.expires_at(deadline);
        co_await wait_for(woken_);
    }
    if (is_gone_) co_return;
    stream_.expires_after(server_.options.transfer_most);
    co_await stream_.write("0\r\n\r\n");
}

net::awaitable<void> Connection::write_chunk(std::string lines) {
    stream_.expires_after(server_.options.transfer_most);
    const auto chunk = fmt::format("{:x}\r\n{}\r\n", lines.size(), lines);
    co_await stream_.write(chunk);
}

void Connection::on_news(WatchQueue::News news) {
    if (news == WatchQueue::News::cut) return abort();
    woken_.cancel();
}

/// Reads beside the writing of a watch, for nothing but the end of the client.
net::awaitable<void> Connection::detect_end() {
    std::array<char, 512> ignored{};
    error_code error;
    while (!error) {
        stream_.expires_never();
        co_await stream_.read_some(net::buffer(ignored), error);
    }
    is_gone_ = true;
    woken_.cancel();
}

/// Says goodbye, and reads what the client still sends for a moment: closing a socket with unread bytes
/// would reset it, and the client might lose the reply that told it why.
net::awaitable<void> Connection::close() {
    constexpr seconds moment(1);
    error_code error;
    stream_.expires_after(moment);
    if (!is_watching_) co_await stream_.shutdown(error);
    stream_.end_sending();
    if (is_watching_) {  // detect_end() is reading
        woken_.expires_after(moment);
        if (!is_gone_) co_await wait_for(woken_);
    } else {
        co_await stream_.discard(16 << 20);
    }
    abort();
}

}  // namespace kcheck::reference::http
