// Messages of etcd's v3 API as its JSON gateway speaks them (etcd api/etcdserverpb/rpc.proto): keys and
// values in base64, 64-bit integers as strings, and whatever is zero left out. What is no such message
// throws StoreUnavailable: it does not say what etcd has done.
#pragma once

#include <string>
#include <vector>

#include "reference/base/json.hpp"
#include "reference/store/store.hpp"

namespace kcheck::reference::store::etcd {

/// A 64-bit integer: "5", or 0 if it is missing.
std::int64_t number_at(const Json& message, const char* pointer);

/// The end of the range of keys that begin with `prefix` (clientv3.GetPrefixRangeEnd). etcd
/// takes the key "\0" for the end of all keys.
std::string end_of_prefix(std::string prefix);
/// "key" and "range_end" of a request for the keys that begin with `prefix`, from `start` on.
Json key_range(const std::string& prefix, const std::string& start = {});

/// {"compare": mod_revision == expected, "success": [success], "failure": [read the key]}
Json compare_and(const std::string& key, Revision expected, Json success);

KeyValue key_value(const Json& message);

/// What a line of a watch says (WatchResponse).
struct WatchNews {
    std::vector<StoreEvent> events;  // all of every revision that is there
    std::string end = {};            // not empty: the watch is over, and why
};
/// Throws StoreUnavailable also if it says that the stream has failed.
WatchNews watch_news(const std::string& line);
/// The revision that a watch was refused for being older than; 0: `line` does not refuse.
Revision compact_revision(const std::string& line);

}  // namespace kcheck::reference::store::etcd
