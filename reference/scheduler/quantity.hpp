// Quantities of resources: "500m", "1.5Gi", "2e3" (apimachinery/pkg/api/resource/quantity.go).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "reference/base/json.hpp"

namespace kcheck::reference {

/// `text` in units of 10^-decimals, rounded up (away from zero it is never too little), and at most
/// what the type holds; decimals 0: "1.5Gi" is 1610612736, decimals 3: "0.1" is 100. None if `text`
/// is no quantity.
std::optional<std::int64_t> parse_quantity(std::string_view text, int decimals);

/// Of a field of an object, which may be a string or a number. 0 if it is missing or no quantity:
/// validation is kube-apiserver's.
std::int64_t quantity_of(const Json& value, int decimals);

}  // namespace kcheck::reference
