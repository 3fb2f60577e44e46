// EmbeddedStore with a directory: what a restart finds, and what a damaged log does.
#include <sys/resource.h>

#include <array>
#include <fstream>

#include "tests/store_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::store;
using namespace kcheck::reference::testing;
namespace fs = std::filesystem;

namespace {

EmbeddedStoreOptions in(const TemporaryDirectory& directory) { return {.directory = directory.path()}; }

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// "key=value@create/mod/version" of everything, and the revision.
std::vector<std::string> contents(Store& store) {
    std::vector<std::string> result;
    for (const KeyValue& item : store.range({}).items)
        result.push_back(fmt::format("{}={}@{}/{}/{}", item.key, item.value, item.create_revision,
                                     item.mod_revision, item.version));
    result.push_back(std::to_string(store.revision()));
    return result;
}

}  // namespace

TEST_CASE("A store on disk comes back as it was, with its past", "[store]") {
    const TemporaryDirectory directory;
    std::vector<std::string> before;
    {
        EmbeddedStore store(in(directory));
        put_over(store, "a", "one");
        const Revision b = put_over(store, "b", "two");
        put_over(store, "a", "three");
        REQUIRE(store.remove("b", b).committed);
        put_over(store, "b", "four");
        before = contents(store);
    }
    EmbeddedStore store(in(directory));
    CHECK(contents(store) == before);
    CHECK(contents(store) == std::vector<std::string>{"a=three@2/4/2", "b=four@6/6/1", "6"});
    CHECK(store.range({}, {}, 0, 3).items.at(1).value == "two");
    Events events;
    const auto watch = store.watch("b", 0, events.on_event(), events.on_end());
    put_over(store, "b", "five");
    const auto seen = events.wait(4);
    CHECK(revisions_of(seen) == std::vector<Revision>{3, 5, 6, 7});
    CHECK(seen.at(1).previous->value == "two");
}

TEST_CASE("A log cut anywhere in its last commit loses that one only", "[store]") {
    const TemporaryDirectory directory;
    std::vector<std::string> before;
    std::size_t whole = 0;
    {
        EmbeddedStore store(in(directory));
        put_over(store, "a", "one");
        put_over(store, "b", "two");
        before = contents(store);
        whole = fs::file_size(directory.path() / "log");
        put_over(store, "c", "three");
    }
    const std::string log = read_file(directory.path() / "log");
    REQUIRE(log.size() > whole);
    for (std::size_t size = whole; size < log.size(); ++size) {
        write_file(directory.path() / "log", log.substr(0, size));
        {
            EmbeddedStore store(in(directory));
            REQUIRE(contents(store) == before);
            put_over(store, "d", "after the crash");
        }
        EmbeddedStore store(in(directory));
        REQUIRE(store.get("d")->mod_revision == 4);
    }
}

TEST_CASE("A damaged commit is refused, the last one too", "[store]") {
    const TemporaryDirectory directory;
    std::size_t first = 0, second = 0;
    {
        EmbeddedStore store(in(directory));
        put_over(store, "a", "one");
        first = fs::file_size(directory.path() / "log");
        put_over(store, "b", "two");
        second = fs::file_size(directory.path() / "log");
        put_over(store, "c", "three");
    }
    const std::string log = read_file(directory.path() / "log");
    for (std::size_t at = 0; at < log.size(); ++at) {
        std::string damaged = log;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        write_file(directory.path() / "log", damaged);
        CAPTURE(at, first, second);
        const auto frame = at < first ? 0 : at < second ? first : second;
        const auto where = fmt::format("log: damaged at byte {}, {}", frame,
                                       at < second ? "with commits behind the damage" : "in the last commit");
        CHECK_THROWS_WITH(EmbeddedStore(in(directory)), Catch::EndsWith(where));
        CHECK(read_file(directory.path() / "log") == damaged);  // nothing is lost by looking
    }
}

