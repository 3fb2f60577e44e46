#include "reference/http/client.hpp"

#include <charconv>
#include <deque>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include "reference/base/coroutines.hpp"
#include "reference/base/http_messages.hpp"
#include "reference/http/message_parsing.hpp"

namespace kcheck::reference::http {

namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Steady = std::chrono::steady_clock;
using ReplyParser = http::response_parser<http::string_body>;

struct Server {
    std::string address, port;
    std::string name;  // that its certificate has to bear
    std::string host;  // of the Host header
};

/// Of "https://127.0.0.1:6443". Servers of this cluster are on this machine: no name is looked up.
Server read_server(const std::string& url) {
    static constexpr std::string_view scheme = "https://";
    const auto colon = url.rfind(':');
    unsigned port = 0;
    if (url.starts_with(scheme) && colon != std::string::npos && colon >= scheme.size())
        std::from_chars(url.data() + colon + 1, url.data() + url.size(), port);
    error_code error;
    const auto name = port == 0 ? "" : url.substr(scheme.size(), colon - scheme.size());
    const auto address = net::ip::make_address(name == "localhost" ? "127.0.0.1" : name, error);
    if (error || port > 65535)
        throw std::runtime_error(fmt::format("\"{}\" is no server (like https://127.0.0.1:6443)", url));
    return {address.to_string(), std::to_string(port), name, fmt::format("{}:{}", name, port)};
}

std::string percent_encode(std::string_view text, std::string_view kept) {
    std::string encoded;
    for (const char c : text) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           kept.find(c) != std::string_view::npos;
        encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

struct OpenConnection {
    OpenConnection(net::io_context& context, net::ssl::context& tls) : stream(context.get_executor(), &tls) {}

    ByteStream stream;
    beast::flat_buffer buffer;
    Steady::time_point last_used = Steady::now();
};
using ConnectionPointer = std::unique_ptr<OpenConnection>;

/// What a watch's coroutine shares with whoever holds its stream.
struct WatchState {
    client::WatchHandler handler;
    ConnectionPointer connection;
    bool cancelled = false;
};

class HttpWatchStream final : public client::WatchStream {
public:
    explicit HttpWatchStream(std::shared_ptr<WatchState> state) : state_(std::move(state)) {}
    ~HttpWatchStream() override {
        state_->cancelled = true;
        if (state_->connection) state_->connection->stream.close();
    }

private:
    std::shared_ptr<WatchState> state_;
};

Json status_of(int code, const std::string& text) {
    if (auto status = parse_json(text); status && string_at(*status, "/kind") == "Status")
        return std::move(*status);
    return failure_status(code, "InternalError", text.substr(0, 200));
}

}  // namespace

std::string to_target(const std::string& path, const Query& query) {
    auto target = percent_encode(path, "-._~/:");
    char separator = '?';
    for (const auto& [name, value] : query) {
        target += separator + percent_encode(name, "-._~") + "=" + percent_encode(value, "-._~");
        separator = '&';
    }
    return target;
}

class HttpApi::Implementation : public std::enable_shared_from_this<Implementation> {
public:
    Implementation(EventLoop& loop, const KubeConfig& config, HttpApiOptions options)
        : context_(loop.context()),
          options_(std::move(options)),
          server_(read_server(config.server)),
          token_(config.token),
          tls_(client_context(config.identity, config.authority)) {
        tls_.set_verify_callback(net::ssl::host_name_verification(server_.name));
    }

    void shut() { is_shut_ = true; }

    void send(Request request, std::function<void(Response)> done) {
        waiting_.push_back({std::move(request), std::move(done)});
        start_next();
    }

    std::unique_ptr<client::WatchStream> watch(Request request, client::WatchHandler handler) {
        request.query["watch"] = "true";
        request.query.emplace("allowWatchBookmarks", "true");
        request.query.emplace("timeoutSeconds", std::to_string(options_.watch_timeout.count()));
        auto state = std::make_shared<WatchState>();
        state->handler = std::move(handler);
        start_coroutine(context_.get_executor(), run_watch(shared_from_this(), state, message_of(request)),
                        [](const std::exception_ptr&) {});
        return std::make_unique<HttpWatchStream>(std::move(state));
    }

private:
    struct Waiting {
        Request request;
        std::function<void(Response)> done;
    };

    void start_next() {
        if (waiting_.empty() || under_way_ >= options_.connections_most || is_shut_) return;
        auto [request, done] = std::move(waiting_.front());
        waiting_.pop_front();
        ++under_way_;
        const auto response = std::make_shared<Response>();
        start_coroutine(context_.get_executor(), exchange(message_of(request), response),
                        [self = shared_from_this(), response,
                         finished = std::move(done)](const std::exception_ptr& failure) {
                            --self->under_way_;
                            if (failure) *response = {.status = 0};
                            if (!self->is_shut_) finished(std::move(*response));
                            self->start_next();
                        });
    }

    HttpRequest message_of(const Request& request) const {
        HttpRequest message(http::string_to_verb(request.method), to_target(request.path, request.query), 11);
        message.set(http::field::host, server_.host);
        message.set(http::field::user_agent,
                    request.user_agent.empty() ? options_.user_agent : request.user_agent);
        message.set(http::field::accept, request.accept);
        if (!token_.empty()) message.set(http::field::authorization, "Bearer " + token_);
        if (!request.body.is_null()) {
            message.set(http::field::content_type, request.content_type);
            message.body() = request.body.dump();
        }
        message.prepare_payload();
        return message;
    }

