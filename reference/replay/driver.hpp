// The reference as a driver of docs/driver.md: JSON lines in, JSON lines out.
#pragma once

#include <istream>
#include <memory>
#include <ostream>
#include <string>

#include "reference/base/json.hpp"

namespace kcheck::reference {

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

}  // namespace kcheck::reference
