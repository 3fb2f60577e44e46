#include "ir/export/names.hpp"

#include <algorithm>
#include <cctype>

namespace kcheck::ir {

std::string Identifiers::make(const std::string& prefix, const std::string& name) {
    std::string text;
    for (const char c : name) {
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (plain)
            text += c;
        else if (!text.empty() && text.back() != '_')
            text += '_';
    }
    while (!text.empty() && text.back() == '_') text.pop_back();
    const auto base = prefix + text;
    auto result = base;
    for (int i = 2; !taken_.insert(result).second; ++i) result = base + "_" + std::to_string(i);
    return result;
}

std::string comment(std::string name) {
    std::ranges::replace_if(
        name, [](char c) { return c == '\n' || c == '\r' || c == '*' || c == '\\'; }, ' ');
    return name;
}

}  // namespace kcheck::ir
