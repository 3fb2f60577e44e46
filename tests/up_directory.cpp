// The files of a cluster, whoever may be beside them; its keys, however it ends; its port.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include "reference/base/files.hpp"
#include "reference/up/cluster_directory.hpp"
#include "reference/up/port_reservation.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::up;
namespace fs = std::filesystem;

namespace {

struct Folder {
    fs::path path;
    Folder() {
        auto name = (fs::temp_directory_path() / "kcheck-test-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
};

unsigned mode_of(const fs::path& path) {
    struct stat found {};
    REQUIRE(::lstat(path.c_str(), &found) == 0);
    return found.st_mode & 07777U;
}

template <class Condition>
void wait_for(const Condition& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
        REQUIRE(std::chrono::steady_clock::now() < deadline);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

constexpr const char* server = "https://127.0.0.1:1";

}  // namespace

TEST_CASE("a private file is nobody else's, and replaces what is in its place, not what that leads to") {
    const Folder folder;
    const auto file = folder.path / "key", elsewhere = folder.path / "elsewhere";
    std::ofstream(elsewhere) << "untouched";
    fs::create_symlink(elsewhere, file);
    fs::create_symlink(elsewhere, folder.path / "key.new");
    write_private_file(file, "secret");
    CHECK(mode_of(file) == 0600);
    CHECK(fs::is_regular_file(fs::symlink_status(file)));
    std::string content;
    std::getline(std::ifstream(elsewhere), content);
    CHECK(content == "untouched");
    CHECK_THROWS_WITH(write_private_file(folder.path / "absent" / "key", ""), Catch::Contains("absent"));
}

TEST_CASE("a log is appended to, and is not made where a link leads") {
    const Folder folder;
    const auto file = folder.path / "log";
    for (const auto* text : {"a", "b"}) {
        const int descriptor = open_to_append(file);
        CHECK(::write(descriptor, text, 1) == 1);
        ::close(descriptor);
    }
    CHECK(fs::file_size(file) == 2);
    CHECK(mode_of(file) == 0600);
    fs::create_symlink(folder.path / "nowhere", folder.path / "link");
    CHECK_THROWS(open_to_append(folder.path / "link"));
    CHECK_FALSE(fs::exists(folder.path / "nowhere"));
}

TEST_CASE("a folder that was there keeps its mode, and what is made in it is the owner's alone") {
    const Folder folder;
    const auto root = folder.path / "shared";
    fs::create_directory(root);
    ::chmod(root.c_str(), 01777);
    {
        const ClusterDirectory directory(root);
        directory.write_credentials(server, 1);
        CHECK(mode_of(root) == 01777);
        for (const auto* made : {"credentials", "store", "runtime"}) CHECK(mode_of(root / made) == 0700);
        for (const auto* key : {"kubeconfig", "token", "credentials/apiserver.key"})
            CHECK(mode_of(root / key) == 0600);
    }
    CHECK(mode_of(root) == 01777);
    const ClusterDirectory fresh(folder.path / "a" / "b");
    CHECK(mode_of(fresh.root()) == 0700);
}

TEST_CASE("keys are not written where somebody else's link, or file, leads") {
    const Folder folder;
    const auto root = folder.path / "root", elsewhere = folder.path / "elsewhere";
    fs::create_directories(root);
    fs::create_directories(elsewhere);
    fs::create_symlink(elsewhere, root / "credentials");
    {
        const ClusterDirectory directory(root);
        CHECK_THROWS_WITH(directory.write_credentials(server, 1), Catch::Contains("credentials"));
    }
    CHECK(fs::is_empty(elsewhere));
}

TEST_CASE("the end of a cluster is that of its keys; what it stored stays") {
    const Folder folder;
    const auto root = folder.path / "root";
    {
        const ClusterDirectory directory(root);
        directory.write_credentials(server, 1);
        std::ofstream(directory.store() / "log") << "kept";
        CHECK(fs::exists(directory.kubeconfig()));
    }
    CHECK_FALSE(fs::exists(root / "kubeconfig"));
    CHECK_FALSE(fs::exists(root / "token"));
    CHECK_FALSE(fs::exists(root / "credentials"));
    CHECK(fs::exists(root / "store" / "log"));
    const ClusterDirectory again(root);  // nobody has it
}

TEST_CASE("so it is for a process that is killed, and for a temporary directory as a whole") {
    const bool is_temporary = GENERATE(true, false);
    const Folder folder;
    int names[2];
    REQUIRE(::pipe(names) == 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
        const ClusterDirectory directory(is_temporary ? fs::path() : folder.path / "root");
        directory.write_credentials(server, 1);
        const auto name = directory.root().string();
        if (::write(names[1], name.data(), name.size()) < 0) ::_exit(1);
        ::pause();
        ::_exit(1);
    }
    ::close(names[1]);
    std::string root(4096, '\0');
    root.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(names[0], root.data(), root.size()))));
    ::close(names[0]);
    REQUIRE(fs::exists(fs::path(root) / "kubeconfig"));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    wait_for([&] { return !fs::exists(fs::path(root) / (is_temporary ? "" : "credentials")); });
    CHECK_FALSE(fs::exists(fs::path(root) / "kubeconfig"));
    CHECK_FALSE(fs::exists(fs::path(root) / "token"));
    CHECK(fs::exists(root) != is_temporary);
}

TEST_CASE(
    "what clusters left whose processes were all killed is removed by the next one; what lives is not") {
    auto name = (fs::temp_directory_path() / "kcheck-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    const fs::path left = name;
    fs::create_directory(left / "credentials");
    std::ofstream(left / "lock").close();
    const ClusterDirectory first{fs::path()};
    first.write_credentials(server, 1);
    CHECK_FALSE(fs::exists(left));
    const ClusterDirectory second{fs::path()};
    CHECK(fs::exists(first.kubeconfig()));
}

TEST_CASE("a port that is held is nobody else's, and its owner's to listen at") {
    using boost::asio::ip::tcp;
    boost::asio::io_context context;
    const auto address = boost::asio::ip::address_v4::loopback();
    std::uint16_t port = 0;
    {
        const PortReservation held(0);
        port = held.port();
        CHECK(port != 0);
        const auto message = std::to_string(port);
        CHECK_THROWS_AS(PortReservation(port), http::PortInUse);
        CHECK_THROWS_WITH(PortReservation(port), Catch::Contains(message));
        CHECK_THROWS(tcp::acceptor(context, {address, port}));
        boost::system::error_code error;
        tcp::socket client(context);
        client.connect({address, port}, error);
        CHECK(error == boost::asio::error::connection_refused);
    }
    const tcp::acceptor server_there(context, {address, port});
    CHECK_THROWS_AS(PortReservation(port), http::PortInUse);
}
