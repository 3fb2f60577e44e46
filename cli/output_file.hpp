// A file that is written as a whole or not at all, and whose faults show before the run
// rather than after it.
#pragma once

#include <fstream>
#include <string>

#include <tl/expected.hpp>

#include "cli/options.hpp"

namespace kcheck::cli {

class OutputFile {
public:
    /// Opens a file beside `path` that takes its place in commit(); devices and pipes are opened
    /// themselves. The error says why nothing can be written there.
    static tl::expected<OutputFile, UsageError> open(std::string path);

    OutputFile(OutputFile&& other) noexcept;
    OutputFile& operator=(OutputFile&&) = delete;
    ~OutputFile();  // without commit() leaves no trace

    tl::expected<void, UsageError> commit(const std::string& content);

private:
    OutputFile(std::string path, std::string written)
        : path_(std::move(path)), written_(std::move(written)) {}
    UsageError failure() const;

    std::string path_;
    std::string written_;  // path_ itself, or the file beside it; empty when there is nothing to remove
    std::ofstream stream_;
};

}  // namespace kcheck::cli
