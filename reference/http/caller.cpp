#include "reference/http/caller.hpp"

#include <array>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>
#include <boost/beast/core/string.hpp>

#include "reference/http/message_parsing.hpp"

namespace kcheck::reference::http {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::string_view prefix = "impersonate-";

std::string lowered(std::string_view text) {
    std::string result(text);
    for (auto& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

/// "Impersonate-Extra-acme.com%2Fproject" is about the key "acme.com/project".
std::string extra_key(const std::string& encoded) {
    const auto target = parse_target("/" + encoded);
    return target && target->query.empty() ? target->path.substr(1) : encoded;
}

void take_once(std::string& into, const std::string& name, const std::string& value) {
    if (!into.empty()) throw std::invalid_argument(fmt::format("{} is given more than once", name));
    into = value;
}

}  // namespace

std::optional<apiserver::Impersonation> requested_impersonation(const RequestHead& head) {
    constexpr std::string_view extra = "extra-";
    std::optional<apiserver::Impersonation> result;
    for (const auto& field : head) {
        const auto name = lowered({field.name_string().data(), field.name_string().size()});
        if (!name.starts_with(prefix)) continue;
        if (!result) result.emplace();
        const auto what = name.substr(prefix.size());
        const std::string value(field.value());
        if (what == "user")
            take_once(result->user, name, value);
        else if (what == "uid")
            take_once(result->uid, name, value);
        else if (what == "group")
            result->groups.push_back(value);
        else if (what.starts_with(extra))
            result->extra[extra_key(what.substr(extra.size()))].push_back(value);
        else
            throw std::invalid_argument(fmt::format("the header {} is not known", name));
    }
    if (result && result->user.empty())
        throw std::invalid_argument("Impersonate-* without the user to impersonate");
    return result;
}

std::optional<HeadError> check_framing(const RequestHead& head) {
    static constexpr std::array once = {http::field::host, http::field::content_length,
                                        http::field::content_type, http::field::authorization};
    for (const auto field : once)
        if (head.count(field) > 1)
            return HeadError{400, "a header that must be there once is there more often"};
    if (head[http::field::content_length].find_first_not_of("0123456789") != beast::string_view::npos)
        return HeadError{400, "a length that is no number"};
    const auto encodings = head.count(http::field::transfer_encoding);
    if (encodings == 0) return std::nullopt;
    if (encodings > 1) return HeadError{400, "too many transfer encodings"};
    if (head.count(http::field::content_length) > 0)
        return HeadError{400, "both Transfer-Encoding and Content-Length"};
    if (head.version() < 11) return HeadError{400, "a transfer encoding in HTTP/1.0"};
    if (!beast::iequals(head[http::field::transfer_encoding], "chunked"))
        return HeadError{501, "unsupported transfer encoding"};
    return std::nullopt;
}

}  // namespace kcheck::reference::http
