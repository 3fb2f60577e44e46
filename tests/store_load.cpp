// How fast the stores are: printed, not judged. Pods of Kubernetes take about 3 KB each.
#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>

#include "tests/store_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::store;
using namespace kcheck::reference::testing;
using std::chrono::steady_clock;

TEMPLATE_TEST_CASE("Load", "[store][.slow]", ANY_STORE) {
    if (!TestType::available()) return;
    for (const int threads : {1, 4, 16}) {
        TestType fixture;
        std::atomic<std::int64_t> puts = 0, delivered = 0;
        std::atomic<bool> stop = false;
        const auto watch = fixture.store.watch(fixture.prefix, fixture.store.revision(),
                                               [&](const StoreEvent&) { ++delivered; }, {});
        const auto begin = steady_clock::now();
        std::vector<std::thread> writers;
        for (int w = 0; w < threads; ++w)
            writers.emplace_back([&, w] {
                const std::string value(3000, 'x');
                Revision last = 0;
                while (!stop) {
                    last = fixture.store.put(fixture.prefix + std::to_string(w), value, last).revision;
                    ++puts;
                }
            });
        std::this_thread::sleep_for(std::chrono::seconds(3));
        stop = true;
        for (std::thread& writer : writers) writer.join();
        const std::chrono::duration<double> seconds = steady_clock::now() - begin;
        while (delivered < puts) std::this_thread::yield();
        CHECK(delivered == puts);
        std::cout << fmt::format("{}: {} writers, {:.0f} puts/s\n",
                                 Catch::getResultCapture().getCurrentTestName(), threads,
                                 static_cast<double>(puts) / seconds.count());
    }
}
