// How deep and how large the flow collections of a YAML text are, before it is parsed: yaml-cpp keeps
// all tokens of an outermost `{...}` until it knows whether that is a key, so that a bound on what it
// reports comes too late.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace kcheck::kubernetes {

struct FlowExcess {
    std::size_t offset;
    bool is_depth;  // else it is the number of tokens
};

/// The first place where a flow collection is nested deeper than `depth`, in those and in blocks, or
/// where an outermost one has more than `tokens` tokens; none: nowhere. In one pass: it follows yaml-cpp's
/// scanner, but builds nothing. What is no YAML may have any answer.
std::optional<FlowExcess> exceeds_flow_bounds(std::string_view text, std::size_t depth, std::size_t tokens);

}  // namespace kcheck::kubernetes
