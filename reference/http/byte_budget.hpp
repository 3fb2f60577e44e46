// How many bytes a server holds for its clients, all together: what they send, or have to read.
//
// Who is slow gives way: where there is no room, those that had theirs for longer than a moment lose
// it, the oldest first. So sixty clients that do not read their lists cost no more than the budget, and
// keep nobody else from reading.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <utility>

namespace kcheck::reference::http {

/// For one thread.
class ByteBudget {
    struct Entry {
        std::size_t bytes = 0;
        std::chrono::steady_clock::time_point since;
        std::function<void()> give_up;  // none: not to be interrupted
        bool is_counted = true;
    };
    using Entries = std::list<Entry>;

public:
    ByteBudget(std::size_t bytes_most, std::chrono::milliseconds patience)
        : bytes_most_(bytes_most), patience_(patience) {}
    ByteBudget(const ByteBudget&) = delete;
    ByteBudget& operator=(const ByteBudget&) = delete;

    /// Bytes that are held while it lives; at most as long as the budget.
    class Room {
    public:
        Room(Room&& from) noexcept : budget_(from.budget_), entry_(from.entry_) { from.budget_ = nullptr; }
        Room& operator=(Room&& from) noexcept {
            std::swap(budget_, from.budget_);
            std::swap(entry_, from.entry_);
            return *this;
        }
        ~Room();
        /// From now on it is not lost to others.
        void keep() { entry_->give_up = nullptr; }

    private:
        friend class ByteBudget;
        Room(ByteBudget& budget, Entries::iterator entry) : budget_(&budget), entry_(entry) {}
        ByteBudget* budget_;  // null: moved from
        Entries::iterator entry_;
    };

    /// None: there is no room, and nobody who has had theirs for long. A first one is never too large.
    /// `give_up` is called, once at most and from within take(), when others need the room.
    std::optional<Room> take(std::size_t bytes, std::function<void()> give_up);

    std::size_t bytes() const { return bytes_; }

private:
    const std::size_t bytes_most_;
    const std::chrono::milliseconds patience_;
    std::size_t bytes_ = 0;
    Entries entries_;  // the oldest first
};

}  // namespace kcheck::reference::http
