#include "reference/http/connection.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <random>
#include <stdexcept>
#include <variant>

#include <fmt/format.h>

#include "reference/base/coroutines.hpp"
#include "reference/http/audit_log.hpp"
#include "reference/http/message_parsing.hpp"
#include "reference/http/protobuf.hpp"

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

constexpr std::size_t bytes_at_once = 64 << 10;
/// So much of a reply costs no more than the connection it goes to, and is not counted.
constexpr std::size_t reply_bytes_free = 64 << 10;
/// Of a body that was refused: a client that has begun to send one may not look at the reply before.
constexpr std::size_t discarded_most = 16 << 20;

Response failure(int code, const std::string& reason, const std::string& message) {
    return {.status = code, .body = failure_status(code, reason, message)};
}

Response too_many_requests() {
    return failure(429, "TooManyRequests", "Too many requests, please try again later.");
}

Response unsupported(const std::string& what) {
    return failure(
        415, "UnsupportedMediaType",
        fmt::format("the body of the request was in an unknown format - accepted media types include: "
                    "application/json, application/yaml, application/vnd.kubernetes.protobuf (of kinds "
                    "that have it), not {}",
                    what));
}

Response unreadable(const std::string& why) {
    return failure(400, "BadRequest", "the body of the request cannot be read: " + why);
}

template <class Parser>
bool has_body(const Parser& parser) {
    return parser.chunked() || parser.content_length().value_or(0) > 0;
}

