#include "scenarios/limits.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace kcheck::scenarios {

std::size_t most_of_the_memory_bytes() {
    auto bytes =
        static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGE_SIZE));
    std::ifstream group("/sys/fs/cgroup/memory.max");
    std::size_t group_bytes = 0;
    if (group >> group_bytes) bytes = std::min(bytes, group_bytes);  // else it says "max", or nothing
    return bytes / 4 * 3;
}

}  // namespace kcheck::scenarios
