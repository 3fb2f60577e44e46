// What becomes of a request and its reply.
#pragma once

#include <cstdint>

namespace kcheck::model {

enum class Outcome : std::uint8_t { known, lost_committed, lost_uncommitted };
enum class Cause : std::uint8_t { none, lost_reply, restart, broken_connection, conflict };

struct Reply {
    Outcome outcome = Outcome::known;
    Cause cause = Cause::none;
    bool commits() const { return outcome != Outcome::lost_uncommitted; }
    bool is_known() const { return outcome == Outcome::known; }
};

}  // namespace kcheck::model
