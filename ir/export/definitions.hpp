// Terms as a sequence of definitions, for languages that have no shared subterms but have names.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ir/term.hpp"

namespace kcheck::ir {

/// How a language writes one node; operands arrive as text that needs no more parentheses.
struct Notation {
    std::function<std::string(const Node&)> leaf;  // a constant or a variable
    std::function<std::string(Op, const std::string& a, const std::string& b, const std::string& c)> compound;
};

struct Definition {
    std::string name;  // "t3"
    std::string value;
};

/// The definitions that some terms need, each after those that it uses. A node that is used once and is
/// short stands where it is used, every other has a name, so that the text is linear in the nodes.
class Definitions {
public:
    Definitions(const Arena& arena, const Notation& notation, const std::vector<Term>& terms);

    const std::vector<Definition>& all() const { return definitions_; }
    /// How many of them, from the front, the first of the terms needs.
    std::size_t of_first() const { return of_first_; }
    /// What stands for one of the terms of the constructor.
    const std::string& operator[](Term term) const { return text_.at(term.id()); }

private:
    std::vector<Definition> definitions_;
    std::size_t of_first_ = 0;
    std::unordered_map<NodeId, std::string> text_;
};

}  // namespace kcheck::ir
