// EmbeddedStore on disks that are full, fail to sync, or lose their power.
#include "reference/simulation/disk.hpp"
#include "reference/store/log_frames.hpp"
#include "tests/store_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::store;
using namespace kcheck::reference::testing;
using simulation::SimulatedDisk;

namespace {

EmbeddedStoreOptions on(std::shared_ptr<SimulatedDisk> disk, std::vector<std::string>* notices = nullptr) {
    EmbeddedStoreOptions options{.disk = std::move(disk)};
    if (notices != nullptr) options.notice = [notices](const std::string& line) { notices->push_back(line); };
    return options;
}

std::string log_of(const SimulatedDisk& disk) { return disk.content("log").value(); }

/// A disk with this log, all of it synced.
std::shared_ptr<SimulatedDisk> with_log(const std::string& bytes) {
    auto disk = std::make_shared<SimulatedDisk>();
    const auto file = disk->open_or_create("log");
    file->append(bytes);
    file->sync();
    disk->sync();
    return disk;
}

/// What the machine finds that starts after it has lost its power now.
std::shared_ptr<SimulatedDisk> crashed_copy(const SimulatedDisk& disk) {
    auto copy = disk.copy();
    copy->crash();
    return copy;
}

std::vector<std::string> keys(Store& store) { return keys_of(store.range({})); }

}  // namespace

TEST_CASE("A disk that is full for a moment refuses writes, and takes them again afterwards", "[store]") {
    const auto disk = std::make_shared<SimulatedDisk>();
    std::vector<std::string> notices;
    Events events;
    std::vector<std::string> before;
    {
        EmbeddedStore store(on(disk, &notices));
        const auto watch = store.watch({}, 0, events.on_event(), events.on_end());
        put_over(store, "a", "one");
        CHECK(store.trouble().empty());
        // Room for a part of the next commit, of every size.
        const auto used = log_of(*disk).size();
        for (std::size_t more = 0; more < 60; more += 7) {
            disk->capacity = used + more;
            CHECK_THROWS_AS(store.put("b", "two, which is longer than what there is room for", 0), StoreFull);
        }
        disk->capacity = used;
        CHECK_THAT(store.trouble(), Catch::Contains("No space left on device"));
        CHECK_FALSE(store.get("b"));
        CHECK(store.revision() == 2);
        disk->capacity.reset();
        CHECK(store.put("b", "three", 0).revision == 3);
        CHECK(store.trouble().empty());
        CHECK(revisions_of(events.wait(2)) == std::vector<Revision>{2, 3});
    }
    CHECK(notices.front() == "writes fail: simulated disk/log.new: write: No space left on device");
    CHECK(notices.back() == "writes work again");
    for (const auto& later : {disk->copy(), crashed_copy(*disk)}) {
        EmbeddedStore store(on(later));
        CHECK(keys(store) == std::vector<std::string>{"a", "b"});
        CHECK(store.get("b")->value == "three");
    }
}

TEST_CASE("A process that is killed on a full disk leaves a torn tail at most", "[store]") {
    const auto disk = std::make_shared<SimulatedDisk>();
    std::vector<std::string> notices;
    std::size_t whole = 0;
    {
        EmbeddedStore store(on(disk));
        put_over(store, "a", "one");
        whole = log_of(*disk).size();
        disk->capacity = whole + 20;
        CHECK_THROWS_AS(store.put("b", "two", 0), StoreFull);
    }
    EmbeddedStore store(on(disk->copy(), &notices));
    CHECK(keys(store) == std::vector<std::string>{"a"});
    CHECK(notices ==
          std::vector<std::string>{fmt::format(
              "simulated disk/log: cut off 20 bytes at byte {}, of a write that a crash has torn", whole)});
}

