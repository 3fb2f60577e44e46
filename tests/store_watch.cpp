// What every store promises (reference/store/store.hpp): watches.
#include <atomic>
#include <thread>

#include "tests/store_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::store;
using namespace kcheck::reference::testing;

TEMPLATE_TEST_CASE("A watch tells what was, is and will be, in order", "[store]", ANY_STORE) {
    if (!TestType::available()) return;
    TestType fixture;
    Store& store = fixture.store;
    const std::string key = fixture.prefix + "a";
    const Revision begin = store.revision();
    REQUIRE(store.put(key, "one", 0).committed);
    REQUIRE(store.put(fixture.prefix.substr(0, fixture.prefix.size() - 1), "not in it", 0).committed);
    REQUIRE(store.put(key, "two", begin + 1).committed);
    Events events, late;
    const auto watch = store.watch(fixture.prefix, begin, events.on_event(), events.on_end());
    const auto late_watch = store.watch(fixture.prefix, begin + 3, late.on_event(), late.on_end());
    REQUIRE(store.remove(key, begin + 3).committed);
    REQUIRE(store.put(key, "three", 0).committed);

    const auto seen = events.wait(4);
    CHECK(revisions_of(seen) == std::vector<Revision>{begin + 1, begin + 3, begin + 4, begin + 5});
    CHECK(revisions_of(late.wait(2)) == std::vector<Revision>{begin + 4, begin + 5});

    CHECK(seen[0].type == StoreEvent::Type::put);
    CHECK(seen[0].current.value == "one");
    CHECK_FALSE(seen[0].previous);

    CHECK(seen[1].current.value == "two");
    CHECK(seen[1].current.create_revision == begin + 1);
    CHECK(seen[1].current.version == 2);
    REQUIRE(seen[1].previous);
    CHECK(seen[1].previous->value == "one");
    CHECK(seen[1].previous->mod_revision == begin + 1);

    CHECK(seen[2].type == StoreEvent::Type::remove);
    CHECK(seen[2].current.key == key);
    CHECK(seen[2].current.value.empty());
    CHECK(seen[2].current.mod_revision == 0);
    REQUIRE(seen[2].previous);
    CHECK(seen[2].previous->value == "two");

    CHECK(seen[3].current.version == 1);
    CHECK_FALSE(seen[3].previous);
}

TEMPLATE_TEST_CASE("A watch from a revision to come waits for it", "[store]", ANY_STORE) {
    if (!TestType::available()) return;
    TestType fixture;
    const Revision begin = fixture.store.revision();
    Events events;
    const auto watch = fixture.store.watch(fixture.prefix, begin + 2, events.on_event(), events.on_end());
    for (const char* name : {"a", "b", "c", "d"}) put_over(fixture.store, fixture.prefix + name, "x");
    CHECK(revisions_of(events.wait(2)) == std::vector<Revision>{begin + 3, begin + 4});
}

TEMPLATE_TEST_CASE("A watch cannot begin before what is compacted", "[store]", ANY_STORE) {
    if (!TestType::available()) return;
    TestType fixture;
    Store& store = fixture.store;
    const std::string key = fixture.prefix + "a";
    put_over(store, key, "one");
    const Revision two = put_over(store, key, "two");
    const Revision three = put_over(store, key, "three");
    store.compact(two);
    Events events;
    CHECK_THROWS_AS(store.watch(key, two - 1, events.on_event(), events.on_end()), Compacted);
    CHECK_THROWS_AS(store.watch(key, 0, events.on_event(), events.on_end()), Compacted);
    const auto watch = store.watch(key, two, events.on_event(), events.on_end());
    const auto seen = events.wait(1);
    CHECK(revisions_of(seen) == std::vector<Revision>{three});
    CHECK(seen.at(0).previous->value == "two");
}

namespace {

/// One of several that write keys of their own and one of all, and remove what they find.
void write_much(Store& store, const std::string& prefix, int writer, int rounds,
                std::vector<Revision>& committed) {
    const auto note = [&](const WriteResult& result) {
        if (result.committed) committed.push_back(result.revision);
    };
    for (int i = 0; i < rounds; ++i) {
        const std::string own = fmt::format("{}writer-{}-{}", prefix, writer, i % 3);
        const auto mine = store.get(own);
        note(mine && i % 5 == 0 ? store.remove(own, mine->mod_revision)
                                : store.put(own, std::to_string(i), mine ? mine->mod_revision : 0));
        const auto shared = store.get(prefix + "shared");
        note(
            store.put(prefix + "shared", fmt::format("{}-{}", writer, i), shared ? shared->mod_revision : 0));
    }
}

}  // namespace