TEST_CASE("A snapshot takes the place of a long log", "[store]") {
    const TemporaryDirectory directory;
    constexpr std::size_t log_bytes_max = 4000;
    const EmbeddedStoreOptions options{.directory = directory.path(), .log_bytes_max = log_bytes_max};
    std::vector<std::string> before;
    Revision in_snapshot = 0;
    {
        EmbeddedStore store(options);
        std::size_t last_size = 0;
        for (int i = 0; i < 500; ++i) {
            put_over(store, fmt::format("key-{}", i % 7), std::string(50, 'x') + std::to_string(i));
            const std::size_t size = fs::file_size(directory.path() / "log");
            REQUIRE(size < log_bytes_max + 200);
            if (size < last_size) in_snapshot = store.revision() - 1;
            last_size = size;
        }
        before = contents(store);
    }
    REQUIRE(in_snapshot > 0);
    {
        EmbeddedStore store(options);
        CHECK(contents(store) == before);
        CHECK(store.range({}, {}, 0, in_snapshot).items.size() == 7);
        CHECK_THROWS_AS(store.range({}, {}, 0, in_snapshot - 1), Compacted);
    }

    SECTION("a crash before the log was emptied repeats nothing") {
        const TemporaryDirectory other;
        {
            EmbeddedStore all(in(other));
            for (int i = 0; i < 500; ++i)
                put_over(all, fmt::format("key-{}", i % 7), std::string(50, 'x') + std::to_string(i));
        }
        fs::copy_file(directory.path() / "snapshot", other.path() / "snapshot");
        {
            VersionHistory history;
            const WriteAheadLog log(std::make_shared<PosixDisk>(other.path()), history,
                                    [](const std::string&) {});
            CHECK(history.compacted() == in_snapshot);
            CHECK(static_cast<Revision>(history.commits()) == history.revision() - in_snapshot);
        }
        EmbeddedStore store(in(other));
        CHECK(contents(store) == before);
    }
    SECTION("a crash while the snapshot was written leaves the one before") {
        write_file(directory.path() / "snapshot.new", "half of it");
        EmbeddedStore store(options);
        CHECK(contents(store) == before);
    }
    SECTION("a damaged snapshot is refused") {
        std::string snapshot = read_file(directory.path() / "snapshot");
        for (const std::size_t at : {std::size_t{0}, snapshot.size() / 2, snapshot.size() - 1}) {
            std::string damaged = snapshot;
            damaged[at] = static_cast<char>(damaged[at] ^ 1);
            write_file(directory.path() / "snapshot", damaged);
            CHECK_THROWS_WITH(EmbeddedStore(options), Catch::Contains("damaged snapshot"));
        }
        write_file(directory.path() / "snapshot", "");
        CHECK_THROWS_WITH(EmbeddedStore(options), Catch::Contains("damaged snapshot"));
    }
}

TEST_CASE("A store of an earlier format is named as what it is", "[store]") {
    const TemporaryDirectory directory;
    write_file(directory.path() / "log", "1WCK\x04");
    CHECK_THROWS_WITH(EmbeddedStore(in(directory)), Catch::EndsWith("log: written by an earlier version"));
}

TEST_CASE("A directory belongs to one store at a time", "[store]") {
    const TemporaryDirectory directory;
    const EmbeddedStore store(in(directory));
    CHECK_THROWS_WITH(EmbeddedStore(in(directory)), Catch::Contains("another process uses this store"));
}

TEST_CASE("The past in memory is bounded", "[store]") {
    EmbeddedStore store(EmbeddedStoreOptions{.commits_max = 10});
    for (int i = 0; i < 100; ++i) put_over(store, fmt::format("key-{}", i % 3), "x");
    CHECK(store.revision() == 101);
    CHECK(store.range({}, {}, 0, 91).items.size() == 3);
    CHECK_THROWS_AS(store.range({}, {}, 0, 90), Compacted);
    Events events;
    CHECK_THROWS_AS(store.watch({}, 90, events.on_event(), events.on_end()), Compacted);
    const auto watch = store.watch({}, 91, events.on_event(), events.on_end());
    CHECK(events.wait(10).size() == 10);
}

TEST_CASE("Compaction frees what it forgets, keys that are gone included", "[store]") {
    VersionHistory history;
    std::vector<std::weak_ptr<const KeyValue>> versions;
    Revision revision = history.revision();
    const auto apply = [&](const std::string& key, std::int64_t version) {
        auto next = std::make_shared<const KeyValue>(KeyValue{key, "x", 0, ++revision, version});
        versions.push_back(next);
        history.apply({std::move(next), history.newest(key)});
    };
    apply("stays", 1);
    apply("goes", 1);
    apply("goes", 0);
    apply("stays", 2);
    history.compact(revision);
    CHECK(versions[0].expired());
    CHECK(versions[1].expired());
    CHECK(versions[2].expired());
    CHECK_FALSE(versions[3].expired());
    CHECK(history.commits() == 0);
}

