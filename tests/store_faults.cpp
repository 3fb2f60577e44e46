// EmbeddedStore on a disk that tears records, fills up and fails to sync: what was acknowledged, or has been
// read, stays.
#include <algorithm>
#include <map>
#include <random>

#include "reference/simulation/disk.hpp"
#include "tests/store_support.hpp"
#include "tests/support/seed.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::store;
using namespace kcheck::reference::testing;
using simulation::SimulatedDisk;

namespace {

/// A store on such a disk, and what is known of it.
class Machine {
public:
    explicit Machine(std::uint64_t seed, std::size_t log_bytes_max = std::size_t{64} << 20)
        : disk(std::make_shared<SimulatedDisk>(seed)), log_bytes_max_(log_bytes_max) {
        start();
    }

    /// Throws as the store does. What readers see from then on is one of what may be, and is to stay; but
    /// where there was no room to make sure of it, and the store has said so.
    void start() {
        const auto is_sure = std::make_shared<bool>(true);
        EmbeddedStoreOptions options{.disk = disk, .log_bytes_max = log_bytes_max_};
        options.notice = [is_sure](const std::string& line) {
            if (line.find("not written anew") != line.npos) *is_sure = false;
        };
        store = std::make_unique<EmbeddedStore>(options);
        starts_unsure += *is_sure ? 0 : 1;
        REQUIRE(store->revision() >= acknowledged_);
        if (*is_sure) acknowledged_ = store->revision();
        for (const auto& item : store->range({}).items) REQUIRE(possible_.contains(item.key));
        for (auto& [key, values] : possible_) {
            const auto value = value_of(key);
            INFO(key << " is \"" << value << "\"");
            const auto found = std::find(values.begin(), values.end(), value);
            REQUIRE(found != values.end());
            std::rotate(values.begin(), found, found + 1);
            if (*is_sure) values = {value};
        }
    }
    /// kill -9.
    void kill() { store.reset(); }
    void crash() {
        store.reset();
        disk->crash();
    }
    /// True: acknowledged.
    bool put(const std::string& key, const std::string& value) {
        return write(key, value, [&](Revision expected) { return store->put(key, value, expected); });
    }
    bool remove(const std::string& key) {
        if (value_of(key).empty()) return true;
        return write(key, {}, [&](Revision expected) { return store->remove(key, expected); });
    }
    bool has(const std::string& key) { return !value_of(key).empty(); }

    std::shared_ptr<SimulatedDisk> disk;
    std::unique_ptr<EmbeddedStore> store;
    int starts_unsure = 0;

private:
    std::string value_of(const std::string& key) {
        const auto found = store->get(key);
        return found ? found->value : std::string();
    }
    template <class Writes>
    bool write(const std::string& key, const std::string& value, const Writes& writes) {
        const auto current = store->get(key);
        auto& values = possible_.try_emplace(key, std::vector<std::string>{{}}).first->second;
        REQUIRE((current ? current->value : std::string()) == values.front());
        try {
            const WriteResult result = writes(current ? current->mod_revision : 0);
            REQUIRE(result.committed);
            acknowledged_ = std::max(acknowledged_, result.revision);
        } catch (const StoreFull&) {
            return false;  // it is not there, nor will be
        } catch (const StoreUnavailable&) {
            values.push_back(value);
            return false;
        }
        values = {value};
        // What was not known is known: an acknowledged write counts on what readers see.
        for (auto& [other, may_be] : possible_) may_be.resize(1);
        return true;
    }

    std::size_t log_bytes_max_;
    // Values by key, first what readers see; empty: it is not there.
    std::map<std::string, std::vector<std::string>> possible_;
    Revision acknowledged_ = 1;
};

}  // namespace

TEST_CASE("What is acknowledged outlives a crash of the machine", "[store]") {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Machine m(seed, 2000);
        for (int i = 0; i < 60; ++i) {
            const std::size_t size = 40 * static_cast<std::size_t>(i % 20);
            REQUIRE(m.put(fmt::format("key-{}", i % 5), std::string(size, 'x') + std::to_string(i)));
            if (i % 7 != 0) continue;
            m.crash();
            m.start();
        }
    }
}

TEST_CASE("What is not synced, the disk loses now and then", "[store]") {
    int lost = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        SimulatedDisk disk(seed);
        {
            const auto file = disk.open_or_create("log");
            disk.sync();
            file->append(std::string(2000, 'x'));
        }
        disk.crash();
        lost += disk.content("log") != std::string(2000, 'x') ? 1 : 0;
    }
    CHECK(lost > 10);
}

TEST_CASE("A record that is torn by a crash is cut off, whichever of its sectors are there", "[store]") {
    int there = 0, gone = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        CAPTURE(seed);
        Machine m(seed);
        REQUIRE(m.put("a", "one"));
        m.disk->failing_syncs = 1;
        CHECK_FALSE(m.put("b", std::string(600, 'x')));  // who asked does not know
        m.crash();
        m.start();
        ++(m.has("b") ? there : gone);
        REQUIRE(m.put("c", "three"));
        m.crash();
        m.start();
    }
    CHECK(there > 0);
    CHECK(gone > 0);
}

TEST_CASE("After a failed sync nothing is acknowledged that a crash could take back", "[store]") {
    const bool restarts = GENERATE(false, true);
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        CAPTURE(seed, restarts);
        Machine m(seed);
        REQUIRE(m.put("a", "one"));
        m.disk->failing_syncs = 1;
        CHECK_FALSE(m.put("b", std::string(3000, 'x')));
        if (restarts) {  // the new process reads from memory what is not on the disk
            m.kill();
            m.start();
        }
        REQUIRE(m.put("c", std::string(3000, 'y')));
        m.crash();
        m.start();
    }
}

TEST_CASE("Whatever the disk does, what was acknowledged or read stays", "[store]") {
    const std::uint64_t first = kcheck::tests::random_seed();
    int refused = 0, acknowledged = 0, failed_starts = 0, unsure_starts = 0;
    for (auto seed = first; seed < first + 60; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 dice(seed);
        const auto one_in = [&](int n) { return std::uniform_int_distribution(1, n)(dice) == 1; };
        Machine m(seed, 6000);
        const auto start = [&] {
            for (;;) {
                try {
                    return m.start();
                } catch (const std::system_error&) {  // the disk is full, or a sync fails, even now
                    ++failed_starts;
                    m.disk->failing_syncs = 0;
                    m.disk->capacity.reset();
                    if (one_in(2)) m.disk->crash();
                }
            }
        };
        for (int step = 0; step < 250; ++step) {
            if (one_in(25)) m.disk->failing_syncs = 1;
            if (one_in(25)) m.disk->capacity = m.disk->used() + 700;
            if (one_in(10)) m.disk->capacity.reset();
            const auto key = fmt::format("key-{}", std::uniform_int_distribution(0, 5)(dice));
            const std::size_t size = one_in(4) ? 1500 : 20;
            const bool done =
                one_in(4) ? m.remove(key) : m.put(key, std::to_string(step) + std::string(size, 'x'));
            ++(done ? acknowledged : refused);
            if (!one_in(12)) continue;
            if (one_in(2))
                m.kill();
            else
                m.crash();
            start();
        }
        unsure_starts += m.starts_unsure;
    }
    CHECK(acknowledged > 1000);
    CHECK(refused > 100);
    CHECK(failed_starts > 0);
    CHECK(unsure_starts > 0);
}
