#include "reference/runtime/runtime_socket.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

namespace kcheck::reference::runtime {

namespace {

namespace net = boost::asio;
using boost::system::error_code;
using net::local::stream_protocol;

/// A socket that carries JSON values, a line each. `on_line` throws Json::exception on what it does
/// not understand; that ends the channel, as the end of the other side does, and `on_end` is called once.
class Channel : public std::enable_shared_from_this<Channel> {
public:
    explicit Channel(stream_protocol::socket socket) : socket_(std::move(socket)) {}

    void start(std::function<void(const Json&)> on_line, std::function<void()> on_end) {
        on_line_ = std::move(on_line);
        on_end_ = std::move(on_end);
        read();
    }

    void write(const Json& line) {
        outgoing_ += line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
        if (writing_.empty()) flush();
    }

    /// on_end is not called.
    void close() {
        error_code ignored;
        socket_.close(ignored);
        on_line_ = nullptr;
        on_end_ = nullptr;
    }

private:
    void read() {
        net::async_read_until(socket_, incoming_, '\n',
                              [self = shared_from_this()](error_code error, std::size_t size) {
                                  if (error || !self->take(size)) return self->end();
                                  self->read();
                              });
    }

    bool take(std::size_t size) {
        const auto begin = net::buffers_begin(incoming_.data());
        const std::string line(begin, begin + static_cast<std::ptrdiff_t>(size));
        incoming_.consume(size);
        try {
            const auto value = Json::parse(line);
            if (const auto on_line = on_line_) on_line(value);
        } catch (const Json::exception&) {
            return false;
        }
        return true;
    }

    void flush() {
        writing_ = std::exchange(outgoing_, {});
        net::async_write(socket_, net::buffer(writing_),
                         [self = shared_from_this()](error_code error, std::size_t) {
                             self->writing_.clear();
                             if (error) return self->end();
                             if (!self->outgoing_.empty()) self->flush();
                         });
    }

    void end() {
        const auto on_end = std::move(on_end_);
        close();
        if (on_end) on_end();
    }

    static constexpr std::size_t line_bytes_most = 16 << 20;
    stream_protocol::socket socket_;
    net::streambuf incoming_{line_bytes_most};
    std::string writing_, outgoing_;
    std::function<void(const Json&)> on_line_;
    std::function<void()> on_end_;
};

}  // namespace

class RuntimeClient::Implementation : public std::enable_shared_from_this<Implementation> {
public:
    Implementation(EventLoop& loop, std::string socket) : loop_(loop), endpoint_(socket) {}

    void call(std::string method, Json parameters, std::function<void(RuntimeResult)> done) {
        const auto id = ++last_id_;
        pending_.emplace(id, std::move(done));
        const Json line = {{"id", id}, {"method", std::move(method)}, {"parameters", std::move(parameters)}};
        if (channel_ == nullptr && !connect())
            return net::post(loop_.context(), [self = shared_from_this()] { self->fail_all(); });
        channel_->write(line);
    }

    void shut() {
        if (channel_) channel_->close();
        channel_.reset();
        pending_.clear();
    }

private:
    /// To a UNIX socket this does not wait.
    bool connect() {
        stream_protocol::socket socket(loop_.context());
        error_code error;
        socket.connect(endpoint_, error);
        if (error) return false;
        channel_ = std::make_shared<Channel>(std::move(socket));
        channel_->start([self = shared_from_this()](const Json& line) { self->finish(line); },
                        [self = shared_from_this()] { self->fail_all(); });
        return true;
    }

    void finish(const Json& line) {
        const auto found = pending_.extract(line.at("id").get<std::uint64_t>());
        if (found.empty()) return;
        if (line.contains("error"))
            return found.mapped()(tl::unexpected(line.at("error").get<std::string>()));
        found.mapped()(line.at("result"));
    }

    void fail_all() {
        channel_.reset();
        for (auto& [id, done] : std::exchange(pending_, {}))
            done(tl::unexpected<std::string>("the container runtime cannot be reached"));
    }

    EventLoop& loop_;
    const stream_protocol::endpoint endpoint_;
    std::shared_ptr<Channel> channel_;  // null: not connected
    std::map<std::uint64_t, std::function<void(RuntimeResult)>> pending_;
    std::uint64_t last_id_ = 0;
};

RuntimeClient::RuntimeClient(EventLoop& loop, std::string socket)
    : implementation_(std::make_shared<Implementation>(loop, std::move(socket))) {}
RuntimeClient::~RuntimeClient() { implementation_->shut(); }
void RuntimeClient::call(std::string method, Json parameters, std::function<void(RuntimeResult)> done) {
    implementation_->call(std::move(method), std::move(parameters), std::move(done));
}

class RuntimeServer::Implementation : public std::enable_shared_from_this<Implementation> {
public:
    Implementation(EventLoop& loop, const std::string& socket, Handler handler)
        : acceptor_(loop.context()), handler_(std::move(handler)) {
        try {
            ::unlink(socket.c_str());
            acceptor_.open();
            acceptor_.bind(stream_protocol::endpoint(socket));
            if (::chmod(socket.c_str(), 0600) != 0)
                throw boost::system::system_error(errno, boost::system::system_category());
            acceptor_.listen();
        } catch (const boost::system::system_error& error) {
            throw std::runtime_error(fmt::format("cannot listen on {}: {}", socket, error.code().message()));
        }
    }

    void accept() {
        acceptor_.async_accept([self = shared_from_this()](error_code error, stream_protocol::socket socket) {
            if (!self->acceptor_.is_open()) return;
            if (!error) self->serve(std::make_shared<Channel>(std::move(socket)));
            self->accept();
        });
    }

    void shut() {
        acceptor_.close();
        for (const auto& channel : channels_) channel->close();
        channels_.clear();
    }

private:
    void serve(std::shared_ptr<Channel> channel) {
        channels_.insert(channel);
        const std::weak_ptr weak = channel;
        channel->start([self = shared_from_this(), weak](const Json& line) { self->handle(weak, line); },
                       [self = shared_from_this(), weak] { self->channels_.erase(weak.lock()); });
    }

    void handle(const std::weak_ptr<Channel>& weak, const Json& line) {
        const auto id = line.at("id").get<std::uint64_t>();
        handler_(line.at("method").get<std::string>(), line.at("parameters"),
                 [weak, id](RuntimeResult result) {
                     const auto channel = weak.lock();
                     if (!channel) return;
                     if (result)
                         channel->write({{"id", id}, {"result", std::move(*result)}});
                     else
                         channel->write({{"id", id}, {"error", std::move(result.error())}});
                 });
    }

    stream_protocol::acceptor acceptor_;
    Handler handler_;
    std::set<std::shared_ptr<Channel>> channels_;
};

RuntimeServer::RuntimeServer(EventLoop& loop, const std::string& socket, Handler handler)
    : implementation_(std::make_shared<Implementation>(loop, socket, std::move(handler))) {
    implementation_->accept();
}
RuntimeServer::~RuntimeServer() { implementation_->shut(); }

}  // namespace kcheck::reference::runtime
