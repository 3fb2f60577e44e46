#include "reference/scheduler/quantity.hpp"

#include "kubernetes/quantity.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::scheduler {

std::int64_t quantity_of(const Json& value, Unit unit) {
    if (value.is_null()) return 0;
    const auto quantity = kubernetes::Quantity::parse(value.is_string() ? value.get_ref<const std::string&>()
                                                                        : json_text(value));
    if (!quantity) return 0;
    return unit == Unit::milli ? quantity->milli() : quantity->value();
}

}  // namespace kcheck::reference::scheduler
