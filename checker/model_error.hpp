// What is wrong with a model itself: it threw, or it breaks what model.hpp asks of it.
#pragma once

#include <cstddef>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "checker/limits.hpp"
#include "checker/store.hpp"

namespace kcheck::checker {

class ModelError : public std::runtime_error {
public:
    using Packed = std::vector<std::byte>;

    ModelError(const std::string& what, std::vector<Packed> path, std::exception_ptr cause = nullptr)
        : std::runtime_error(what), path_(std::move(path)), cause_(std::move(cause)) {}

    /// Packed states: an initial one first, last the one in which it happened. Empty if it
    /// happened in no state. trace_to(model, error) in explicit.hpp makes a trace of it.
    const std::vector<Packed>& path() const { return path_; }
    /// What the model threw, if it threw.
    const std::exception_ptr& cause() const { return cause_; }

private:
    std::vector<Packed> path_;
    std::exception_ptr cause_;
};

/// The error of a state that is in `store`. With an exception in flight, that is its cause.
ModelError model_error(const StateStore& store, StateId state, const std::string& what);
/// The error of an initial state, which is in no store yet; otherwise the same.
ModelError initial_error(const std::string& what);

/// Runs f(), a function of a model; what it throws comes out as error("..."). Lets pass what is no
/// fault of a model: a ModelError, a limit, want of memory.
template <class F, class Error>
decltype(auto) with_error(Error&& error, F&& f) {
    try {
        return std::forward<F>(f)();
    } catch (const ModelError&) {
        throw;
    } catch (const LimitReached&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (...) {
        throw error("a function of the model threw");
    }
}

/// The same for an f() that is about `state`.
template <class F>
decltype(auto) in_state(const StateStore& store, StateId state, F&& f) {
    return with_error([&](const char* what) { return model_error(store, state, what); }, std::forward<F>(f));
}

}  // namespace kcheck::checker
