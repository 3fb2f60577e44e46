// What becomes of a request and its reply.
#pragma once

#include <cstdint>

namespace kcheck::model {

/// `late`: its sender gives up, and it is on the network still: it may arrive later, or never.
enum class Outcome : std::uint8_t { known, lost_committed, lost_uncommitted, late };
enum class Cause : std::uint8_t { none, lost_reply, restart, broken_connection, conflict };

struct Reply {
    Outcome outcome = Outcome::known;
    Cause cause = Cause::none;
    bool commits() const { return outcome == Outcome::known || outcome == Outcome::lost_committed; }
    bool is_known() const { return outcome == Outcome::known; }
};

}  // namespace kcheck::model
