// HTTP/1.1 messages over a ByteStream: Beast's parsers, and its composed operations without their
// templates.
#pragma once

#include <string>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "reference/base/byte_stream.hpp"

namespace kcheck::reference {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;
using HttpResponse = boost::beast::http::response<boost::beast::http::string_body>;

/// The start line, the fields and the empty line.
std::string to_text(const boost::beast::http::request_header<>& header);
std::string to_text(const boost::beast::http::response_header<>& header);

/// Header and body, as they are: prepare_payload() has been called.
ByteStream::Awaitable<void> write_message(ByteStream& stream, const HttpRequest& message,
                                          ByteStream::Error& error);
ByteStream::Awaitable<void> write_message(ByteStream& stream, const HttpResponse& message,
                                          ByteStream::Error& error);

/// As http::async_read_header, async_read and async_read_some: what has been received and does not
/// belong to the message is left in `buffer`. http::error::end_of_stream: the other side ended before it.
template <bool is_request>
ByteStream::Awaitable<void> read_header(ByteStream& stream, boost::beast::flat_buffer& buffer,
                                        boost::beast::http::basic_parser<is_request>& parser,
                                        ByteStream::Error& error);
template <bool is_request>
ByteStream::Awaitable<void> read_message(ByteStream& stream, boost::beast::flat_buffer& buffer,
                                         boost::beast::http::basic_parser<is_request>& parser,
                                         ByteStream::Error& error);
template <bool is_request>
ByteStream::Awaitable<void> read_more(ByteStream& stream, boost::beast::flat_buffer& buffer,
                                      boost::beast::http::basic_parser<is_request>& parser,
                                      ByteStream::Error& error);

}  // namespace kcheck::reference
