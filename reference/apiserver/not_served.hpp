// What kube-apiserver serves and this one does not, said in words.
#pragma once

#include <optional>
#include <string>

#include "reference/apiserver/request_info.hpp"

namespace kcheck::reference::apiserver {

/// Why a subresource is not here that a user may expect: null for what no kube-apiserver has.
std::optional<std::string> why_not_served(const RequestInfo& info);

}  // namespace kcheck::reference::apiserver
