// Amounts of resources: "100m", "256Mi", "1e3" (k8s.io/apimachinery/pkg/api/resource/quantity.go).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kcheck::reference::apiserver {

/// Wide enough for every quantity that Kubernetes keeps exactly (below 2^63) in billionths.
__extension__ using Nano = __int128;

struct Quantity {
    enum class Format : std::uint8_t { decimal_si, binary_si, decimal_exponent };
    Nano nano = 0;  // billionths; anything finer is rounded up, away from zero, as Kubernetes does
    Format format = Format::decimal_si;
};

/// None if `text` is no quantity. Amounts beyond 2^63-1 are that.
std::optional<Quantity> parse_quantity(std::string_view text);
/// The one way in which Kubernetes writes this amount: "1000m" is "1", "1.5Gi" is "1536Mi".
std::string canonical(const Quantity& quantity);

/// What Kubernetes says of a quantity that it cannot parse.
inline constexpr auto quantity_format_error =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

}  // namespace kcheck::reference::apiserver
