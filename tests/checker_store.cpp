// The state store against std::map, and its promise about memory.
#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <random>

#include "checker/store.hpp"
#include "tests/checker_models.hpp"

using namespace kcheck::checker;
using kcheck::tests::always_zero;

namespace {

using Value = std::array<std::byte, 24>;

std::uint64_t two_bits(std::span<const std::byte> bytes, std::uint64_t) {
    return std::uint64_t{std::to_integer<unsigned>(bytes[0]) & 3U} << 57;
}

Value random_value(std::mt19937& random, std::uint32_t range) {
    Value value{};
    const std::uint32_t number = random() % range;
    std::memcpy(value.data(), &number, sizeof number);
    return value;
}

StateId insert(StateStore& store, const Value& value, StateId parent, bool& fresh) {
    const std::uint64_t hash = store.hash_of(value);
    const auto inserted = store.partition(partition_of_hash(hash)).insert(value.data(), hash, parent);
    fresh = inserted.fresh;
    return state_id(partition_of_hash(hash), inserted.index);
}

void compare_with_map(HashFunction hash, int insertions, std::uint32_t range) {
    std::mt19937 random(1);
    StateStore store(sizeof(Value), hash, 7);
    std::map<Value, StateId> expected;
    std::map<StateId, StateId> parents;
    StateId last = no_state;
    for (int i = 0; i < insertions; ++i) {
        const Value value = random_value(random, range);
        bool fresh = false;
        const StateId id = insert(store, value, last, fresh);
        const auto [at, added] = expected.emplace(value, id);
        REQUIRE(fresh == added);
        REQUIRE(at->second == id);
        if (fresh) parents[id] = last;
        last = id;
    }
    REQUIRE(store.size() == expected.size());
    for (const auto& [value, id] : expected) {
        const auto stored = store.state(id);
        REQUIRE(std::equal(stored.begin(), stored.end(), value.begin(), value.end()));
        REQUIRE(store.parent(id) == parents[id]);
        REQUIRE(raw(id) < store.id_bound());
    }
}

}  // namespace

TEST_CASE("the store is a set, through all of its growths") { compare_with_map(xxh3, 60000, 40000); }

TEST_CASE("the store is a set even if all states have the same hash") {
    compare_with_map(always_zero, 3000, 1500);
    compare_with_map(two_bits, 6000, 3000);
}

TEST_CASE("the store takes at most 8 bytes a state beyond the state and its parent", "[heavy]") {
    StateStore store(sizeof(Value), xxh3, 0);
    constexpr std::uint32_t count = 2'000'000;
    for (std::uint32_t i = 0; i < count; ++i) {
        Value value{};
        std::memcpy(value.data(), &i, sizeof i);
        bool fresh = false;
        insert(store, value, no_state, fresh);
    }
    REQUIRE(store.size() == count);
    REQUIRE(static_cast<double>(store.bytes()) / count < sizeof(Value) + sizeof(StateId) + 8.0 + 0.5);
}
