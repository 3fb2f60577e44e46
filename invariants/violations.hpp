// The smallest configuration in which each variant was found to violate each of its properties.
//
// Known once: the gate, the tests and `kcheck explain` read it here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/configuration.hpp"

namespace kcheck::invariants {

struct Violation {
    std::string_view property, variant;
    std::vector<int> replicas = {1};  // of each operation of the user: an apply, then scales
    int nodes = 1;
    int crashes = 0, lost_replies = 0;
    int capacity = 110;  // of each node, in pods
    int set_images = 0;  // how many other images the user sets in the end, one after the other
    /// Says how many replicas there are, and the nodes, where these have a size.
    std::string_view manifest = {};

    model::Configuration configuration() const;
    /// Of the call of kcheck that shows it.
    std::vector<std::string> arguments() const;
};

/// In the order of the properties, and for each of them of its `violated_by`.
const std::vector<Violation>& violations();

}  // namespace kcheck::invariants
