// Quantities and percentages, by the tables of Kubernetes' own tests and by hand.
#include <cstdint>
#include <limits>

#include <catch2/catch.hpp>

#include "kubernetes/quantity.hpp"
#include "manifests/types.hpp"

using kcheck::kubernetes::Quantity;
using kcheck::manifests::IntOrPercent;

namespace {

Quantity quantity(std::string_view text) {
    const auto parsed = Quantity::parse(text);
    REQUIRE(parsed);
    return *parsed;
}

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

}  // namespace

TEST_CASE("quantities have the value, thousandths and canonical form of Kubernetes", "[manifests]") {
    struct Row {
        const char* text;
        std::int64_t value;
        std::int64_t milli;
        const char* canonical;
    };
    const Row rows[] = {
        {"0", 0, 0, "0"},
        {"100m", 1, 100, "100m"},
        {"0.5", 1, 500, "500m"},
        {".5", 1, 500, "500m"},
        {"2.", 2, 2000, "2"},
        {"1e3", 1000, 1000000, "1e3"},
        {"1E3", 1000, 1000000, "1e3"},
        {"12e-1", 2, 1200, "1200e-3"},
        {"1E", 1000000000000000000, most, "1E"},
        {"1k", 1000, 1000000, "1k"},
        {"1G", 1000000000, 1000000000000, "1G"},
        {"1000000", 1000000, 1000000000, "1M"},
        {"128Mi", 134217728, 134217728000, "128Mi"},
        {"1024Mi", 1073741824, 1073741824000, "1Gi"},
        {"1.5Gi", 1610612736, 1610612736000, "1536Mi"},
        {"0.5Ki", 512, 512000, "512"},
        {"1n", 1, 1, "1n"},
        {"0.1n", 1, 1, "1n"},
        {"1.0000000001", 2, 1001, "1000000001n"},
        {"-1", -1, -1000, "-1"},
        {"-100m", -1, -100, "-100m"},
        {"+5", 5, 5000, "5"},
        {"9Ei", most, most, nullptr},
        {"1e100", most, most, nullptr},
        {"1e-100", 1, 1, "1e-9"},
        {"1e99999999999999999999", most, most, nullptr},
        {"0e99999999999999999999", 0, 0, "0"},
        {"99999999999999999999999999999999999999999999", most, most, nullptr},
        {"00000000000000000000000000000000000000000007", 7, 7000, "7"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(quantity(row.text).value() == row.value);
        CHECK(quantity(row.text).milli() == row.milli);
        if (row.canonical != nullptr) CHECK(quantity(row.text).to_string() == row.canonical);
    }
}

TEST_CASE("what is no quantity is refused with kube-apiserver's reason", "[manifests]") {
    for (const char* text :
         {"", ".", "+", "-", "Mi", "1.2.3", "1 Mi", "1KB", "1,5", "abc", "0x10", "1e3.5", "--1", "1\n"}) {
        CAPTURE(text);
        const auto parsed = Quantity::parse(text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().find("quantities must match the regular expression") == 0);
    }
    for (const char* text : {"1mi", "1K", "1e", "1E+", "1ei", "1Mi5", "1mm", "1e+-3"}) {
        CAPTURE(text);
        const auto parsed = Quantity::parse(text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error() == "unable to parse quantity's suffix");
    }
}

TEST_CASE("quantities compare and add by value, not by notation", "[manifests]") {
    CHECK(quantity("0.1") == quantity("100m"));
    CHECK(quantity("1Gi") > quantity("1G"));
    CHECK(quantity("-1") < quantity("0"));
    Quantity sum = quantity("900m");
    sum += quantity("0.1");
    CHECK(sum == quantity("1"));
    Quantity capped = quantity("9E");
    capped += quantity("9E");
    CHECK(capped.value() == most);
}

TEST_CASE("surge rounds up and unavailable down", "[manifests]") {
    struct Row {
        IntOrPercent value;
        int total, up, down;
    };
    const Row rows[] = {
        {{true, 25}, 1, 1, 0},  {{true, 25}, 3, 1, 0},
        {{true, 25}, 4, 1, 1},  {{true, 25}, 10, 3, 2},
        {{true, 0}, 10, 0, 0},  {{true, 100}, 7, 7, 7},
        {{true, 150}, 3, 5, 4}, {{false, 3}, 10, 3, 3},
        {{true, 33}, 0, 0, 0},  {{true, 2000000000}, 2000000000, 2147483647, 2147483647},
    };
    for (const Row& row : rows) {
        CAPTURE(row.value.value, row.total);
        CHECK(row.value.scaled(row.total, true) == row.up);
        CHECK(row.value.scaled(row.total, false) == row.down);
    }
}
