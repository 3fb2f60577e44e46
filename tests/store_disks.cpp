// EmbeddedStore on disks that are full, fail to sync, or lose their power.
#include "reference/store/log_frames.hpp"
#include "tests/store_support.hpp"
#include "tests/support/memory_disk.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::store;
using namespace kcheck::reference::testing;

namespace {

EmbeddedStoreOptions on(std::shared_ptr<MemoryDisk> disk, std::vector<std::string>* notices = nullptr) {
    EmbeddedStoreOptions options{.disk = std::move(disk)};
    if (notices != nullptr) options.notice = [notices](const std::string& line) { notices->push_back(line); };
    return options;
}

std::vector<std::string> keys(Store& store) { return keys_of(store.range({})); }

}  // namespace

TEST_CASE("A disk that is full for a moment refuses writes, and takes them again afterwards", "[store]") {
    const auto disk = std::make_shared<MemoryDisk>();
    std::vector<std::string> notices;
    Events events;
    std::vector<std::string> before;
    {
        EmbeddedStore store(on(disk, &notices));
        const auto watch = store.watch({}, 0, events.on_event(), events.on_end());
        put_over(store, "a", "one");
        CHECK(store.trouble().empty());
        // Room for a part of the next commit, of every size.
        const auto used = disk->bytes("log").size();
        for (std::size_t more = 0; more < 60; more += 7) {
            disk->room = used + more;
            CHECK_THROWS_AS(store.put("b", "two, which is longer than what there is room for", 0), StoreFull);
        }
        disk->room = used;
        CHECK_THAT(store.trouble(), Catch::Contains("No space left on device"));
        CHECK_FALSE(store.get("b"));
        CHECK(store.revision() == 2);
        disk->room = std::string::npos;
        CHECK(store.put("b", "three", 0).revision == 3);
        CHECK(store.trouble().empty());
        CHECK(revisions_of(events.wait(2)) == std::vector<Revision>{2, 3});
    }
    CHECK(notices.front() == "writes fail: disk: write: No space left on device");
    CHECK(notices.back() == "writes work again");
    for (const auto& later : {disk->after_kill(), disk->after_power_loss()}) {
        EmbeddedStore store(on(later));
        CHECK(keys(store) == std::vector<std::string>{"a", "b"});
        CHECK(store.get("b")->value == "three");
    }
}

TEST_CASE("A process that is killed on a full disk leaves a torn tail at most", "[store]") {
    const auto disk = std::make_shared<MemoryDisk>();
    std::vector<std::string> notices;
    std::size_t whole = 0;
    {
        EmbeddedStore store(on(disk));
        put_over(store, "a", "one");
        whole = disk->bytes("log").size();
        disk->room = whole + 20;
        CHECK_THROWS_AS(store.put("b", "two", 0), StoreFull);
    }
    EmbeddedStore store(on(disk->after_kill(), &notices));
    CHECK(keys(store) == std::vector<std::string>{"a"});
    CHECK(notices == std::vector<std::string>{fmt::format(
                         "disk/log: cut off 20 bytes at byte {}, of a write that a crash has torn", whole)});
}

