#include "reference/up/port_reservation.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kcheck::reference::up {

namespace {

int open_socket(int option) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) throw std::system_error(errno, std::system_category(), "socket");
    const int on = 1;
    ::setsockopt(descriptor, SOL_SOCKET, option, &on, sizeof on);
    return descriptor;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

bool bind_to(int descriptor, std::uint16_t port) {
    const auto address = loopback(port);
    return ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// Sees servers, and reservations; not what is left of connections that have ended.
void check_that_it_is_free(std::uint16_t port) {
    const int descriptor = open_socket(SO_REUSEADDR);
    const bool is_free = bind_to(descriptor, port) && ::listen(descriptor, 1) == 0;
    const int error = errno;
    ::close(descriptor);
    if (!is_free)
        throw http::PortInUse(
            fmt::format("--port: port {} of 127.0.0.1 cannot be had: {}", port, std::strerror(error)));
}

}  // namespace

PortReservation::PortReservation(std::uint16_t wanted) : port_(wanted) {
    if (wanted != 0) check_that_it_is_free(wanted);
    socket_ = open_socket(SO_REUSEPORT);
    // It fails for a moment after a server without SO_REUSEPORT: then the port is free, and not held.
    if (!bind_to(socket_, wanted) && wanted == 0) {
        ::close(socket_);
        throw http::PortInUse("no port of 127.0.0.1 is free");
    }
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (wanted == 0 && ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0)
        port_ = ntohs(address.sin_port);
}

PortReservation::~PortReservation() { ::close(socket_); }

}  // namespace kcheck::reference::up
