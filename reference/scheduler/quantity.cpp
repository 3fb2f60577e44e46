#include "reference/scheduler/quantity.hpp"

#include <algorithm>
#include <limits>

#include "reference/apiserver/types_quantity.hpp"

namespace kcheck::reference::scheduler {

std::int64_t quantity_of(const Json& value, int decimals) {
    if (value.is_null()) return 0;
    const auto quantity =
        apiserver::parse_quantity(value.is_string() ? value.get_ref<const std::string&>() : value.dump());
    if (!quantity) return 0;
    apiserver::Nano unit = 1;
    for (int i = decimals; i < 9; ++i) unit *= 10;
    const apiserver::Nano whole = quantity->nano / unit, rest = quantity->nano % unit;
    const apiserver::Nano rounded = whole + (rest > 0 ? 1 : 0) - (rest < 0 ? 1 : 0);
    const apiserver::Nano most = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::clamp(rounded, -most, most));
}

}  // namespace kcheck::reference::scheduler
