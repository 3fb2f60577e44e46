// What kube-apiserver forgets of the past: all stores.
#include <future>
#include <mutex>

#include "reference/simulation/disk.hpp"
#include "reference/store/compactor.hpp"
#include "tests/store_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::store;
using namespace kcheck::reference::testing;

namespace {

/// There is one key for all tests on an etcd: what the others have left there comes first.
void begin(Compaction& compaction) {
    while (!compaction.take_turn()) {
    }
}

}  // namespace

TEMPLATE_TEST_CASE("The past goes a turn after it was the present", "[store]", ANY_STORE) {
    if (!TestType::available()) return;
    TestType fixture;
    Store& store = fixture.store;
    const auto key = fixture.prefix + "a";
    Compaction compaction(store);
    begin(compaction);
    const Revision old = put_over(store, key, "one");
    const Revision newer = put_over(store, key, "two");
    const auto first = compaction.take_turn();
    REQUIRE(first);
    CHECK(*first < old);
    CHECK(store.range(key, {}, 0, old).items.at(0).value == "one");
    const Revision newest = put_over(store, key, "three");
    const auto second = compaction.take_turn();
    REQUIRE(second);
    CHECK(*second > newer);
    CHECK(*second < newest);
    CHECK_THROWS_AS(store.range(key, {}, 0, old), Compacted);
    CHECK_THROWS_AS(store.watch(
                        key, old, [](const StoreEvent&) {}, [](const std::string&) {}),
                    Compacted);
    CHECK(store.range(key, {}, 0, newest).items.at(0).value == "three");
    CHECK(store.range(key, {}, 0, *second).items.at(0).value == "two");
}

TEMPLATE_TEST_CASE("Of two kube-apiservers one compacts, and the other takes over", "[store]", ANY_STORE) {
    if (!TestType::available()) return;
    TestType fixture;
    Compaction one(fixture.store), other(fixture.store);
    begin(one);
    CHECK_FALSE(other.take_turn());  // it learns of the first
    CHECK(one.take_turn());
    CHECK_FALSE(other.take_turn());
    // The first is gone.
    CHECK(other.take_turn());
    CHECK(other.take_turn());
    CHECK_FALSE(one.take_turn());
}

TEST_CASE("A compactor takes its turns, says what fails, and ends at once", "[store]") {
    const auto disk = std::make_shared<simulation::SimulatedDisk>();
    EmbeddedStore store({.disk = disk});
    const auto old = put_over(store, "a", "one");
    put_over(store, "a", "two");
    disk->capacity = 0;
    std::promise<std::string> failure;
    std::once_flag first;
    {
        const Compactor compactor(store, std::chrono::milliseconds(5), [&](const std::string& line) {
            std::call_once(first, [&] { failure.set_value(line); });
        });
        CHECK_THAT(failure.get_future().get(),
                   Catch::StartsWith("the history could not be compacted: simulated disk/log.new: "));
    }
    CHECK(store.range("a", {}, 0, old).items.size() == 1);
    disk->capacity.reset();
    {
        const Compactor compactor(store, std::chrono::milliseconds(5), [](const std::string&) {});
        for (int i = 0; i < 2000; ++i) {
            try {
                store.range("a", {}, 0, old);
            } catch (const Compacted&) {
                break;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        CHECK_THROWS_AS(store.range("a", {}, 0, old), Compacted);
    }
    const auto begun = std::chrono::steady_clock::now();
    {
        const Compactor idle(store, std::chrono::hours(1), [](const std::string&) {});
    }
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(30));
}
