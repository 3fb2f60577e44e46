// Numbers as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace kcheck::scenarios {

/// "12,345,678"
std::string grouped(std::uint64_t number);

}  // namespace kcheck::scenarios
