#include "reference/controllers/expectations.hpp"

namespace kcheck::reference::controllers {

void Expectations::expect_creations(const std::string& key, int count) {
    expected_[key] = {count, {}, environment_.monotonic()};
}

void Expectations::expect_deletions(const std::string& key, std::set<std::string> pods) {
    expected_[key] = {0, std::move(pods), environment_.monotonic()};
}

void Expectations::creation_observed(const std::string& key) {
    const auto found = expected_.find(key);
    if (found != expected_.end() && found->second.creations > 0) --found->second.creations;
}

void Expectations::deletion_observed(const std::string& key, const std::string& pod) {
    const auto found = expected_.find(key);
    if (found != expected_.end()) found->second.deletions.erase(pod);
}

bool Expectations::satisfied(const std::string& key) const {
    const auto found = expected_.find(key);
    if (found == expected_.end()) return true;
    const auto& [creations, deletions, since] = found->second;
    return (creations == 0 && deletions.empty()) || environment_.monotonic() - since > timeout;
}

int Expectations::creations(const std::string& key) const {
    const auto found = expected_.find(key);
    return found == expected_.end() ? 0 : found->second.creations;
}

std::set<std::string> Expectations::deletions(const std::string& key) const {
    const auto found = expected_.find(key);
    return found == expected_.end() ? std::set<std::string>() : found->second.deletions;
}

}  // namespace kcheck::reference::controllers
