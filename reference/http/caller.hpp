// Who asks for what: all that the head of a request says, before its body is read.
#pragma once

#include <optional>
#include <string>

#include <boost/beast/http/message.hpp>

#include "reference/apiserver/impersonation.hpp"
#include "reference/base/message.hpp"

namespace kcheck::reference::http {

using RequestHead = boost::beast::http::request_header<>;

struct Call {
    User user;     // as authentication has found
    User runs_as;  // somebody else than `user` if one is impersonated
    std::optional<apiserver::Impersonation> impersonation = {};
    Request request;  // its body is null
    std::string uri;  // as the client sent it
};

/// What the head asks for by Impersonate-User and the like; none: nobody. Throws std::invalid_argument, for
/// people, if it is ambiguous or cannot be honoured: it is never ignored.
std::optional<apiserver::Impersonation> requested_impersonation(const RequestHead& head);

/// How a head is refused.
struct HeadError {
    int status;
    const char* message;
};
/// Two readers of such a head could take different bytes for its body, or for its sender (RFC 9112, 6.3
/// and 11.2): fields that must be there once and are not, a length beside an encoding, an encoding other
/// than chunked (501).
std::optional<HeadError> check_framing(const RequestHead& head);

}  // namespace kcheck::reference::http
