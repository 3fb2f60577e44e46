// What a search found of a recording, for people.
#pragma once

#include <string>

#include "traces/recordings/conformance.hpp"

namespace kcheck::traces::recordings {

/// "admitted", "not admitted", "undecided" (it goes beyond the model), "incomplete" (a limit)
const char* verdict_of(const Conformance& result);

/// A write of the recording, by its index, as a change of what was there: "pods/app-x7k2p: bound to node-1".
std::string describe(const Recording& recording, std::size_t write);

/// The verdict in words, and the first write that is not admitted.
std::string text_of(const Recording& recording, const Conformance& result);

}  // namespace kcheck::traces::recordings
