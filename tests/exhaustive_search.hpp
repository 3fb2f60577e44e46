// The second opinion of the tests: breadth-first search as a textbook has it, on
// std::set, without hashing, threads or storage of its own.
// O(transitions * log(states)) time; only for small state spaces.
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "checker/model.hpp"

namespace kcheck::tests {

struct Exploration {
    std::size_t states = 0;
    std::size_t transitions = 0;
    std::size_t depth = 0;  // transitions on the longest of the shortest paths
    bool safe = true;       // every state satisfies the properties
};

template <checker::Model M>
Exploration search_exhaustively(const M& model,
                                const std::vector<checker::Safety<typename M::State>>& properties) {
    using State = typename M::State;
    using Packed = std::string;

    struct Level : checker::SuccessorSink<M> {
        Level(const M& of, Exploration& into) : model(of), result(into) {}
        void reach(const State& state) {
            Packed packed(model.state_bytes(), '\0');
            model.pack(state, std::as_writable_bytes(std::span(packed)));
            if (seen.insert(packed).second) next.push_back(packed);
        }
        void edge(const typename M::Action&, const State& target) override {
            ++result.transitions;
            reach(target);
        }
        void enabled(checker::ClassMask) override {}

        const M& model;
        Exploration& result;
        std::set<Packed> seen;
        std::vector<Packed> next;
    };

    Exploration result;
    Level level(model, result);
    model.initial([&](const State& state) { level.reach(state); });
    for (std::vector<Packed> frontier; !level.next.empty(); ++result.depth) {
        frontier.swap(level.next);
        level.next.clear();
        for (const Packed& packed : frontier) {
            State state;
            model.unpack(std::as_bytes(std::span(packed)), state);
            for (const auto& property : properties) result.safe &= property.holds(state);
            model.successors(state, level);
        }
    }
    result.states = level.seen.size();
    --result.depth;
    return result;
}

}  // namespace kcheck::tests
