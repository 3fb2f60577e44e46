// What a controller has asked for and has not yet seen (pkg/controller/controller_utils.go:
// UIDTrackingControllerExpectations).
//
// The cache lags behind the requests. A controller that counted its pods again before the last
// ones have arrived would create them twice; so it does not manage its replicas until it has
// seen what it expects, or five minutes have passed. Creations are a count, deletions are names.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>

#include "reference/base/environment.hpp"

namespace kcheck::reference::controllers {

class Expectations {
public:
    static constexpr std::chrono::minutes timeout{5};  // controller_utils.go:ExpectationsTimeout

    explicit Expectations(const Environment& environment) : environment_(environment) {}

    /// Both replace what was expected for this key.
    void expect_creations(const std::string& key, int count);
    void expect_deletions(const std::string& key, std::set<std::string> pods);
    /// One was seen, or will not come. Does nothing if none was expected.
    void creation_observed(const std::string& key);
    void deletion_observed(const std::string& key, const std::string& pod);
    /// Whether everything was seen, or it is no use to wait any longer.
    bool satisfied(const std::string& key) const;
    void forget(const std::string& key) { expected_.erase(key); }

    int creations(const std::string& key) const;
    std::set<std::string> deletions(const std::string& key) const;

private:
    struct Expected {
        int creations = 0;
        std::set<std::string> deletions;
        Time since;
    };
    const Environment& environment_;
    std::map<std::string, Expected> expected_;
};

}  // namespace kcheck::reference::controllers
