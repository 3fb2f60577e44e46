// The reference as a driver of docs/driver.md: JSON lines in, JSON lines out.
#pragma once

#include <istream>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "reference/base/json.hpp"

namespace kcheck::reference::replay {

class Cluster;

class Driver {
public:
    Driver();
    ~Driver();
    /// The answer to one message. Throws BadMessage if it is not of the protocol.
    Json answer(const Json& message);

private:
    Json refusal(const std::string& reason) const;
    std::unique_ptr<Cluster> cluster_;
};

/// Answers line by line until the input ends; 0. A line that is no message of the protocol ends it
/// with one line on `errors`; 2.
int drive(std::istream& in, std::ostream& out, std::ostream& errors);

/// A run at random of `replicas` (apply the first, scale to the others) on so many nodes: its commits,
/// as lines of JSON that `kcheck conform` reads.
struct RandomRun {
    std::uint64_t seed = 1;
    std::vector<int> replicas = {1};
    int nodes = 1, crashes = 0, lost_replies = 0;
};
int run_at_random(const RandomRun& run, std::ostream& out);

}  // namespace kcheck::reference::replay
