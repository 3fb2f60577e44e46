#include "model/symmetry.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <tuple>

namespace kcheck::model {

namespace {

std::size_t index(int i) { return static_cast<std::size_t>(i); }

std::uint64_t mix(std::uint64_t h, std::uint64_t value) {
    h = (h ^ value) * 0x9E3779B97F4A7C15ULL;
    return h ^ (h >> 29);
}

}  // namespace

Symmetry::Symmetry(const Encoding& encoding) : pods_(encoding.pods()), nodes_(encoding.nodes()) {
    const auto& layout = encoding.layout;
    bytes_ = layout.size();
    of_pod_.resize(index(pods_));
    plain_of_pod_.resize(index(pods_));
    to_node_of_pod_.resize(index(pods_));
    of_pod_on_node_.assign(index(pods_), std::vector<std::vector<VariableId>>(index(nodes_)));
    of_node_.resize(index(nodes_));
    only_of_node_.resize(index(nodes_));
    for (VariableId id = 0; id < layout.size(); ++id) {
        const auto& variable = layout[id];
        if (variable.size == 1) continue;
        if (variable.pod >= 0) {
            of_pod_[index(variable.pod)].push_back(id);
            if (variable.node >= 0) {
                // The number of a node is no value that a signature may depend on.
                if (variable.values != Values::node)
                    of_pod_on_node_[index(variable.pod)][index(variable.node)].push_back(id);
            } else if (variable.values == Values::node)
                to_node_of_pod_[index(variable.pod)].push_back(id);
            else
                plain_of_pod_[index(variable.pod)].push_back(id);
        }
        if (variable.node >= 0) {
            of_node_[index(variable.node)].push_back(id);
            if (variable.pod < 0 && variable.values == Values::plain)
                only_of_node_[index(variable.node)].push_back(id);
        }
        if (variable.values == Values::pod) to_pod_.push_back(id);
        if (variable.values == Values::node) to_node_.push_back(id);
    }

    std::size_t word = 0, shift = 0;
    for (const auto variable : of_pod_.empty() ? std::vector<VariableId>{} : of_pod_.front()) {
        const auto bits =
            static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(layout[variable].size - 1)));
        if (shift + bits > 64) ++word, shift = 0;
        places_.push_back({word, shift});
        shift += bits;
    }
    if (word >= own_words || to_pod_.size() > 64 * (std::tuple_size_v<Words> - own_words) ||
        pods_ > pods_most || nodes_ > nodes_most)
        throw std::length_error("this configuration has more pods or nodes than kcheck has room for");

    const auto& nodes = encoding.configuration.nodes;
    for (const auto& node : nodes)
        kind_.push_back(static_cast<int>(
            std::ranges::find_if(nodes, [&](const Node& other) { return other.same_kind(node); }) -
            nodes.begin()));
    std::vector<int> order(index(nodes_));
    std::iota(order.begin(), order.end(), 0);
    do {
        const bool keeps_kinds = std::ranges::all_of(order, [&](int& to) {
            const auto from = static_cast<std::size_t>(&to - order.data());
            return nodes[from].same_kind(nodes[index(to)]);
        });
        if (keeps_kinds) orders_.push_back(order);
    } while (std::ranges::next_permutation(order).found);
    equal_nodes_ = orders_.size() > 1;
    for (const auto& candidate : orders_)
        for (std::size_t n = 0; n < candidate.size(); ++n)
            if (of_node_[n].size() != of_node_[index(candidate[n])].size())
                throw std::logic_error("equal nodes have different encodings");
}

void Symmetry::assign(Valuation& to, const Valuation& from) const {
    std::memcpy(to.value.data(), from.value.data(), bytes_);
}

bool Symmetry::is_used(const Valuation& state, int p) const {
    return std::ranges::any_of(of_pod_[index(p)],
                               [&](VariableId variable) { return state.value[variable] != 0; }) ||
           std::ranges::any_of(to_pod_, [&](VariableId variable) { return state.value[variable] == p + 1; });
}

bool Symmetry::are_equal(const Valuation& state, int p, int q) const {
    const auto& a = of_pod_[index(p)];
    const auto& b = of_pod_[index(q)];
    for (std::size_t i = 0; i < a.size(); ++i)
        if (state.value[a[i]] != state.value[b[i]]) return false;
    return std::ranges::none_of(to_pod_, [&](VariableId variable) {
        return state.value[variable] == p + 1 || state.value[variable] == q + 1;
    });
}

