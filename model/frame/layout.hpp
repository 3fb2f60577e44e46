// The state of the pipeline: one flat vector of small integers.
//
// The layout is computed from the configuration, so that a small
// configuration has a small state. Packing, symmetry, printing, footprints and
// the term form all work from this one description.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace kcheck::model {

/// Index of a variable in the flat vector.
using VariableId = std::uint16_t;

/// What the values of a variable stand for; symmetry permutes references with
/// the things that they refer to.
enum class Values : std::uint8_t {
    plain,
    pod,   // 0: none, p+1: pod slot p
    node,  // 0: none, n+1: node n
};

/// Whose the variable is. Only etcd is durable and shared.
enum class Part : std::uint8_t {
    etcd,         // committed objects
    history,      // what the properties need to remember of past commits and starts
    user,         // the user's position in the list of operations
    environment,  // budgets
    network,      // requests that outlived their sender
    cache,        // a client's copy of objects
    queue,        // watch events on their way to a client
    memory,       // everything else that a crash of its process loses
    runtime,      // containers and images on a node; survives a kubelet
};

struct Variable {
    std::string name;  // "pod[1].node"
    int size = 2;      // values are 0 .. size-1; size 1: always 0, takes no room
    int pod = -1;      // pod slot that the variable belongs to, or -1
    int node = -1;     // node that it belongs to, or -1
    Values values = Values::plain;
    Part part = Part::etcd;
};

inline constexpr std::size_t variables_most = 1536;

/// An unpacked state. Unused entries are 0, so that states compare bytewise.
struct Valuation {
    std::array<std::uint8_t, variables_most> value{};

    std::uint8_t operator[](VariableId variable) const { return value[variable]; }
    std::uint8_t& operator[](VariableId variable) { return value[variable]; }
    bool operator==(const Valuation&) const = default;
};

class Layout {
public:
    VariableId add(Variable variable);

    std::size_t size() const { return variables_.size(); }
    const Variable& operator[](VariableId variable) const { return variables_[variable]; }
    const std::vector<Variable>& variables() const { return variables_; }

    /// Bytes of a packed state.
    std::size_t packed_bytes() const { return (bits_ + 7) / 8; }
    void pack(const Valuation& state, std::span<std::byte> bytes) const;
    void unpack(std::span<const std::byte> bytes, Valuation& state) const;

private:
    // Eight variables at a time: the bits that they take of the eight bytes.
    struct Group {
        std::uint64_t mask = 0;
        int bits = 0;
    };
    std::vector<Variable> variables_;
    std::vector<Group> groups_;
    std::size_t bits_ = 0;
};

}  // namespace kcheck::model
