// Calls of etcd's JSON gateway that wait for their answer, from any thread.
//
// Each call takes a connection of a pool (or opens one) and drives it on the calling thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "reference/base/json.hpp"
#include "reference/store/etcd_connection.hpp"
#include "reference/store/store.hpp"

namespace kcheck::reference::store {

/// The request has been sent, and no answer says what became of it.
class OutcomeUnknown : public StoreUnavailable {
    using StoreUnavailable::StoreUnavailable;
};
/// etcd has answered that it has not done it.
class EtcdRefusal : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

class EtcdClient {
public:
    explicit EtcdClient(const EtcdOptions& options);
    ~EtcdClient();

    const EtcdEndpoint& endpoint() const { return endpoint_; }

    /// Tried until the timeout. Throws EtcdRefusal, StoreUnavailable.
    Json read(const std::string& path, const Json& request);
    /// Sent at most once. Throws EtcdRefusal, OutcomeUnknown; StoreUnavailable: nothing was sent.
    Json write(const std::string& path, const Json& request);
    /// The first line of a streaming answer for which `wanted` holds. Throws as read().
    std::string find_line(const std::string& path, const Json& request,
                          const std::function<bool(const std::string&)>& wanted);

private:
    struct Pooled;
    using Deadline = std::chrono::steady_clock::time_point;

    std::unique_ptr<Pooled> take(Deadline deadline);
    void give_back(std::unique_ptr<Pooled> connection);
    Json call(const std::string& path, const Json& request, Deadline deadline);

    const EtcdEndpoint endpoint_;
    const std::chrono::milliseconds timeout_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Pooled>> idle_;  // guarded by mutex_
};

}  // namespace kcheck::reference::store
