// No input crashes the reader: every good and bad manifest of the repository is cut off at
// every byte, and every good one is changed at every byte in the ways that upset parsers.
// What comes back is a value, or an error of one line. AddressSanitizer sees the same inputs.
#include <array>
#include <filesystem>
#include <initializer_list>

#include <catch2/catch.hpp>

#include "manifests/cluster.hpp"
#include "tests/manifests_support.hpp"

using namespace kcheck::manifests;
using namespace kcheck::manifests::test;

namespace {

std::vector<std::string> manifests_in(std::initializer_list<const char*> folders) {
    std::vector<std::string> out;
    for (const char* folder : folders) {
        for (const auto& entry : std::filesystem::directory_iterator(source_dir / folder)) {
            if (!entry.is_regular_file()) continue;
            const std::string extension = entry.path().extension().string();
            const std::string text = contents(entry.path());
            // An alias bomb costs its whole budget each time, and teaches nothing new.
            const bool bomb = entry.path().stem() == "alias-bomb";
            if ((extension == ".yaml" || extension == ".json") && !bomb) out.push_back(text);
        }
    }
    return out;
}

/// How often the text was accepted; throws if the contract of read() is broken.
int run(const std::string& text) {
    const auto manifests = read_text(text);
    if (manifests) {
        to_cluster(*manifests, {}).has_value();
        return 1;
    }
    const std::string line = to_string(manifests.error());
    if (manifests.error().message.empty() || line.find('\n') != std::string::npos) FAIL(line);
    return 0;
}

}  // namespace

TEST_CASE("a manifest cut off anywhere is read or refused", "[manifests]") {
    int accepted = 0;
    for (const std::string& seed : manifests_in({"examples", "tests/manifests/good", "tests/manifests/bad"}))
        for (std::size_t length = 0; length < seed.size(); ++length) accepted += run(seed.substr(0, length));
    CHECK(accepted > 0);
}

TEST_CASE("a manifest with any byte changed is read or refused", "[manifests]") {
    constexpr std::array<char, 12> bytes = {'\0', '\n', '\t', '"', '{', '[', ':', '-', '&', '*', '9', '\x80'};
    int accepted = 0;
    std::size_t turn = 0;
    for (const std::string& seed : manifests_in({"examples", "tests/manifests/good"})) {
        for (std::size_t at = 0; at < seed.size(); ++at) {
            // Three of the bytes at each place; neighbours get the others.
            for (int i = 0; i < 3; ++i) {
                std::string changed = seed;
                changed[at] = bytes[turn++ % bytes.size()];
                accepted += run(changed);
            }
            turn += 1;
            std::string shorter = seed;
            accepted += run(shorter.erase(at, 1));
        }
    }
    CHECK(accepted > 0);
}

TEST_CASE("nesting of any depth and kind is refused, not followed", "[manifests]") {
    for (const int depth : {99, 100, 101, 499, 500, 501, 20000}) {
        CAPTURE(depth);
        const auto count = static_cast<std::size_t>(depth);
        std::string blocks;
        for (std::size_t i = 0; i < std::min<std::size_t>(count, 2000); ++i)
            blocks += std::string(i, ' ') + "a:\n";
        run(blocks);
        run("a: " + std::string(count, '['));
        run("a: " + std::string(count, '[') + std::string(count, ']'));
        run("a: " + std::string(count, '{'));
        run(std::string(count, '-') + " a");
        std::string dashes;
        for (std::size_t i = 0; i < count; ++i) dashes += "- ";
        CHECK(run(dashes + "a") == 0);
        std::string json;
        for (std::size_t i = 0; i < count; ++i) json += "{\"a\":";
        CHECK(run(json) == 0);
        CHECK(run("{\"a\":" + std::string(count, '[') + std::string(count, ']') + "}") == 0);
    }
}
