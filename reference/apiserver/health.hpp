// /healthz, /livez and /readyz (apiserver/pkg/server/healthz/healthz.go).
//
// There are two checks: "ping", which always succeeds, and "etcd": whether the store can be read and written.
#pragma once

#include <optional>

#include "reference/base/message.hpp"
#include "reference/store/store.hpp"

namespace kcheck::reference::apiserver {

/// None: the path is no health check. "ok", or a 500 that says which check has failed; ?verbose lists them
/// all, ?exclude=NAME leaves one out, and /healthz/NAME is one alone. Only who has a name is told why.
std::optional<Response> health_response(store::Store& store, const User& user, const Request& request);

}  // namespace kcheck::reference::apiserver
