// Names of a transition system as identifiers of other languages.
#pragma once

#include <string>
#include <unordered_set>

namespace kcheck::ir {

/// Letters, digits and underscores, after a prefix that keeps it from being a keyword; different for
/// different calls.
class Identifiers {
public:
    std::string make(const std::string& prefix, const std::string& name);

private:
    std::unordered_set<std::string> taken_;
};

/// The name without line breaks and without what ends a comment in any of the languages.
std::string comment(std::string name);

}  // namespace kcheck::ir
