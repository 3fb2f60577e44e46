// A piece of the pipeline in both domains: the one text of a step, a handler or a condition, kept as
// code on a Valuation and as code that makes terms. What is kept so can be listed, and the frame runs
// it without knowing whose it is.
#pragma once

#include <concepts>
#include <functional>

#include "model/frame/domain.hpp"

namespace kcheck::model {

/// A procedure of the state and of constants: `text(c, arguments...)`.
template <class... Arguments>
class TextOf {
public:
    TextOf() = default;
    /// `body(c, arguments...)`, a generic callable.
    template <class F>
    requires std::invocable<const F&, NativeStep&, Arguments...> TextOf(F body)
        : native_([body](NativeStep& c, Arguments... of) { body(c, of...); }),
          symbolic_([body](SymbolicStep& c, Arguments... of) { body(c, of...); }) {}

    void operator()(NativeStep& c, Arguments... of) const { native_(c, of...); }
    void operator()(SymbolicStep& c, Arguments... of) const { symbolic_(c, of...); }
    explicit operator bool() const { return static_cast<bool>(native_); }

private:
    std::function<void(NativeStep&, Arguments...)> native_;
    std::function<void(SymbolicStep&, Arguments...)> symbolic_;
};
using Text = TextOf<>;

/// A condition on the state; without a body it is true.
class Condition {
public:
    Condition() = default;
    template <class F>
    requires std::invocable<const F&, const NativeStep&> Condition(F body) : native_(body), symbolic_(body) {}

    bool operator()(const NativeStep& c) const { return !native_ || native_(c); }
    ir::Term operator()(const SymbolicStep& c) const { return symbolic_ ? symbolic_(c) : c.boolean(true); }

private:
    std::function<bool(const NativeStep&)> native_;
    std::function<ir::Term(const SymbolicStep&)> symbolic_;
};

}  // namespace kcheck::model