TEMPLATE_TEST_CASE("Every watch sees every commit once, in order, whoever writes", "[store][parallel]",
                   ANY_STORE) {
    if (!TestType::available()) return;
    TestType fixture;
    constexpr int writers = 4, rounds = 20, watchers = 12;
    const Revision begin = fixture.store.revision();
    std::vector<std::vector<Revision>> committed(writers);
    std::vector<Events> events(watchers);
    std::vector<std::unique_ptr<StoreWatch>> watches(watchers);

    std::vector<std::thread> threads;
    for (int w = 0; w < writers; ++w)
        threads.emplace_back([&, w] {
            write_much(fixture.store, fixture.prefix, w, rounds, committed[static_cast<std::size_t>(w)]);
        });
    // They join while it goes on: most of them replay a part and see another live.
    for (std::size_t w = 0; w < watchers; ++w)
        watches[w] = fixture.store.watch(fixture.prefix, begin, events[w].on_event(), events[w].on_end());
    for (std::thread& thread : threads) thread.join();

    std::vector<Revision> all;
    for (const auto& some : committed) all.insert(all.end(), some.begin(), some.end());
    std::sort(all.begin(), all.end());
    CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
    // Nobody else writes: the revisions have no hole.
    CHECK(all.back() == begin + static_cast<Revision>(all.size()));

    for (Events& each : events) {
        const auto seen = each.wait(all.size());
        CHECK(revisions_of(seen) == all);
        // Each event says what it replaced: together they are one history.
        std::map<std::string, KeyValue> state;
        for (const StoreEvent& event : seen) {
            const auto before = state.find(event.current.key);
            REQUIRE((before == state.end()) == !event.previous);
            if (event.previous) CHECK(event.previous->mod_revision == before->second.mod_revision);
            if (event.type == StoreEvent::Type::put)
                state[event.current.key] = event.current;
            else
                state.erase(event.current.key);
        }
        for (const KeyValue& item : fixture.store.range(fixture.prefix).items)
            CHECK(state.at(item.key).mod_revision == item.mod_revision);
    }
}

TEMPLATE_TEST_CASE("After a watch has ended no event arrives", "[store][parallel]", ANY_STORE) {
    if (!TestType::available()) return;
    TestType fixture;
    std::atomic<bool> stop = false;
    std::thread writer([&] {
        for (int i = 0; !stop; ++i) fixture.store.put(fmt::format("{}{}", fixture.prefix, i), "x", 0);
    });
    const Revision begin = fixture.store.revision();
    std::atomic<int> arrived = 0, too_late = 0;
    for (int round = 0; round < 30; ++round) {
        std::atomic<bool> ended = false;
        const int before = arrived;
        auto watch = fixture.store.watch(fixture.prefix, begin,
                                         [&](const StoreEvent&) { ++(ended ? too_late : arrived); }, {});
        // Half of them end while they are at work, the others perhaps before they have begun.
        while (round % 2 == 0 && arrived == before) std::this_thread::yield();
        watch.reset();
        ended = true;
    }
    stop = true;
    writer.join();
    CHECK(arrived > 0);
    CHECK(too_late == 0);
}

TEMPLATE_TEST_CASE("A callback may end its own watch and others", "[store]", ANY_STORE) {
    if (!TestType::available()) return;
    TestType fixture;
    const Revision begin = fixture.store.revision();
    Events last;
    std::atomic<int> first_calls = 0, second_calls = 0;
    std::atomic<bool> ended = false;
    std::unique_ptr<StoreWatch> first, second;
    second = fixture.store.watch(fixture.prefix, begin, [&](const StoreEvent&) { ++second_calls; }, {});
    first = fixture.store.watch(fixture.prefix, begin,
                                [&](const StoreEvent&) {
                                    ++first_calls;
                                    second.reset();
                                    first.reset();
                                    ended = true;
                                },
                                {});
    for (const char* name : {"a", "b", "c"}) put_over(fixture.store, fixture.prefix + name, "x");
    const auto watch = fixture.store.watch(fixture.prefix, begin, last.on_event(), last.on_end());
    CHECK(last.wait(3).size() == 3);
    // In etcd the watches are streams of their own: wait for the first to have had its event.
    while (!ended) std::this_thread::yield();
    CHECK(first_calls == 1);
    CHECK(second_calls <= 3);
}
