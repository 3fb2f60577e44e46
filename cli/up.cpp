#include "cli/up.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

namespace kcheck::cli {

UsageError become_up(const std::vector<std::string>& arguments) {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error)
        return {
            "up: cannot tell where kcheck is (no /proc/self/exe), and kcheck-reference belongs beside it"};
    const auto program = self.parent_path() / "kcheck-reference";
    std::vector<std::string> words = {program.string(), "up"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    ::execv(program.c_str(), pointers.data());
    return {fmt::format("up: cannot run {}: {} (make run builds it beside kcheck)", program.string(),
                        std::strerror(errno))};
}

}  // namespace kcheck::cli
