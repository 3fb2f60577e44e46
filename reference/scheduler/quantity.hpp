// Amounts of resources as the scheduler counts them.
#pragma once

#include <cstdint>

#include "reference/base/json.hpp"

namespace kcheck::reference::scheduler {

/// A quantity of an object, a string or a number, in units of 10^-decimals (at most 9), rounded up as
/// Kubernetes does it: with 0, "1.5Gi" is 1610612736; with 3, "0.1" is 100. 0 if it is missing or no
/// quantity: validation is kube-apiserver's.
std::int64_t quantity_of(const Json& value, int decimals);

}  // namespace kcheck::reference::scheduler
