#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "reference/http/authentication.hpp"
#include "reference/http/kubeconfig.hpp"
#include "reference/http/tls.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::http;
namespace fs = std::filesystem;

namespace {

struct TemporaryDirectory {
    fs::path path = fs::temp_directory_path() / ("kcheck-test-" + random_token());
    TemporaryDirectory() { fs::create_directories(path); }
    ~TemporaryDirectory() { fs::remove_all(path); }
};

}  // namespace

TEST_CASE("a kubeconfig says what was written into it, and only its owner may read it") {
    const TemporaryDirectory directory;
    const CertificateAuthority authority;
    const KubeConfig written{"https://127.0.0.1:6443", authority.certificate(), "jane",
                             authority.issue_client({"jane", {"developers"}}), "token"};
    const auto file = directory.path / "kubeconfig";
    write_kubeconfig(file, written);
    CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));

    const auto read = read_kubeconfig(file);
    CHECK(read.server == written.server);
    CHECK(read.authority == written.authority);
    CHECK(read.user == written.user);
    CHECK(read.identity.certificate == written.identity.certificate);
    CHECK(read.identity.key == written.identity.key);
    CHECK(read.token == written.token);
}

TEST_CASE("a kubeconfig that is none is refused with the name of the file") {
    const TemporaryDirectory directory;
    const auto file = directory.path / "wrong";
    const std::string content =
        GENERATE("", "[]", "{", "{\"clusters\": []}", "apiVersion: v1\nkind: Config\n");
    std::ofstream(file) << content;
    CHECK_THROWS_WITH(read_kubeconfig(file), Catch::Contains(file.string()));
    CHECK_THROWS_WITH(read_kubeconfig(directory.path / "absent"), Catch::Contains("absent"));
}

TEST_CASE("certificates differ, and so do tokens") {
    const CertificateAuthority authority;
    CHECK(authority.issue_client({"a", {}}).certificate != authority.issue_client({"a", {}}).certificate);
    CHECK(CertificateAuthority().certificate() != authority.certificate());
    CHECK(random_token() != random_token());
    CHECK(random_token().size() == 32);
}

TEST_CASE("what is no PEM makes no TLS") {
    const CertificateAuthority authority;
    CHECK_THROWS(server_context({"nonsense", "nonsense"}, authority.certificate()));
    CHECK_THROWS(client_context({}, "nonsense"));
}

TEST_CASE("a certificate goes before a token; an unknown token is nobody's") {
    const User jane{"jane", {"developers"}}, robot{"robot", {}};
    const Tokens tokens = {{"t1", robot}};
    const User known_jane{"jane", {"developers", "system:authenticated"}};
    const User known_robot{"robot", {"system:authenticated"}};

    CHECK(authenticate(jane, "", tokens) == known_jane);
    CHECK(authenticate(jane, "Bearer wrong", tokens) == known_jane);
    CHECK(authenticate({}, "Bearer t1", tokens) == known_robot);
    CHECK(authenticate({}, "bearer t1", tokens) == known_robot);
    CHECK(authenticate({}, "", tokens) == User{});
    CHECK(authenticate({}, "Basic dDE6", tokens) == User{});
    CHECK(authenticate({}, "Bearer t2", tokens) == std::nullopt);
    CHECK(authenticate({}, "Bearer", tokens) == std::nullopt);
    CHECK(authenticate({}, "Bearer ", tokens) == std::nullopt);
}

TEST_CASE("a token file is read as it is written; a wrong line is named") {
    const TemporaryDirectory directory;
    const auto file = directory.path / "tokens.csv";
    const User jane{"jane", {"a", "b"}}, robot{"robot", {}};
    std::ofstream(file) << token_line("t1", jane) << "\n" << token_line("t2", robot);
    CHECK(read_tokens(file) == Tokens{{"t1", jane}, {"t2", robot}});

    std::ofstream(file) << token_line("t1", jane) << "t2\n";
    CHECK_THROWS_WITH(read_tokens(file), Catch::Contains("tokens.csv:2"));
}
