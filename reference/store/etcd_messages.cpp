#include "reference/store/etcd_messages.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "reference/base/base64.hpp"

namespace kcheck::reference::store::etcd {

namespace {

std::string decoded(const std::string& text) {
    auto bytes = base64_decode(text);
    if (!bytes) throw StoreUnavailable("etcd: not base64: " + text.substr(0, 40));
    return *std::move(bytes);
}

}  // namespace

std::int64_t number_at(const Json& message, const char* pointer) {
    const std::string text = string_at(message, pointer, "0");
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size())
        throw StoreUnavailable("etcd: not a number: " + text.substr(0, 40));
    return number;
}

std::string end_of_prefix(std::string prefix) {
    while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
    if (prefix.empty()) return std::string(1, '\0');
    ++prefix.back();
    return prefix;
}

Json key_range(const std::string& prefix, const std::string& start) {
    const std::string from = std::max(prefix, start);
    return {{"key", base64_encode(from.empty() ? std::string(1, '\0') : from)},
            {"range_end", base64_encode(end_of_prefix(prefix))}};
}

Json compare_and(const std::string& key, Revision expected, Json success) {
    const std::string name = base64_encode(key);
    const Json compare = {
        {"key", name}, {"target", "MOD"}, {"result", "EQUAL"}, {"mod_revision", std::to_string(expected)}};
    return {{"compare", Json::array({compare})},
            {"success", Json::array({std::move(success)})},
            {"failure", Json::array({{{"request_range", {{"key", name}}}}})}};
}

KeyValue key_value(const Json& message) {
    return {decoded(string_at(message, "/key")), decoded(string_at(message, "/value")),
            number_at(message, "/create_revision"), number_at(message, "/mod_revision"),
            number_at(message, "/version")};
}

namespace {

Json result_of(const std::string& line) {
    Json message = Json::parse(line);
    if (!message.contains("result"))
        throw StoreUnavailable("etcd: " + string_at(message, "/error/message", line.substr(0, 200)));
    return std::move(message["result"]);
}

StoreEvent event_of(const Json& message) {
    StoreEvent event;
    event.current = key_value(at(message, "/kv"));
    event.revision = event.current.mod_revision;
    if (string_at(message, "/type") == "DELETE") {
        event.type = StoreEvent::Type::remove;
        event.current = {event.current.key, {}, 0, 0, 0};
    }
    if (message.contains("prev_kv")) event.previous = key_value(message["prev_kv"]);
    return event;
}

/// etcd leaves the previous version out once it has been compacted.
bool lacks_previous(const StoreEvent& event) {
    const bool is_creation = event.type == StoreEvent::Type::put && event.current.version == 1;
    return !is_creation && !event.previous;
}

}  // namespace

WatchNews watch_news(const std::string& line) {
    const Json result = result_of(line);
    WatchNews news;
    if (number_at(result, "/compact_revision") != 0) {
        news.end = "mvcc: required revision has been compacted";
    } else if (bool_at(result, "/canceled")) {
        news.end = string_at(result, "/cancel_reason", "canceled by etcd");
    }
    for (const Json& event : at(result, "/events")) {
        news.events.push_back(event_of(event));
        if (!lacks_previous(news.events.back())) continue;
        news.events.pop_back();
        news.end = "mvcc: the previous version has been compacted";
        break;
    }
    return news;
}

Revision compact_revision(const std::string& line) { return number_at(result_of(line), "/compact_revision"); }

}  // namespace kcheck::reference::store::etcd
