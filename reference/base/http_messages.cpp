#include "reference/base/http_messages.hpp"

#include <fmt/format.h>
#include <boost/asio/error.hpp>
#include <boost/beast/core/read_size.hpp>

namespace kcheck::reference {

namespace beast = boost::beast;
namespace http = beast::http;

namespace {

template <class Fields>
void append_fields(std::string& text, const Fields& fields) {
    for (const auto& field : fields) {
        text.append(field.name_string()).append(": ");
        text.append(field.value()).append("\r\n");
    }
    text += "\r\n";
}

template <bool is_request>
ByteStream::Awaitable<void> write(ByteStream& stream,
                                  const http::message<is_request, http::string_body>& message,
                                  ByteStream::Error& error) {
    constexpr std::size_t copied_most = 16 << 10;  // in one segment; beyond, a second copy is what costs
    const bool in_one = message.body().size() <= copied_most;
    auto text = to_text(message);
    if (in_one) text += message.body();
    co_await stream.write(text, error);
    if (!in_one && !error) co_await stream.write(message.body(), error);
}

}  // namespace

std::string to_text(const http::request_header<>& header) {
    std::string text(header.method_string());
    text.append(" ").append(header.target()).append(" HTTP/1.1\r\n");
    append_fields(text, header);
    return text;
}

std::string to_text(const http::response_header<>& header) {
    auto text = fmt::format("HTTP/1.1 {} ", header.result_int());
    text.append(header.reason()).append("\r\n");
    append_fields(text, header);
    return text;
}

ByteStream::Awaitable<void> write_message(ByteStream& stream, const HttpRequest& message,
                                          ByteStream::Error& error) {
    return write(stream, message, error);
}

ByteStream::Awaitable<void> write_message(ByteStream& stream, const HttpResponse& message,
                                          ByteStream::Error& error) {
    return write(stream, message, error);
}

template <bool is_request>
ByteStream::Awaitable<void> read_more(ByteStream& stream, beast::flat_buffer& buffer,
                                      http::basic_parser<is_request>& parser, ByteStream::Error& error) {
    constexpr std::size_t bytes_at_once_most = 65536;
    for (;;) {
        if (buffer.size() > 0) {
            buffer.consume(parser.put(buffer.data(), error));
            if (error != http::error::need_more) co_return;
        }
        const auto size = beast::read_size(buffer, bytes_at_once_most);
        if (size == 0) {
            error = http::error::buffer_overflow;
            co_return;
        }
        const auto free = buffer.prepare(size);
        buffer.commit(co_await stream.read_some(free, error));
        if (error == boost::asio::error::eof) {
            error = {};
            if (parser.got_some())
                parser.put_eof(error);
            else
                error = http::error::end_of_stream;
            co_return;
        }
        if (error) co_return;
    }
}

template <bool is_request>
ByteStream::Awaitable<void> read_header(ByteStream& stream, beast::flat_buffer& buffer,
                                        http::basic_parser<is_request>& parser, ByteStream::Error& error) {
    parser.eager(false);
    error = {};
    while (!error && !parser.is_header_done()) co_await read_more(stream, buffer, parser, error);
}

template <bool is_request>
ByteStream::Awaitable<void> read_message(ByteStream& stream, beast::flat_buffer& buffer,
                                         http::basic_parser<is_request>& parser, ByteStream::Error& error) {
    parser.eager(true);
    error = {};
    while (!error && !parser.is_done()) co_await read_more(stream, buffer, parser, error);
}

template ByteStream::Awaitable<void> read_more(ByteStream&, beast::flat_buffer&, http::basic_parser<false>&,
                                               ByteStream::Error&);
template ByteStream::Awaitable<void> read_header(ByteStream&, beast::flat_buffer&, http::basic_parser<true>&,
                                                 ByteStream::Error&);
template ByteStream::Awaitable<void> read_header(ByteStream&, beast::flat_buffer&, http::basic_parser<false>&,
                                                 ByteStream::Error&);
template ByteStream::Awaitable<void> read_message(ByteStream&, beast::flat_buffer&, http::basic_parser<true>&,
                                                  ByteStream::Error&);
template ByteStream::Awaitable<void> read_message(ByteStream&, beast::flat_buffer&,
                                                  http::basic_parser<false>&, ByteStream::Error&);

}  // namespace kcheck::reference
