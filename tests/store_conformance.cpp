// What every store promises (reference/store/store.hpp): reads and writes.
#include <thread>

#include "tests/store_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::store;
using namespace kcheck::reference::testing;

TEMPLATE_TEST_CASE("A key is created, changed and removed by who knows its revision", "[store]", ANY_STORE) {
    if (!TestType::available()) return;
    TestType fixture;
    Store& store = fixture.store;
    const std::string key = fixture.prefix + "a";
    const Revision begin = store.revision();
    CHECK_FALSE(store.get(key));

    const WriteResult created = store.put(key, "one", 0);
    CHECK(created.committed);
    CHECK(created.revision == begin + 1);
    CHECK_FALSE(created.current);

    const WriteResult changed = store.put(key, "two", created.revision);
    CHECK(changed.committed);
    CHECK(changed.revision == begin + 2);
    const auto stored = store.get(key);
    REQUIRE(stored);
    CHECK(stored->key == key);
    CHECK(stored->value == "two");
    CHECK(stored->create_revision == begin + 1);
    CHECK(stored->mod_revision == begin + 2);
    CHECK(stored->version == 2);

    const WriteResult removed = store.remove(key, changed.revision);
    CHECK(removed.committed);
    CHECK(removed.revision == begin + 3);
    CHECK_FALSE(store.get(key));
    CHECK(store.revision() == begin + 3);

    const WriteResult again = store.put(key, "three", 0);
    REQUIRE(again.committed);
    const auto reborn = store.get(key);
    REQUIRE(reborn);
    CHECK(reborn->create_revision == begin + 4);
    CHECK(reborn->version == 1);
}

TEMPLATE_TEST_CASE("A write that expects another revision changes nothing", "[store]", ANY_STORE) {
    if (!TestType::available()) return;
    TestType fixture;
    Store& store = fixture.store;
    const std::string key = fixture.prefix + "a";
    const Revision first = put_over(store, key, "one");
    const Revision second = put_over(store, key, "two");

    for (const Revision wrong : {Revision{0}, first, second + 1}) {
        for (const WriteResult& refused : {store.put(key, "three", wrong), store.remove(key, wrong)}) {
            CHECK_FALSE(refused.committed);
            CHECK(refused.revision == second);
            REQUIRE(refused.current);
            CHECK(refused.current->value == "two");
            CHECK(refused.current->mod_revision == second);
        }
    }
    const std::string missing = fixture.prefix + "missing";
    for (const WriteResult& refused :
         {store.put(missing, "x", second), store.remove(missing, second), store.remove(missing, 0)}) {
        CHECK_FALSE(refused.committed);
        CHECK(refused.revision == second);
        CHECK_FALSE(refused.current);
    }
    CHECK(store.revision() == second);
}

TEMPLATE_TEST_CASE("A range has the keys of its prefix in order, page by page", "[store]", ANY_STORE) {
    if (!TestType::available()) return;
    TestType fixture;
    Store& store = fixture.store;
    const std::string& p = fixture.prefix;
    // The neighbours of the prefix are not in it.
    put_over(store, p.substr(0, p.size() - 1), "before");
    put_over(store, p.substr(0, p.size() - 1) + '0', "behind");
    for (const char* name : {"c", "a", "e", "b", "d"}) put_over(store, p + name, name);

    const RangeResult all = store.range(p);
    CHECK(keys_of(all) == std::vector{p + "a", p + "b", p + "c", p + "d", p + "e"});
    CHECK(all.remaining == 0);
    CHECK(all.revision == store.revision());

    const RangeResult first = store.range(p, {}, 2);
    CHECK(keys_of(first) == std::vector{p + "a", p + "b"});
    CHECK(first.remaining == 3);

    // The later pages are as of the first, whatever has come since.
    REQUIRE(store.remove(p + "c", store.get(p + "c")->mod_revision).committed);
    put_over(store, p + "d", "changed");
    put_over(store, p + "bb", "new");
    const RangeResult second = store.range(p, p + "b" + '\0', 2, first.revision);
    CHECK(keys_of(second) == std::vector{p + "c", p + "d"});
    CHECK(second.items.back().value == "d");
    CHECK(second.remaining == 1);
    CHECK(second.revision == first.revision + 3);
    const RangeResult third = store.range(p, p + "d" + '\0', 2, first.revision);
    CHECK(keys_of(third) == std::vector{p + "e"});
    CHECK(third.remaining == 0);

    CHECK(keys_of(store.range(p)) == std::vector{p + "a", p + "b", p + "bb", p + "d", p + "e"});
    CHECK(keys_of(store.range(p, "/")) == keys_of(store.range(p)));
    CHECK(store.range(p, p + "f").items.empty());
    CHECK(store.range(p, p.substr(0, p.size() - 1) + '0').items.empty());
    CHECK(store.range(p, {}, 5).remaining == 0);
}

