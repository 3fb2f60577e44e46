// What is stored and what runs, as the driver protocol shows it (docs/driver.md).
//
// Both sides come down to this: a state of the model, and what a driver answers. Pods are
// slots of the model and nodes their indices, in both.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "model/encoding.hpp"

namespace kcheck::traces::driver {

struct Stored {
    struct Workload {
        int replicas = 0, generation = 0, observed_generation = 0, status_replicas = 0, status_available = 0;
    };
    struct Pod {
        bool deleting = false;
        std::string phase;  // "Pending", "Running", "Terminal"
        std::optional<int> node;
    };
    std::optional<Workload> deployment, replica_set;
    std::map<int, Pod> pods;
    /// {pod, node}: "created" or "running". Absent, as images, where a driver cannot tell.
    std::optional<std::map<std::pair<int, int>, std::string>> containers;
    std::optional<std::set<int>> images;  // nodes that have the image
};

/// `state`: in the order of the layout.
Stored stored_of(const model::Encoding& encoding, const std::vector<int>& state);

nlohmann::ordered_json to_json(const Stored& stored);
/// The error says which member is wrong, and how.
tl::expected<Stored, std::string> read_stored(const nlohmann::ordered_json& json);

/// A member that the two do not agree on; "nothing" is the value of one that is not there.
struct Difference {
    std::string member;  // "pod 0: phase"
    std::string expected, found;
};

/// Member by member, in a fixed order. Containers and images count only where `found` has them.
std::vector<Difference> differences(const Stored& expected, const Stored& found);

}  // namespace kcheck::traces::driver