TEST_CASE("A store that starts on a full disk is read, refuses writes, and takes them when there is room",
          "[store]") {
    const auto disk = std::make_shared<SimulatedDisk>();
    {
        EmbeddedStore store(on(disk));
        put_over(store, "a", "one");
    }
    const auto full = disk->copy();
    full->capacity = log_of(*full).size();
    std::vector<std::string> notices;
    EmbeddedStore store(on(full, &notices));
    CHECK(keys(store) == std::vector<std::string>{"a"});
    CHECK_THAT(notices.front(), Catch::Contains("not written anew"));
    for (int i = 0; i < 2; ++i) CHECK_THROWS_AS(store.put("b", "two", 0), StoreFull);
    CHECK_THAT(store.trouble(), Catch::Contains("No space left on device"));
    full->capacity.reset();
    CHECK(store.put("b", "three", 0).committed);
    CHECK(store.trouble().empty());
    EmbeddedStore crashed(on(crashed_copy(*full)));
    CHECK(keys(crashed) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("No room for a snapshot: the log becomes longer", "[store]") {
    const auto disk = std::make_shared<SimulatedDisk>();
    auto options = on(disk);
    options.log_bytes_max = 2000;
    EmbeddedStore store(options);
    int written = 0;
    const auto write = [&] { put_over(store, fmt::format("key-{:04}", written++), std::string(50, 'x')); };
    while (log_of(*disk).size() <= 2000) write();
    disk->capacity = log_of(*disk).size() + 1500;
    for (int i = 0; i < 10; ++i) write();
    CHECK_FALSE(disk->content("snapshot"));
    disk->capacity.reset();
    for (int i = 0; i < 10; ++i) write();
    CHECK(disk->content("snapshot"));
    CHECK(log_of(*disk).size() < 2000);
    EmbeddedStore later(on(disk->copy()));
    CHECK(std::ssize(keys(later)) == written);
}

TEST_CASE("After a failed sync all that was acknowledged goes to new files first", "[store]") {
    const auto disk = std::make_shared<SimulatedDisk>();
    // The first is of the log; then come a snapshot, a new log, and the commit.
    using Numbers = std::set<int>;
    const auto failing =
        GENERATE(Numbers{1}, Numbers{1, 2}, Numbers{1, 3}, Numbers{1, 4}, Numbers{1, 2, 4}, Numbers{1, 3, 6});
    CAPTURE(failing);
    std::vector<std::string> notices;
    EmbeddedStore store(on(disk, &notices));
    put_over(store, "a", "one");
    put_over(store, "b", "two");
    disk->fail_syncs_of_files(failing);
    std::size_t failures = 0;
    for (;; ++failures) {
        REQUIRE(failures < 10);
        try {
            store.put("c", "three", 0);
            break;
        } catch (const StoreFull&) {
            FAIL("nobody knows whether it has been committed");
        } catch (const StoreUnavailable&) {
            CHECK_FALSE(store.get("c"));  // a reader sees nothing that may vanish
            // What was acknowledged is there, whatever happens now.
            EmbeddedStore crashed(on(crashed_copy(*disk)));
            const auto left = keys(crashed);
            REQUIRE(left.size() >= 2);
            CHECK(std::vector<std::string>(left.begin(), left.begin() + 2) ==
                  std::vector<std::string>{"a", "b"});
        }
    }
    CHECK(failures == failing.size());
    CHECK(store.get("c")->mod_revision == 4);
    CHECK(disk->content("snapshot"));
    CHECK(notices.back() == "writes work again");
    put_over(store, "d", "four");
    EmbeddedStore crashed(on(crashed_copy(*disk)));
    CHECK(keys(crashed) == std::vector<std::string>{"a", "b", "c", "d"});
}

TEST_CASE("A health check tries a disk that has failed", "[store]") {
    const auto disk = std::make_shared<SimulatedDisk>();
    EmbeddedStore store(on(disk));
    put_over(store, "a", "one");
    disk->fail_syncs_of_files({1, 2});
    CHECK_THROWS_AS(store.put("b", "two", 0), StoreUnavailable);
    CHECK_THAT(store.trouble(), Catch::Contains("Input/output error"));
    CHECK(store.trouble().empty());
    const int syncs = disk->syncs_of_files();
    CHECK(store.trouble().empty());
    CHECK(disk->syncs_of_files() == syncs);  // a healthy one is left alone
    CHECK(keys(store) == std::vector<std::string>{"a"});
    CHECK(store.revision() == 2);
}

TEST_CASE("What a power loss leaves of the last write is torn, and cut off", "[store]") {
    const auto disk = std::make_shared<SimulatedDisk>();
    EmbeddedStore first(on(disk));
    put_over(first, "a", "one");
    const auto before = log_of(*disk);
    put_over(first, "b", std::string(2000, 'x'));
    const auto after = log_of(*disk);
    REQUIRE(after.starts_with(before));
    REQUIRE(after.size() > before.size() + 2000);
    const auto keys_with = [](const std::string& log) {
        EmbeddedStore store(on(with_log(log)));
        return keys(store);
    };
    CHECK(keys_with(after) == std::vector<std::string>{"a", "b"});
    for (auto size = before.size() + 1; size < after.size(); size += 97)
        CHECK(keys_with(after.substr(0, size)) == std::vector<std::string>{"a"});
    // A file system may have made room for all of it, and have written some sectors only.
    for (std::size_t sector = 512; sector + 512 < after.size(); sector += 512) {
        auto holed = after;
        holed.replace(sector, 512, 512, '\0');
        CHECK(keys_with(holed) == std::vector<std::string>{"a"});
    }
    CHECK(keys_with(before + std::string(3000, '\0')) == std::vector<std::string>{"a"});
}

TEST_CASE("Frames say whether they are whole, torn or corrupt", "[store]") {
    const auto bytes = to_frame("payload") + to_frame("");
    const auto first = read_frame(bytes, 0);
    CHECK(first.state == Frame::State::whole);
    CHECK(first.payload == "payload");
    const auto second = read_frame(std::string_view(bytes).substr(first.size), first.size);
    CHECK(second.state == Frame::State::whole);
    CHECK(second.payload.empty());
    CHECK(has_whole_frame("xx" + bytes));
    CHECK_FALSE(has_whole_frame(bytes.substr(1, first.size)));
    for (std::size_t size = 1; size < first.size; ++size)
        CHECK(read_frame(bytes.substr(0, size), 0).state == Frame::State::torn);
    for (std::size_t at = 0; at < first.size; ++at) {
        auto flipped = bytes;
        flipped[at] = static_cast<char>(flipped[at] ^ 4);
        CHECK(read_frame(flipped, 0).state == Frame::State::corrupt);
        CHECK(read_frame(std::string_view(flipped).substr(0, first.size), 0).state == Frame::State::corrupt);
    }
}