TEMPLATE_TEST_CASE("What is compacted can no longer be read, and the rest can", "[store]", ANY_STORE) {
    if (!TestType::available()) return;
    TestType fixture;
    Store& store = fixture.store;
    const std::string key = fixture.prefix + "a";
    const std::string gone = fixture.prefix + "gone";
    const Revision one = put_over(store, key, "one");
    const Revision born = put_over(store, gone, "x");
    REQUIRE(store.remove(gone, born).committed);
    const Revision two = put_over(store, key, "two");
    const Revision three = put_over(store, key, "three");

    store.compact(two);
    store.compact(one);  // has no effect
    CHECK(store.range(fixture.prefix, {}, 0, two).items.at(0).value == "two");
    CHECK(store.range(fixture.prefix, {}, 0, three).items.at(0).value == "three");
    CHECK(store.range(fixture.prefix, {}, 0, two).items.size() == 1);
    for (const Revision old : {one, two - 1}) {
        try {
            store.range(fixture.prefix, {}, 0, old);
            FAIL("revision " << old << " was readable");
        } catch (const Compacted& compacted) {
            CHECK(compacted.oldest == two);
        }
    }
    CHECK_THROWS_AS(store.range(fixture.prefix, {}, 0, three + 1), std::invalid_argument);
    CHECK_THROWS_AS(store.compact(three + 1), std::invalid_argument);
    CHECK(store.get(key)->value == "three");
}

TEMPLATE_TEST_CASE("Keys and values are any bytes", "[store]", ANY_STORE) {
    if (!TestType::available()) return;
    TestType fixture;
    Store& store = fixture.store;
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    std::string big;
    while (big.size() < 700'000) big += bytes;
    const std::vector<std::string> values = {"", std::string(1, '\0'), bytes, bytes + "1", bytes + "12", big};
    const std::string prefix = fixture.prefix + "\xff\xff";
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string key = prefix + bytes + std::to_string(i);
        REQUIRE(store.put(key, values[i], 0).committed);
        CHECK(store.get(key)->value == values[i]);
    }
    const RangeResult range = store.range(prefix);
    REQUIRE(range.items.size() == values.size());
    for (std::size_t i = 0; i < values.size(); ++i) CHECK(range.items[i].value == values[i]);
}

TEMPLATE_TEST_CASE("A range may be longer than one message of etcd", "[store]", InMemory, RealEtcd) {
    if (!TestType::available()) return;
    TestType fixture;
    constexpr int keys = 2100;
    std::vector<std::thread> writers;
    for (int w = 0; w < 8; ++w)
        writers.emplace_back([&, w] {
            for (int i = w; i < keys; i += 8)
                fixture.store.put(fmt::format("{}{:04}", fixture.prefix, i), "x", 0);
        });
    for (std::thread& writer : writers) writer.join();

    const RangeResult all = fixture.store.range(fixture.prefix);
    REQUIRE(all.items.size() == keys);
    CHECK(all.remaining == 0);
    for (int i = 0; i < keys; ++i) CHECK(all.items[i].key == fmt::format("{}{:04}", fixture.prefix, i));
    const RangeResult most = fixture.store.range(fixture.prefix, {}, 1500);
    CHECK(most.items.size() == 1500);
    CHECK(most.remaining == 600);
}

TEMPLATE_TEST_CASE("Of writers over the same revision one wins", "[store][parallel]", ANY_STORE) {
    if (!TestType::available()) return;
    TestType fixture;
    constexpr int writers = 4, increments = 25;
    const std::string key = fixture.prefix + "counter";
    const Revision begin = put_over(fixture.store, key, "0");
    std::vector<std::thread> threads;
    for (int w = 0; w < writers; ++w)
        threads.emplace_back([&] {
            for (int done = 0; done < increments;) {
                const auto current = fixture.store.get(key);
                const auto next = std::to_string(std::stoi(current->value) + 1);
                if (fixture.store.put(key, next, current->mod_revision).committed) ++done;
            }
        });
    for (std::thread& thread : threads) thread.join();
    const auto current = fixture.store.get(key);
    CHECK(current->value == std::to_string(writers * increments));
    CHECK(current->version == writers * increments + 1);
    CHECK(fixture.store.revision() == begin + writers * increments);
}