TEST_CASE("A store that starts on a full disk is read, refuses writes, and takes them when there is room",
          "[store]") {
    const auto disk = std::make_shared<MemoryDisk>();
    {
        EmbeddedStore store(on(disk));
        put_over(store, "a", "one");
    }
    const auto full = disk->after_kill();
    full->room = full->bytes("log").size();
    std::vector<std::string> notices;
    EmbeddedStore store(on(full, &notices));
    CHECK(keys(store) == std::vector<std::string>{"a"});
    CHECK_THAT(notices.front(), Catch::Contains("not written anew"));
    for (int i = 0; i < 2; ++i) CHECK_THROWS_AS(store.put("b", "two", 0), StoreFull);
    CHECK_THAT(store.trouble(), Catch::Contains("No space left on device"));
    full->room = std::string::npos;
    CHECK(store.put("b", "three", 0).committed);
    CHECK(store.trouble().empty());
    EmbeddedStore crashed(on(full->after_power_loss()));
    CHECK(keys(crashed) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("No room for a snapshot: the log becomes longer", "[store]") {
    const auto disk = std::make_shared<MemoryDisk>();
    auto options = on(disk);
    options.log_bytes_max = 2000;
    EmbeddedStore store(options);
    int written = 0;
    const auto write = [&] { put_over(store, fmt::format("key-{:04}", written++), std::string(50, 'x')); };
    while (disk->bytes("log").size() <= 2000) write();
    disk->room = disk->bytes("log").size() + 1500;
    for (int i = 0; i < 10; ++i) write();
    CHECK_FALSE(disk->has("snapshot"));
    disk->room = std::string::npos;
    for (int i = 0; i < 10; ++i) write();
    CHECK(disk->has("snapshot"));
    CHECK(disk->bytes("log").size() < 2000);
    EmbeddedStore later(on(disk->after_kill()));
    CHECK(std::ssize(keys(later)) == written);
}

TEST_CASE("After a failed sync all that was acknowledged goes to new files first", "[store]") {
    const auto disk = std::make_shared<MemoryDisk>();
    // The first is of the log; then come a snapshot, a new log, and the commit.
    using Numbers = std::set<int>;
    const auto failing =
        GENERATE(Numbers{1}, Numbers{1, 2}, Numbers{1, 3}, Numbers{1, 4}, Numbers{1, 2, 4}, Numbers{1, 3, 6});
    CAPTURE(failing);
    std::vector<std::string> notices;
    EmbeddedStore store(on(disk, &notices));
    put_over(store, "a", "one");
    put_over(store, "b", "two");
    disk->fail_syncs(failing);
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
            EmbeddedStore crashed(on(disk->after_power_loss()));
            const auto left = keys(crashed);
            REQUIRE(left.size() >= 2);
            CHECK(std::vector<std::string>(left.begin(), left.begin() + 2) ==
                  std::vector<std::string>{"a", "b"});
        }
    }
    CHECK(failures == failing.size());
    CHECK(store.get("c")->mod_revision == 4);
    CHECK(disk->has("snapshot"));
    CHECK(notices.back() == "writes work again");
    put_over(store, "d", "four");
    EmbeddedStore crashed(on(disk->after_power_loss()));
    CHECK(keys(crashed) == std::vector<std::string>{"a", "b", "c", "d"});
}

TEST_CASE("A health check tries a disk that has failed", "[store]") {
    const auto disk = std::make_shared<MemoryDisk>();
    EmbeddedStore store(on(disk));
    put_over(store, "a", "one");
    disk->fail_syncs({1, 2});
    CHECK_THROWS_AS(store.put("b", "two", 0), StoreUnavailable);
    CHECK_THAT(store.trouble(), Catch::Contains("Input/output error"));
    CHECK(store.trouble().empty());
    const int syncs = disk->syncs;
    CHECK(store.trouble().empty());
    CHECK(disk->syncs == syncs);  // a healthy one is left alone
    CHECK(keys(store) == std::vector<std::string>{"a"});
    CHECK(store.revision() == 2);
}

TEST_CASE("What a power loss leaves of the last write is torn, and cut off", "[store]") {
    const auto disk = std::make_shared<MemoryDisk>();
    {
        EmbeddedStore store(on(disk));
        put_over(store, "a", "one");
        disk->fail_syncs({1});
        CHECK_THROWS_AS(store.put("b", std::string(2000, 'x'), 0), StoreUnavailable);
    }
    const auto log = disk->bytes("log");
    for (std::size_t kept = 1; kept < 2000; kept += 97) {
        EmbeddedStore store(on(disk->after_power_loss(kept)));
        CHECK(keys(store) == std::vector<std::string>{"a"});
    }
    // A file system may have made room for all of it, and have written some sectors only.
    for (std::size_t sector = 512; sector + 512 < log.size(); sector += 512) {
        const auto holed = disk->after_kill();
        std::fill_n(holed->bytes("log").begin() + static_cast<std::ptrdiff_t>(sector), 512, '\0');
        EmbeddedStore store(on(holed));
        CHECK(keys(store) == std::vector<std::string>{"a"});
    }
    const auto zeros = disk->after_power_loss();
    zeros->bytes("log") += std::string(3000, '\0');
    CHECK(keys(*std::make_unique<EmbeddedStore>(on(zeros))) == std::vector<std::string>{"a"});
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
