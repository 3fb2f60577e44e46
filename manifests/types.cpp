#include "manifests/types.hpp"

#include <algorithm>
#include <limits>

namespace kcheck::manifests {

int IntOrPercent::scaled(int total, bool round_up) const {
    if (!percent) return value;
    const std::int64_t hundredths = std::int64_t{value} * total;
    const std::int64_t whole = round_up ? (hundredths + 99) / 100 : hundredths / 100;
    return static_cast<int>(std::min<std::int64_t>(whole, std::numeric_limits<int>::max()));
}

}  // namespace kcheck::manifests
