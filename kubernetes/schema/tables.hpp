// The texts of tables/, compiled in.
#pragma once

#include <span>
#include <string_view>

namespace kcheck::kubernetes {

std::span<const std::string_view> tables();

}  // namespace kcheck::kubernetes
