#include <catch2/catch.hpp>

#include "reference/base/event_loop.hpp"

using namespace kcheck::reference;
using std::chrono::milliseconds;

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

TEST_CASE("free-running components get what they prefer") {
    EventLoop loop;
    CHECK(loop.choose({}, {"a", "b", "c"}, 1) == 1);
}
