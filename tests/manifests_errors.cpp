// Every refusal is one clear line: each tests/manifests/bad/NAME.yaml (or .json) is refused
// with exactly the line in NAME.txt.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "tests/manifests_support.hpp"

using namespace kcheck::manifests;
using namespace kcheck::manifests::test;
namespace fs = std::filesystem;

TEST_CASE("each bad manifest is refused with its golden line", "[manifests]") {
    int count = 0;
    for (const auto& entry : fs::directory_iterator(source_dir / "tests/manifests/bad")) {
        const fs::path path = entry.path();
        if (path.extension() == ".txt") continue;
        ++count;
        CAPTURE(path.filename().string());
        const auto manifests = read_files({path.string()});
        REQUIRE_FALSE(manifests);
        Error error = manifests.error();
        // The goldens name files as a user in this directory would.
        const std::string directory = path.parent_path().string() + "/";
        CHECK(error.file == path.string());
        error.file = path.filename().string();
        for (std::size_t at = 0; (at = error.message.find(directory)) != std::string::npos;)
            error.message.erase(at, directory.size());
        CHECK(to_string(error) + "\n" == contents(fs::path(path).replace_extension(".txt")));
    }
    CHECK(count >= 160);
}

TEST_CASE("what is no text is refused by its first bad byte", "[manifests]") {
    using namespace std::string_literals;
    CHECK(refusal("") == "-: error: standard input is empty");
    CHECK(refusal("a: b\nc\0d"s) == "-:2:2: error: a NUL byte in the text");
    CHECK(refusal("a: b\n\x04: c") == "-:2:1: error: a control character in the text: 0x04");
    CHECK(refusal("a: \xC0\x80") == "-:1:4: error: not valid UTF-8: byte 0xc0");
    CHECK(refusal("a: \xED\xA0\x80") == "-:1:4: error: not valid UTF-8: byte 0xed");
    CHECK(refusal("a: \xF4\x90\x80\x80") == "-:1:4: error: not valid UTF-8: byte 0xf4");
    CHECK(refusal("a: \xE2\x82") == "-:1:4: error: not valid UTF-8: byte 0xe2");
    CHECK(refusal("\xFF\xFE\x61") ==
          "-:1:1: error: not valid UTF-8: byte 0xff (is it UTF-16, or no text at all?)");
    CHECK(refusal("apiVersion: v1\n\tkind: Node\n") ==
          "-:2:1: error: not valid YAML: illegal tab when looking for indentation");
}

TEST_CASE("a file that cannot be read is refused by name", "[manifests]") {
    const fs::path scratch = fs::path(KCHECK_BINARY_DIR) / "manifests_errors_scratch";
    fs::remove_all(scratch);
    fs::create_directories(scratch / "inner.yaml");
    const auto refused = [](const std::vector<std::string>& paths) {
        const auto manifests = read_files(paths);
        return manifests ? "" : to_string(manifests.error());
    };
    const std::string directory = scratch.string();
    CHECK(refused({directory + "/none.yaml"}) ==
          directory + "/none.yaml: error: cannot be opened (No such file or directory)");
    // A directory is no manifest, whatever it is called.
    CHECK(refused({directory}) == directory + ": error: no .yaml, .yml or .json file in this directory");
    CHECK(refused({"/dev/zero"}) == "/dev/zero: error: larger than 16 MiB");
    std::istringstream input(deployment_text());
    const auto twice = read({"-", "-"}, input);
    REQUIRE_FALSE(twice);
    CHECK(to_string(twice.error()) == "-: error: standard input can be read only once");
    fs::remove_all(scratch);
}

TEST_CASE("a refusal stays one line whatever it quotes", "[manifests]") {
    const std::string line = refusal("{\"apiVersion\": \"v1\", \"kind\": \"Node\", \"a\\nb\": 1}");
    CHECK(line == "-:1:38: error: unknown field \"a\\nb\"");
    CHECK(quote("tab\there \"quote\" \x1b[31m") == R"("tab\there \"quote\" \x1b[31m")");
    // Cut before the character that does not fit, not inside it.
    CHECK(quote(std::string(79, 'x') + "\xC3\xA9") == "\"" + std::string(79, 'x') + "...\"");
}

TEST_CASE("the nearest known name is found, or none", "[manifests]") {
    const std::vector<std::string_view> names = {"replicas", "selector", "template"};
    CHECK(nearest("replica", names) == "replicas");
    CHECK(nearest("tempalte", names) == "template");
    CHECK(nearest("SELECTOR", names) == "selector");
    CHECK(nearest("colour", names).empty());
    CHECK(nearest(std::string(1 << 20, 'x'), names).empty());
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("ab", "ba") == 1);
    CHECK(edit_distance("", "abc") == 3);
}
