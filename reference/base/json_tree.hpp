// Between JSON as the reference speaks it and the trees of kubernetes/, which know where they stand.
#pragma once

#include "kubernetes/tree.hpp"
#include "reference/base/json.hpp"

namespace kcheck::reference {

/// Without places. A number that is no integer of 64 bits keeps its digits.
kubernetes::Value tree_of(const Json& value);
Json json_of(const kubernetes::Value& value);

}  // namespace kcheck::reference
