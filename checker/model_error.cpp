#include "checker/model_error.hpp"

namespace kcheck::checker {

namespace {

ModelError with_cause(std::string text, std::vector<ModelError::Packed> path) {
    const std::exception_ptr cause = std::current_exception();
    try {
        if (cause) std::rethrow_exception(cause);
    } catch (const std::exception& thrown) {
        text += ": " + std::string(thrown.what());
    } catch (...) {
        text += ": something that is no std::exception";
    }
    return {text, std::move(path), cause};
}

}  // namespace

ModelError model_error(const StateStore& store, StateId state, const std::string& what) {
    std::vector<ModelError::Packed> path;
    for (const StateId id : store.path_to(state)) {
        const auto packed = store.state(id);
        path.emplace_back(packed.begin(), packed.end());
    }
    const std::string where = ", in a state at depth " + std::to_string(path.size() - 1);
    return with_cause(what + where, std::move(path));
}

ModelError initial_error(const std::string& what) { return with_cause(what + ", in an initial state", {}); }

}  // namespace kcheck::checker
