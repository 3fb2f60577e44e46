#pragma once

#include <string_view>

namespace kcheck::cli {

/// That of the project; CMakeLists.txt defines the macro.
inline constexpr std::string_view version = KCHECK_VERSION;

}  // namespace kcheck::cli
