#include "model/frame/domain.hpp"

namespace kcheck::model {

SymbolicStep::SymbolicStep(ir::Arena& arena, const Layout& layout)
    : arena_(arena), guard_(arena.boolean(true)), path_(arena.boolean(true)) {
    before_.reserve(layout.size());
    for (std::size_t id = 0; id < layout.size(); ++id) {
        const auto& variable = layout[static_cast<VariableId>(id)];
        before_.push_back(variable.size == 1 ? arena.integer(0)
                                             : arena.variable(static_cast<ir::VariableId>(id)));
    }
    value_ = before_;
}

void SymbolicStep::set(VariableId variable, ir::Term value) {
    value_[variable] = ir::select(path_, value, value_[variable]);
}

bool SymbolicStep::require(ir::Term condition) {
    guard_ = guard_ && (!path_ || condition);
    return true;
}

std::vector<std::pair<VariableId, ir::Term>> SymbolicStep::assignments() const {
    std::vector<std::pair<VariableId, ir::Term>> changed;
    for (std::size_t variable = 0; variable < value_.size(); ++variable)
        if (value_[variable].id() != before_[variable].id())
            changed.emplace_back(static_cast<VariableId>(variable), value_[variable]);
    return changed;
}

}  // namespace kcheck::model
