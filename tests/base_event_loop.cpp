#include <atomic>
#include <ctime>

#include <sys/syscall.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "reference/base/event_loop.hpp"

using namespace kcheck::reference;
using std::chrono::milliseconds;
using std::chrono::minutes;

namespace {

std::atomic<std::int64_t> clock_set_by_s = 0;

/// Sets the clock of this program, for as long as it lives.
struct SetClock {
    explicit SetClock(std::chrono::seconds by) { clock_set_by_s = by.count(); }
    ~SetClock() { clock_set_by_s = 0; }
};

}  // namespace

/// In place of the C library's, which std::chrono calls.
extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
    const auto result = syscall(SYS_clock_gettime, clock, time);
    if (clock == CLOCK_REALTIME) time->tv_sec += clock_set_by_s;
    return static_cast<int>(result);
}

TEST_CASE("an event loop runs what is posted in order, and never from within post") {
    EventLoop loop;
    std::string order;
    loop.post({}, [&] {
        loop.post({}, [&] {
            order += "c";
            loop.stop();
        });
        order += "a";
    });
    loop.post({}, [&] { order += "b"; });
    CHECK(order.empty());
    loop.run();
    CHECK(order == "abc");
}

TEST_CASE("a timer fires once and not before its time; a cancelled one does not") {
    EventLoop loop;
    int fired = 0;
    const auto begin = loop.now();
    const auto cancelled = loop.after(milliseconds(1), {}, [&] { fired += 100; });
    CHECK(cancelled != 0);
    loop.after(milliseconds(20), {}, [&] {
        ++fired;
        CHECK(loop.now() - begin >= milliseconds(20));
        loop.stop();
    });
    loop.cancel(cancelled);
    loop.cancel(cancelled);
    loop.cancel(0);
    loop.run();
    CHECK(fired == 1);
}

TEST_CASE("a timer that has expired can still be cancelled until its turn comes") {
    EventLoop loop;
    bool late = false;
    TimerId second = 0;
    // Both expire in the same instant; the first to run cancels the other.
    const auto first = loop.after(milliseconds(0), {}, [&] { loop.cancel(second); });
    second = loop.after(milliseconds(0), {}, [&] { late = true; });
    CHECK(first != second);
    loop.after(milliseconds(10), {}, [&] { loop.stop(); });
    loop.run();
    CHECK_FALSE(late);
}

TEST_CASE("whoever sets the clock moves the date, and no timer") {
    EventLoop loop;
    const auto date = loop.now(), begin = loop.monotonic();
    const auto by = GENERATE(-minutes(30), minutes(30));
    INFO(by.count());
    std::unique_ptr<SetClock> set;
    bool is_early = false, fired = false;
    loop.after(milliseconds(10), {}, [&] { set = std::make_unique<SetClock>(by); });
    loop.after(milliseconds(60), {}, [&] {
        fired = true;
        loop.stop();
    });
    const auto far = loop.after(minutes(10), {}, [&] { is_early = true; });
    loop.context().run_for(std::chrono::seconds(30));  // a timer of the clock would still not fire
    loop.cancel(far);
    CHECK(fired);
    CHECK_FALSE(is_early);
    const auto moved = loop.now() - date, passed = loop.monotonic() - begin;
    CHECK((by.count() > 0 ? moved > minutes(29) : moved < -minutes(29)));
    CHECK(passed >= milliseconds(60));
    CHECK(passed < minutes(5));
}

TEST_CASE("free-running components get what they prefer") {
    EventLoop loop;
    CHECK(loop.choose({}, {"a", "b", "c"}, 1) == 1);
}