void Symmetry::sort_pods(Valuation& state, Valuation& spare) const {
    struct Keyed {
        Words key;
        int pod;
    };
    Keyed pods[pods_most];
    for (int p = 0; p < pods_; ++p) {
        auto& keyed = pods[index(p)];
        keyed.key = {};
        keyed.pod = p;
        const auto& variables = of_pod_[index(p)];
        for (std::size_t i = 0; i < variables.size(); ++i)
            keyed.key[places_[i].word] |= std::uint64_t{state.value[variables[i]]} << places_[i].shift;
    }
    for (std::size_t i = 0; i < to_pod_.size(); ++i)
        if (const auto pod = state.value[to_pod_[i]]; pod != 0)
            pods[index(pod - 1)].key[own_words + i / 64] |= std::uint64_t{1} << (i % 64);
    const auto later = [](const Keyed& a, const Keyed& b) { return a.key > b.key; };
    if (std::is_sorted(pods, pods + pods_, later)) return;
    std::sort(pods, pods + pods_, later);  // equal keys: equal pods

    assign(spare, state);
    const auto& before = spare;
    std::array<std::uint8_t, pods_most + 1> place{};
    for (int to = 0; to < pods_; ++to) {
        const auto from = pods[index(to)].pod;
        place[index(from + 1)] = static_cast<std::uint8_t>(to + 1);
        if (from == to) continue;
        const auto& target = of_pod_[index(to)];
        const auto& source = of_pod_[index(from)];
        for (std::size_t i = 0; i < target.size(); ++i) state.value[target[i]] = before.value[source[i]];
    }
    for (const auto variable : to_pod_) state.value[variable] = place[before.value[variable]];
}

void Symmetry::rename_nodes(Valuation& state, const std::vector<int>& to, Valuation& spare) const {
    if (std::ranges::is_sorted(to)) return;  // every node keeps its place
    assign(spare, state);
    const auto& before = spare;
    for (int n = 0; n < nodes_; ++n) {
        if (to[index(n)] == n) continue;
        const auto& source = of_node_[index(n)];
        const auto& target = of_node_[index(to[index(n)])];
        for (std::size_t i = 0; i < source.size(); ++i) state.value[target[i]] = before.value[source[i]];
    }
    for (const auto variable : to_node_)
        if (const auto node = state.value[variable]; node != 0)
            state.value[variable] = static_cast<std::uint8_t>(to[index(node - 1)] + 1);
}

/// Depends on the state only up to renaming of pods, and of the other nodes. Gathers values by
/// shifting: they may overlap, which can only make two signatures equal that need not be.
std::uint64_t Symmetry::signature(const Valuation& state, int node) const {
    std::uint64_t sum = 0;
    for (int p = 0; p < pods_; ++p) {
        std::uint64_t plain = 0, related = 0;
        for (const auto variable : plain_of_pod_[index(p)]) plain = (plain << 2) + state.value[variable];
        for (const auto variable : to_node_of_pod_[index(p)])
            related = (related << 1) + (state.value[variable] == node + 1 ? 1 : 0);
        for (const auto variable : of_pod_on_node_[index(p)][index(node)])
            related = (related << 2) + state.value[variable];
        if (related != 0) sum += mix(mix(1, plain), related);
    }
    for (const auto variable : only_of_node_[index(node)]) sum = mix(sum, state.value[variable]);
    return sum;
}

void Symmetry::canonicalize(Valuation& state) const {
    thread_local Valuation candidate, best, spare;
    if (!equal_nodes_) {
        sort_pods(state, spare);
        return;
    }
    std::array<std::uint64_t, nodes_most> signatures{};
    for (int n = 0; n < nodes_; ++n) signatures[index(n)] = signature(state, n);
    // The representative has equal nodes by descending signature; where signatures tie, it is the
    // least of the candidates.
    const auto placed = [&](const std::vector<int>& order) {
        std::array<std::uint64_t, nodes_most> by_place{};
        for (int n = 0; n < nodes_; ++n) by_place[index(order[index(n)])] = signatures[index(n)];
        return by_place;
    };
    // Nodes that nothing is about: to exchange them changes nothing, so they keep their order.
    std::array<bool, nodes_most> blank{};
    for (int n = 0; n < nodes_; ++n)
        blank[index(n)] =
            std::ranges::all_of(of_node_[index(n)],
                                [&](VariableId variable) { return state.value[variable] == 0; }) &&
            std::ranges::none_of(to_node_,
                                 [&](VariableId variable) { return state.value[variable] == n + 1; });
    const auto exchanges_blank_nodes = [&](const std::vector<int>& order) {
        std::array<int, nodes_most> last{};  // by kind: 1 + the place of the last one
        for (int n = 0; n < nodes_; ++n) {
            if (!blank[index(n)]) continue;
            auto& before = last[index(kind_[index(n)])];
            if (order[index(n)] + 1 < before) return true;
            before = order[index(n)] + 1;
        }
        return false;
    };
    auto highest = placed(orders_.front());
    for (const auto& order : orders_)
        if (!exchanges_blank_nodes(order)) highest = std::max(highest, placed(order));
    bool found = false;
    for (const auto& order : orders_) {
        if (exchanges_blank_nodes(order) || placed(order) != highest) continue;
        assign(candidate, state);
        rename_nodes(candidate, order, spare);
        sort_pods(candidate, spare);
        if (!found || std::memcmp(candidate.value.data(), best.value.data(), bytes_) < 0)
            assign(best, candidate);
        found = true;
    }
    assign(state, best);
}

}  // namespace kcheck::model
