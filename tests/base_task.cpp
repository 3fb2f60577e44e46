#include <catch2/catch.hpp>

#include <string>

#include "reference/base/environment.hpp"
#include "reference/base/task.hpp"

using namespace kcheck::reference;

namespace {

using Done = std::function<void(int)>;

/// Who waits here, in order.
struct Waiting {
    std::vector<Done> callbacks;
    std::vector<int> log;
    int destroyed = 0;
};

struct Witness {
    Waiting& waiting;
    ~Witness() { ++waiting.destroyed; }
};

Task<int> wait(Waiting& waiting) {
    const Witness witness{waiting};
    const int value =
        co_await Callback<int>([&](Done done) { waiting.callbacks.push_back(std::move(done)); });
    co_return value + 1;
}

Task<void> twice(Waiting& waiting) {
    const Witness witness{waiting};
    const int first = co_await wait(waiting);
    waiting.log.push_back(first);
    const int second = co_await wait(waiting);
    waiting.log.push_back(second);
}

Task<void> beside(Waiting& waiting) {
    std::vector<Task<void>> tasks;
    tasks.push_back(twice(waiting));
    tasks.push_back(twice(waiting));
    co_await WhenAll(std::move(tasks));
    waiting.log.push_back(0);
}

Task<void> fails() {
    throw std::runtime_error("no");
    co_return;
}

Task<void> catches(Waiting& waiting) {
    try {
        co_await fails();
    } catch (const std::runtime_error&) {
        waiting.log.push_back(-1);
    }
}

void call(Waiting& waiting, std::size_t which, int value) {
    const auto done = std::move(waiting.callbacks[which]);
    waiting.callbacks.erase(waiting.callbacks.begin() + static_cast<std::ptrdiff_t>(which));
    done(value);
}

}  // namespace

TEST_CASE("A task runs until it waits, and goes on when it is called back") {
    Waiting waiting;
    spawn(twice(waiting));
    REQUIRE(waiting.callbacks.size() == 1);
    call(waiting, 0, 10);
    call(waiting, 0, 20);
    CHECK(waiting.log == std::vector<int>{11, 21});
    CHECK(waiting.callbacks.empty());
    CHECK(waiting.destroyed == 3);
}

TEST_CASE("Tasks beside each other end in any order") {
    Waiting waiting;
    spawn(beside(waiting));
    REQUIRE(waiting.callbacks.size() == 2);
    call(waiting, 1, 1);
    call(waiting, 1, 2);
    CHECK(waiting.log == std::vector<int>{2, 3});
    call(waiting, 0, 3);
    call(waiting, 0, 4);
    CHECK(waiting.log == std::vector<int>{2, 3, 4, 5, 0});
}

TEST_CASE("A callback that is dropped takes the whole coroutine with it") {
    Waiting waiting;
    spawn(beside(waiting));
    waiting.callbacks.erase(waiting.callbacks.begin());
    CHECK(waiting.destroyed == 4);
    call(waiting, 0, 1);  // too late: nobody is there
    CHECK(waiting.log.empty());
}

TEST_CASE("An exception reaches whoever awaits") {
    Waiting waiting;
    spawn(catches(waiting));
    CHECK(waiting.log == std::vector<int>{-1});
}

TEST_CASE("Times are written as metav1.Time") {
    const auto time = from_rfc3339("2026-11-21T19:39:27Z");
    CHECK(to_rfc3339(time) == "2026-11-21T19:39:27Z");
    CHECK(from_rfc3339("2026-11-21T19:39:27.5Z") == time);
    CHECK_THROWS_AS(from_rfc3339("yesterday"), std::invalid_argument);
}