namespace {

/// No file of this process can grow beyond `bytes`, for a while: a full disk.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) {
        old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &old_);
        const rlimit limit{bytes, old_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, old_handler_);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    rlimit old_{};
    void (*old_handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("A file that cannot grow refuses writes, and nobody sees what it refused", "[store]") {
    const TemporaryDirectory directory;
    Events events;
    {
        EmbeddedStore store(in(directory));
        const auto watch = store.watch({}, 0, events.on_event(), events.on_end());
        put_over(store, "a", "one");
        {
            const FullDisk full(fs::file_size(directory.path() / "log") + 20);
            CHECK_THROWS_AS(store.put("b", "two", 0), StoreFull);
        }
        CHECK_FALSE(store.get("b"));
        CHECK(store.revision() == 2);
        CHECK(events.wait(1).size() == 1);
        CHECK(store.put("c", "three", 0).revision == 3);
    }
    EmbeddedStore store(in(directory));
    CHECK(store.revision() == 3);
    CHECK_FALSE(store.get("b"));
}

namespace {

/// Writes until it is killed; tells `acknowledge` the number of every write that has committed.
[[noreturn]] void write_for_ever(const fs::path& directory, int acknowledge) {
    EmbeddedStore store(EmbeddedStoreOptions{.directory = directory, .log_bytes_max = 3000});
    for (int i = static_cast<int>(store.revision()) - 1;; ++i) {
        store.put(fmt::format("key-{:06}", i), std::string(30, 'x'), 0);
        if (::write(acknowledge, &i, sizeof i) != sizeof i) ::_exit(1);
    }
}

}  // namespace

TEST_CASE("After kill -9 every acknowledged write is there", "[store]") {
    const TemporaryDirectory directory;
    int acknowledged = 0;  // writes
    for (int round = 0; round < 15; ++round) {
        std::array<int, 2> pipe{};
        REQUIRE(::pipe(pipe.data()) == 0);
        const pid_t writer = ::fork();
        REQUIRE(writer >= 0);
        if (writer == 0) write_for_ever(directory.path(), pipe[1]);
        ::close(pipe[1]);
        // Sometimes just after a snapshot, sometimes in the middle of it.
        const int until = acknowledged + 20 + 7 * round;
        int number = 0;
        while (acknowledged < until && ::read(pipe[0], &number, sizeof number) == sizeof number)
            acknowledged = number + 1;
        ::kill(writer, SIGKILL);
        ::waitpid(writer, nullptr, 0);
        while (::read(pipe[0], &number, sizeof number) == sizeof number) acknowledged = number + 1;
        ::close(pipe[0]);
        REQUIRE(acknowledged >= until);

        EmbeddedStore store(in(directory));
        const RangeResult all = store.range("key-");
        // One more may have been committed, but not acknowledged.
        REQUIRE(std::abs(std::ssize(all.items) - acknowledged) <= 1);
        REQUIRE(std::ssize(all.items) >= acknowledged);
        for (std::size_t i = 0; i < all.items.size(); ++i) {
            REQUIRE(all.items[i].key == fmt::format("key-{:06}", i));
            REQUIRE(all.items[i].mod_revision == static_cast<Revision>(i) + 2);
        }
        acknowledged = static_cast<int>(all.items.size());
    }
}

TEST_CASE("The defect: a revision repeats after a restart of etcd", "[store]") {
    EmbeddedStore store;
    Events live, late;
    const auto watch = store.watch({}, 0, live.on_event(), live.on_end());
    put_over(store, "a", "one");
    put_over(store, "a", "two");
    store.repeat_last_revision();
    CHECK(store.revision() == 2);
    CHECK(store.get("a")->value == "two");
    const WriteResult repeated = store.put("b", "three", 0);
    CHECK(repeated.committed);
    CHECK(repeated.revision == 3);
    CHECK(store.put("a", "four", 3).revision == 4);
    CHECK(revisions_of(live.wait(4)) == std::vector<Revision>{2, 3, 3, 4});
    // Whoever has seen revision 3 before the restart never hears of the second 3.
    const auto late_watch = store.watch({}, 3, late.on_event(), late.on_end());
    CHECK(revisions_of(late.wait(1)) == std::vector<Revision>{4});

    const TemporaryDirectory directory;
    EmbeddedStore lasting(in(directory));
    CHECK_THROWS_AS(lasting.repeat_last_revision(), std::logic_error);
}
