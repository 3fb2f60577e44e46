// Files that nobody else may read, or lead elsewhere.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace kcheck::reference {

/// Writes the whole file, mode 0600, replaced at once: whoever reads it sees the old content or the new. It
/// is made beside its place, as a file that was not there before and is no link. Throws std::runtime_error
/// with the name of the file.
void write_private_file(const std::filesystem::path& file, std::string_view content);

/// A descriptor that appends, closed on exec. A file that is not there yet is made with mode 0600, and not
/// where a link leads to. Throws std::runtime_error with the name of the file.
int open_to_append(const std::filesystem::path& file);

/// Makes a folder with mode 0700; one that is there already keeps its mode. Throws std::runtime_error if what
/// is there is no folder, or somebody else's.
void make_private_directory(const std::filesystem::path& directory);

}  // namespace kcheck::reference