    net::awaitable<void> connect(OpenConnection& connection) {
        connection.stream.expires_after(options_.connect_most);
        co_await connection.stream.connect(server_.address, server_.port);
        co_await connection.stream.handshake(net::ssl::stream_base::client);
    }

    /// One that was kept and still lives; null if there is none. Between requests a server that is
    /// alive says nothing: a byte, or an end, is its farewell.
    ConnectionPointer take_kept() {
        while (!kept_.empty()) {
            auto connection = std::move(kept_.back());
            kept_.pop_back();
            if (Steady::now() - connection->last_used < options_.idle_most && connection->stream.is_quiet())
                return connection;
        }
        return nullptr;
    }

    net::awaitable<void> exchange(HttpRequest message, std::shared_ptr<Response> result) {
        std::optional<Response> response;
        bool may_try = true;
        if (auto kept = take_kept()) {
            response = co_await exchange_on(std::move(kept), message);
            may_try = !response && message.method() == http::verb::get;
        }
        if (may_try) {
            auto connection = std::make_unique<OpenConnection>(context_, tls_);
            co_await connect(*connection);
            response = co_await exchange_on(std::move(connection), message);
        }
        *result = response ? std::move(*response) : Response{.status = 0};
    }

    /// None: the connection broke before the whole reply was here.
    net::awaitable<std::optional<Response>> exchange_on(ConnectionPointer connection,
                                                        const HttpRequest& message) {
        constexpr std::uint64_t reply_bytes_most = std::uint64_t{1} << 30;
        error_code error;
        connection->stream.expires_after(options_.reply_most);
        co_await write_message(connection->stream, message, error);
        // Even if not all was taken: a server that refuses a large body says so before it closes.
        ReplyParser parser;
        parser.body_limit(reply_bytes_most);
        co_await read_message(connection->stream, connection->buffer, parser, error);
        if (error) co_return std::nullopt;
        auto reply = parser.release();
        if (reply.keep_alive()) {
            connection->last_used = Steady::now();
            kept_.push_back(std::move(connection));
        }
        Response response{.status = static_cast<int>(reply.result_int()),
                          .content_type = reply[http::field::content_type]};
        if (body_format(response.content_type) != BodyFormat::json) {
            response.raw = std::move(reply.body());
        } else if (!reply.body().empty()) {
            auto body = parse_json(reply.body());
            if (!body) co_return std::nullopt;
            response.body = std::move(*body);
        }
        co_return response;
    }

    static net::awaitable<void> run_watch(std::shared_ptr<Implementation> self,
                                          std::shared_ptr<WatchState> state, HttpRequest message) {
        try {
            state->connection = std::make_unique<OpenConnection>(self->context_, self->tls_);
            co_await self->connect(*state->connection);
            co_await self->read_events(*state, message);
        } catch (const boost::system::system_error&) {
            // A stream that breaks has ended.
        }
        state->connection.reset();
        if (!state->cancelled && !self->is_shut_) state->handler.on_end();
    }

    net::awaitable<void> read_events(WatchState& state, const HttpRequest& message) {
        auto& [stream, buffer, last_used] = *state.connection;
        // The server ends the watch in its time; one that has not by twice that is gone.
        stream.expires_after(2 * options_.watch_timeout);
        error_code error;
        co_await write_message(stream, message, error);
        ReplyParser parser;
        parser.body_limit(boost::none);
        if (!error) co_await read_header(stream, buffer, parser, error);
        // The parser appends to its body, from which whole lines are taken.
        std::string& text = parser.get().body();
        const auto code = parser.get().result_int();
        while (!error && !parser.is_done() && !state.cancelled) {
            co_await read_more(stream, buffer, parser, error);
            if (code == 200 && !error) deliver_lines(state, text);
        }
        if (error) throw boost::system::system_error(error);
        if (code != 200 && !state.cancelled && !is_shut_)
            state.handler.on_event({"ERROR", status_of(static_cast<int>(code), text)});
    }

    /// Takes the whole lines from `text`.
    void deliver_lines(WatchState& state, std::string& text) const {
        std::size_t begin = 0;
        for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
            auto event = parse_json(std::string_view(text).substr(begin, end - begin));
            begin = end + 1;
            if (state.cancelled || is_shut_) return;
            if (!event || !event->is_object() || !event->contains("object"))
                throw boost::system::system_error(http::make_error_code(http::error::bad_chunk));
            state.handler.on_event({string_at(*event, "/type"), std::move((*event)["object"])});
        }
        text.erase(0, begin);
    }

    net::io_context& context_;
    const HttpApiOptions options_;
    const Server server_;
    const std::string token_;
    net::ssl::context tls_;
    std::vector<ConnectionPointer> kept_;
    std::deque<Waiting> waiting_;
    std::size_t under_way_ = 0;
    bool is_shut_ = false;
};

HttpApi::HttpApi(EventLoop& loop, const KubeConfig& config, HttpApiOptions options)
    : implementation_(std::make_shared<Implementation>(loop, config, std::move(options))) {}
HttpApi::~HttpApi() { implementation_->shut(); }
void HttpApi::send(Request request, std::function<void(Response)> done) {
    implementation_->send(std::move(request), std::move(done));
}
std::unique_ptr<client::WatchStream> HttpApi::watch(Request request, client::WatchHandler handler) {
    return implementation_->watch(std::move(request), std::move(handler));
}

}  // namespace kcheck::reference::http
