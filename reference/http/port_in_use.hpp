#pragma once

#include <stdexcept>

namespace kcheck::reference::http {

/// A line for people, that names the port.
class PortInUse : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace kcheck::reference::http
