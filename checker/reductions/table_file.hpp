// What an Independence has learnt, as a file: solver time is spent once.
//
// Text, one entry a line; the first lines are the version and the digest of what it is about, the last is the
// hash of all before it. A file about other terms, or one that has been damaged or cut short, is not used.
#pragma once

#include <string>

#include "checker/reductions/independence.hpp"

namespace kcheck::checker::reductions {

/// The same text for the same questions, answered in the same order.
std::string table_text(const Independence& independence);

/// Adds what the text says. Returns why not if it is of another version, of other terms, or damaged; then
/// nothing is added. Empty: it was.
std::string read_table(const std::string& text, Independence& independence);

/// Whether the file is such a table, of whatever version or terms.
bool is_table(const std::string& path);
/// Writes the file by renaming a complete one. Throws std::runtime_error with the reason.
void save_table(const std::string& path, const Independence& independence);
/// As read_table; "there is no such file" if there is none.
std::string load_table(const std::string& path, Independence& independence);

}  // namespace kcheck::checker::reductions
