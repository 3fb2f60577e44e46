// Small configurations of the pipeline.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/configuration.hpp"

namespace kcheck::tests {

/// A configuration, short enough for a table.
struct Small {
    std::vector<int> replicas = {1};  // of each operation
    int nodes = 1;
    int crashes = 0;
    int lost_replies = 0;
    int capacity = 110;  // of each node
    int set_images = 0;  // other images, one after the other, in the end

    model::Configuration with(std::set<std::string> variants = {}) const {
        model::Configuration configuration;
        configuration.operations.clear();
        for (const int wanted : replicas)
            configuration.operations.push_back({configuration.operations.empty()
                                                    ? model::UserOperation::Kind::apply
                                                    : model::UserOperation::Kind::scale,
                                                wanted});
        for (int i = 0; i < set_images; ++i)
            configuration.then({{model::UserOperation::Kind::set_image, 0, i}});
        configuration.nodes.clear();
        for (int n = 0; n < nodes; ++n)
            configuration.nodes.push_back({"node-" + std::to_string(n), true, capacity, {}});
        configuration.crashes = crashes;
        configuration.lost_replies = lost_replies;
        configuration.variants = std::move(variants);
        return configuration;
    }

    std::string text() const {
        std::string text = "replicas";
        for (const int wanted : replicas) text += " " + std::to_string(wanted);
        return text + ", nodes " + std::to_string(nodes) + ", crashes " + std::to_string(crashes) +
               ", lost replies " + std::to_string(lost_replies) +
               (capacity < 110 ? ", capacity " + std::to_string(capacity) : "") +
               (set_images > 0 ? ", images " + std::to_string(set_images) : "");
    }
};

}  // namespace kcheck::tests
