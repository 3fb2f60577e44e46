#include "model/domain.hpp"

namespace kcheck::model {

SymbolicStep::SymbolicStep(ir::Arena& arena, const Layout& layout)
    : arena_(arena), guard_(arena.boolean(true)), path_(arena.boolean(true)) {
    before_.reserve(layout.size());
    for (std::size_t slot = 0; slot < layout.size(); ++slot) {
        const auto& variable = layout[static_cast<Slot>(slot)];
        before_.push_back(variable.size == 1 ? arena.integer(0)
                                             : arena.variable(static_cast<ir::VariableId>(slot)));
    }
    value_ = before_;
}

void SymbolicStep::set(Slot slot, ir::Term value) { value_[slot] = ir::select(path_, value, value_[slot]); }

bool SymbolicStep::require(ir::Term condition) {
    guard_ = guard_ && (!path_ || condition);
    return true;
}

std::vector<std::pair<Slot, ir::Term>> SymbolicStep::assignments() const {
    std::vector<std::pair<Slot, ir::Term>> changed;
    for (std::size_t slot = 0; slot < value_.size(); ++slot)
        if (value_[slot].id() != before_[slot].id())
            changed.emplace_back(static_cast<Slot>(slot), value_[slot]);
    return changed;
}

}  // namespace kcheck::model