/// `Request::body` from the text of the message, or the response that refuses it.
std::optional<Response> read_body(Request& request, const std::string& text) {
    if (text.empty() || request.method == "GET" || request.method == "HEAD") return std::nullopt;
    const auto format = body_format(request.content_type);
    if (format == BodyFormat::unsupported) return unsupported(request.content_type);
    if (format == BodyFormat::protobuf) {
        auto object = parse_protobuf(text);
        if (!object && object.error().is_unknown_kind) return unsupported(object.error().message);
        if (!object) return unreadable(object.error().message);
        request.body = std::move(*object);
        request.content_type = "application/json";  // as which it goes on
        return std::nullopt;
    }
    auto body = format == BodyFormat::yaml ? parse_yaml(text, &request.duplicate_fields)
                                           : parse_json(text, &request.duplicate_fields);
    if (!body) return unreadable(body.error());
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
    : server_(server),
      stream_(std::move(socket), &server.tls),
      buffer_(server.options.header_bytes_most + bytes_at_once),
      woken_(stream_.executor()),
      peer_(stream_.peer()) {
    server_.connections.insert(this);
}

Connection::~Connection() {
    server_.connections.erase(this);
    if (server_.connections.empty() && server_.on_last_connection_gone) server_.on_last_connection_gone();
}

net::awaitable<void> Connection::run() {
    stream_.expires_after(server_.options.head_most);
    co_await stream_.handshake(net::ssl::stream_base::server);
    of_certificate_ = user_of_peer(stream_.native_tls());
    is_stranger_ = of_certificate_.name.empty();
    bool more = true;
    while (more && !server_.stopping) more = co_await serve_request();
    co_await close();
}

void Connection::stop() {
    if (is_idle_) abort();
    woken_.cancel();
}

void Connection::abort() {
    is_ended_ = true;
    stream_.close();
    woken_.cancel();
}

/// From its first byte on a head has little time, however slowly it trickles; a stranger has no more until
/// the first byte either.
net::awaitable<void> Connection::read_head(Parser& parser, error_code& error) {
    const auto& options = server_.options;
    parser.header_limit(options.header_bytes_most);
    parser.body_limit(boost::none);  // who may not ask is told that, not how large a body may be
    is_idle_ = true;
    waiting_since_ = Steady::now();
    error = {};
    if (buffer_.size() == 0) {
        stream_.expires_after(is_stranger_ ? options.head_most : options.idle_most);
        buffer_.commit(co_await stream_.read_some(buffer_.prepare(bytes_at_once), error));
        if (error == net::error::eof) error = http::error::end_of_stream;
    }
    stream_.expires_after(options.head_most);
    if (!error) co_await read_header(stream_, buffer_, parser, error);
    is_idle_ = false;
}

net::awaitable<bool> Connection::serve_request() {
    Parser parser;
    error_code error;
    co_await read_head(parser, error);
    if (error) co_return co_await refuse_malformed(error);
    auto admitted = admit(parser);
    if (auto* refused = std::get_if<Response>(&admitted)) {
        // Behind the head of a request that is refused nothing is read: where it has a body, what comes
        // next is not the next request.
        const bool keep_alive = parser.keep_alive() && !has_body(parser) && refused->status != 501;
        co_return co_await reply(std::move(*refused), keep_alive);
    }

    const auto bytes =
        parser.content_length().value_or(parser.chunked() ? server_.options.body_bytes_most : 0);
    const auto give_up = [self = this] { self->abort(); };
    auto room = server_.bodies.take(static_cast<std::size_t>(bytes), give_up);
    if (!room) co_return co_await reply(too_many_requests(), false);
    parser.body_limit(server_.options.body_bytes_most);
    stream_.expires_after(server_.options.transfer_most);
    if (beast::iequals(parser.get()[http::field::expect], "100-continue"))
        co_await stream_.write("HTTP/1.1 100 Continue\r\n\r\n");
    co_await read_message(stream_, buffer_, parser, error);
    if (error) co_return co_await refuse_malformed(error);
    room->keep();
    auto& call = std::get<Call>(admitted);
    co_return co_await serve_admitted(std::move(call), parser, std::move(room));
}

/// Who asks what, if they may: all that can be said before the body is read.
std::variant<Call, Response> Connection::admit(const Parser& parser) {
    const auto& head = parser.get();
    if (const auto wrong = check_framing(head))
        return failure(wrong->status, wrong->status == 501 ? "NotImplemented" : "BadRequest",
                       std::string("malformed HTTP: ") + wrong->message);
    auto target = parse_target(head.target());
    if (!target) return failure(400, "BadRequest", target.error());
    auto user = authenticate(of_certificate_, head[http::field::authorization], server_.options.tokens);
    const bool is_nobody = user && user->name.empty();
    // What anybody may ask takes no body.
    if (!user || (is_nobody && has_body(parser))) return failure(401, "Unauthorized", "Unauthorized");
    if (!is_nobody) is_stranger_ = false;
    if (server_.requests >= server_.options.requests_most) return too_many_requests();

    Call call{.user = *user,
              .runs_as = *user,
              .request = {.method = head.method_string(),
                          .path = std::move(target->path),
                          .query = std::move(target->query),
                          .content_type = head[http::field::content_type],
                          .accept = head[http::field::accept],
                          .user_agent = head[http::field::user_agent]},
              .uri = head.target()};
    auto refusal = impersonate_in(call, head);
    if (!refusal) refusal = server_.api.refusal(call.runs_as, call.request);
    if (refusal) {
        if (server_.options.audit != nullptr) server_.options.audit->record(call, *refusal, Clock::now());
        return std::move(*refusal);
    }
    const auto length = parser.content_length();
    if (length && *length > server_.options.body_bytes_most) return too_large();
    return call;
}

/// The refusal, if the head asks for somebody whom the caller may not be.
std::optional<Response> Connection::impersonate_in(Call& call, const RequestHead& head) {
    try {
        call.impersonation = requested_impersonation(head);
    } catch (const std::invalid_argument& error) {
        return failure(403, "Forbidden", error.what());
    }
    if (!call.impersonation) return std::nullopt;
    auto other = server_.api.impersonated(call.user, *call.impersonation);
    if (auto* refusal = std::get_if<Response>(&other)) return std::move(*refusal);
    call.runs_as = std::get<User>(std::move(other));
    return std::nullopt;
}

/// The room of the body is given back as soon as there is no body any more: a watch may last for an hour,
/// and a reply waits for its reader.
net::awaitable<bool> Connection::serve_admitted(Call call, Parser& parser,
                                                std::optional<ByteBudget::Room> room) {
    const bool keep_alive = parser.keep_alive();
    if (apiserver::ApiServer::is_watch(call.request)) {
        parser.get().body() = {};
        room.reset();
        co_return co_await serve_watch(std::move(call), keep_alive);
    }
    // Others may have come while the body did.
    if (server_.requests >= server_.options.requests_most)
        co_return co_await reply(too_many_requests(), keep_alive);
    auto work = [this, call = std::move(call), body = std::move(parser.get().body())]() mutable {
        return handle(call, body);
    };
    const Counted counted(server_.requests);
    Response response = co_await on_pool(server_.pool, std::move(work));
    room.reset();
    co_return co_await reply(std::move(response), keep_alive);
}

/// On the pool. What it returns is text: the values that it was made of are gone.
Response Connection::handle(Call& call, const std::string& body) {
    const auto received = Clock::now();
    auto refusal = read_body(call.request, body);
    Response response = refusal ? std::move(*refusal) : server_.api.handle(call.runs_as, call.request);
    if (server_.options.audit != nullptr) server_.options.audit->record(call, response, received);
    if (!response.raw) {
        response.raw = response.body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
        response.raw->shrink_to_fit();  // it may wait for its reader: half of it would be nothing
        response.body = {};
    }
    if (call.request.method == "HEAD") response.raw->clear();
    return response;
}

Response Connection::too_large() const {
    return failure(413, "RequestEntityTooLarge",
                   fmt::format("Request entity too large: limit is {}", server_.options.body_bytes_most));
}

net::awaitable<bool> Connection::refuse_malformed(error_code error) {
    if (error == http::error::end_of_stream) co_return false;
    if (error == http::error::body_limit) co_return co_await reply(too_large(), false);
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
        co_return co_await reply(failure(431, "BadRequest", "the header of the request is too large"), false);
    if (error.category() == http::make_error_code(http::error::end_of_stream).category())
        co_return co_await reply(failure(400, "BadRequest", "malformed HTTP: " + error.message()), false);
    throw boost::system::system_error(error);
}

net::awaitable<bool> Connection::reply(Response response, bool keep_alive) {
    if (!response.raw) response.raw = response.body.dump() + "\n";
    std::optional<ByteBudget::Room> room;
    if (response.raw->size() > reply_bytes_free) {
        room = server_.replies.take(response.raw->size(), [self = this] { self->abort(); });
        if (!room) {
            response = too_many_requests();
            response.raw = response.body.dump() + "\n";
        }
    }
    HttpResponse message(static_cast<http::status>(response.status), 11);
    message.set(http::field::content_type, response.content_type);
    message.set(http::field::cache_control, "no-cache, private");
    if (response.status == 429) message.set(http::field::retry_after, "1");
    message.body() = std::move(*response.raw);
    message.keep_alive(keep_alive && !server_.stopping);
    message.prepare_payload();
    stream_.expires_after(server_.options.transfer_most);
    error_code error;
    co_await write_message(stream_, message, error);
    if (error) throw boost::system::system_error(error);
    co_return message.keep_alive();
}

net::awaitable<bool> Connection::serve_watch(Call call, bool keep_alive) {
    const auto news = [weak = weak_from_this(), executor = stream_.executor()](WatchQueue::News what) {
        post_to(executor, [weak, what] {
            if (const auto connection = weak.lock()) connection->on_news(what);
        });
    };
    const auto queue = std::make_shared<WatchQueue>(server_.memory, news);
    const auto timeout = watch_timeout(call.request.query);
    const auto begin = [this, &call, queue] {
        const auto received = Clock::now();
        auto begun = server_.api.watch(
            call.runs_as, call.request, [queue](const WatchEvent& event) { queue->push(event); },
            [queue] { queue->end(); });
        const auto* refusal = std::get_if<Response>(&begun);
        if (server_.options.audit != nullptr)
            server_.options.audit->record(call, refusal ? *refusal : Response{}, received);
        return begun;
    };
    std::variant<std::unique_ptr<apiserver::Subscription>, Response> begun;
    {
        const Counted counted(server_.requests);  // not while it lasts
        begun = co_await on_pool(server_.pool, begin);
    }
    const auto* refusal = std::get_if<Response>(&begun);
    if (refusal != nullptr && refusal->status == 410) {
        // The versions are gone: the stream says so (apiserver/pkg/storage/cacher: newErrWatcher).
        queue->push({"ERROR", refusal->body});
        queue->end();
        co_await stream_events(queue, timeout);
        co_return false;
    }
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
        co_await stream_.discard(discarded_most);
    }
    abort();
}

}  // namespace kcheck::reference::http
