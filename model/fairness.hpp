// The one definition of fairness (docs/model.md): which steps of the pipeline must not be
// postponed for ever, by component and object.
//
// A class is a component and an object that it works on. A run is fair if each weak class is taken
// infinitely often or disabled infinitely often, and each strong class is taken infinitely often
// or disabled from some point on (checker/liveness.hpp). A class is enabled where one of its actions is,
// in the state as it stands, and would change something. So endless refused work of one pod excuses
// nobody from the work of another. Faults, and what nobody waits for any more, need never happen.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "ir/class_mask.hpp"

namespace kcheck::model {

class Fairness {
public:
    enum class Strength : std::uint8_t { weak, strong };
    /// Whether an exchange of pods or nodes takes the class to another.
    enum class Object : std::uint8_t { fixed, exchangeable };

    /// Throws std::length_error if these are more classes than the engines have room for.
    /// `name`: "kube-scheduler: binding of pod[2]".
    ir::ClassMask add(std::string name, Object object, Strength strength = Strength::weak) {
        const auto i = classes_.size();
        if (i == ir::ClassMask::capacity)
            throw std::length_error("this configuration has more pods and nodes than kcheck has room for");
        classes_.push_back({std::move(name), strength});
        const auto bit = ir::ClassMask::bit(i);
        if (object == Object::fixed) fixed_ |= bit;
        return bit;
    }

    int size() const { return static_cast<int>(classes_.size()); }
    bool is_strong(int i) const { return at(i).strength == Strength::strong; }
    const std::string& name(int i) const { return at(i).name; }
    /// A class, where one has to stand for "the run can go on".
    static ir::ClassMask some() { return ir::ClassMask::bit(0); }
    /// The classes that no exchange of pods or nodes moves.
    ir::ClassMask fixed() const { return fixed_; }

private:
    struct Class {
        std::string name;
        Strength strength;
    };
    const Class& at(int i) const { return classes_[static_cast<std::size_t>(i)]; }

    std::vector<Class> classes_;
    ir::ClassMask fixed_;
};

}  // namespace kcheck::model
