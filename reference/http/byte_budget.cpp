#include "reference/http/byte_budget.hpp"

#include <utility>

namespace kcheck::reference::http {

ByteBudget::Room::~Room() {
    if (budget_ == nullptr) return;
    if (entry_->is_counted) budget_->bytes_ -= entry_->bytes;
    budget_->entries_.erase(entry_);
}

std::optional<ByteBudget::Room> ByteBudget::take(std::size_t bytes, std::function<void()> give_up) {
    const auto now = std::chrono::steady_clock::now();
    const auto fits = [&] { return bytes_ == 0 || bytes_ + bytes <= bytes_most_; };
    for (auto entry = entries_.begin(); entry != entries_.end() && !fits(); ++entry) {
        if (now - entry->since < patience_) break;
        if (!entry->give_up) continue;
        bytes_ -= entry->bytes;
        entry->is_counted = false;
        std::exchange(entry->give_up, nullptr)();
    }
    if (!fits()) return std::nullopt;
    bytes_ += bytes;
    return Room(*this, entries_.insert(entries_.end(), {bytes, now, std::move(give_up)}));
}

}  // namespace kcheck::reference::http
