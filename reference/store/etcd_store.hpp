// The store in a real etcd (v3.4 or later), through its JSON gateway: POST /v3/kv/txn, /v3/kv/range,
// /v3/kv/compaction, /v3/watch (etcd Documentation/dev-guide/api_grpc_gateway.md).
//
// Reads are linearizable, and repeated until the timeout if a connection fails. A write is sent at
// most once. If its answer is lost, the past of its key decides: whatever was written directly over
// `expected` was written by this call if it has this call's value, and otherwise this call has lost
// against it (nobody else writes the same bytes over the same revision: objects differ in their UID
// or in their revision). Where that cannot be seen, the call throws StoreUnavailable: as long as
// nothing has been written over `expected`, the request may still be on its way.
#pragma once

#include <memory>

#include "reference/base/json.hpp"
#include "reference/store/etcd_options.hpp"
#include "reference/store/store.hpp"

namespace kcheck::reference::store {

class EtcdClient;
class EtcdRefusal;
class EtcdWatches;

/// Watches must end before the store does; their callbacks run on one thread of its own, may end
/// watches, and must not throw. Reads of revisions to come, and compaction there, throw
/// std::invalid_argument. What etcd refuses otherwise ("etcdserver: request is too large") throws
/// StoreUnavailable with its words.
class EtcdStore final : public Store {
public:
    /// Does not connect yet. Throws std::invalid_argument if the URL is none,
    /// std::runtime_error if a certificate or key cannot be used.
    explicit EtcdStore(const EtcdOptions& options);
    ~EtcdStore() override;

    std::optional<KeyValue> get(const std::string& key) override;
    RangeResult range(const std::string& prefix, const std::string& start = {}, std::int64_t limit = 0,
                      Revision revision = 0) override;
    WriteResult put(const std::string& key, const std::string& value, Revision expected) override;
    WriteResult remove(const std::string& key, Revision expected) override;
    Revision revision() override;
    std::unique_ptr<StoreWatch> watch(const std::string& prefix, Revision after,
                                      std::function<void(const StoreEvent&)> on_event,
                                      std::function<void(const std::string& why)> on_end) override;
    void compact(Revision revision) override;

private:
    struct Reading {
        std::optional<KeyValue> item;
        Revision revision;
    };

    Json read(const Json& range_request);
    Reading read_key(const std::string& key, Revision revision);
    RangeResult read_pages(const std::string& prefix, const std::string& start, std::int64_t limit,
                           Revision revision);
    WriteResult write(const std::string& key, Revision expected, const std::string* value);
    WriteResult resolve(const std::string& key, Revision expected, const std::string* value);
    [[noreturn]] void raise(const EtcdRefusal& refusal);
    Revision compacted();

    std::unique_ptr<EtcdClient> client_;
    std::unique_ptr<EtcdWatches> watches_;
};

}  // namespace kcheck::reference::store
