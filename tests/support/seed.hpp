// Where the random cases of a test begin.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace kcheck::tests {

/// The same in every run unless KCHECK_SEED says otherwise; printed, so that a run can be repeated.
inline std::uint32_t random_seed() {
    const char* given = std::getenv("KCHECK_SEED");
    const auto seed =
        given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10)) : 20240601U;
    std::printf("seed %u (KCHECK_SEED)\n", static_cast<unsigned>(seed));
    return seed;
}

}  // namespace kcheck::tests
