// A port of 127.0.0.1 for a server that may not run yet, or not for a moment.
#pragma once

#include <cstdint>

#include "reference/http/port_in_use.hpp"

namespace kcheck::reference::up {

/// Nobody else is given the port, nor takes it as that of an outgoing connection. Connections to it are
/// refused until a server of this user listens there too, with SO_REUSEPORT.
class PortReservation {
public:
    /// 0: any that is free. Throws http::PortInUse with a line that names the port.
    explicit PortReservation(std::uint16_t wanted);
    ~PortReservation();
    PortReservation(const PortReservation&) = delete;
    PortReservation& operator=(const PortReservation&) = delete;

    std::uint16_t port() const { return port_; }

private:
    int socket_ = -1;
    std::uint16_t port_ = 0;
};

}  // namespace kcheck::reference::up
