// Amounts of resources as the scheduler counts them.
#pragma once

#include <cstdint>

#include "reference/base/json.hpp"

namespace kcheck::reference::scheduler {

enum class Unit { one, milli };

/// A quantity of an object, a string or a number, rounded up as Kubernetes does it: of "1.5Gi" there are
/// 1610612736, of "0.1" there are 100 milli. 0 if it is missing or no quantity: validation is
/// kube-apiserver's.
std::int64_t quantity_of(const Json& value, Unit unit);

}  // namespace kcheck::reference::scheduler
