// What the deployment and the ReplicaSet controller are told.
#pragma once

#include <cstddef>

#include "reference/base/environment.hpp"

namespace kcheck::reference::controllers {

struct ControllerOptions {
    Switches switches = {};
    bool events = true;       // v1 Events for people
    std::size_t workers = 5;  // syncs at a time (--concurrent-deployment-syncs and the like)
};

}  // namespace kcheck::reference::controllers
