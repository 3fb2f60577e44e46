// Running a script on an implementation, and comparing what it stores with what the model
// says, after every step.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "traces/driver/implementation.hpp"
#include "traces/driver/script.hpp"

namespace kcheck::traces::driver {

enum class Agreement : std::uint8_t {
    same,             // every step was taken, and led where the model says
    different,        // the state after the step is another one
    refused,          // the implementation would not take the step
    unknown_variant,  // the implementation has none of that name; nothing was run
};

struct Replayed {
    Agreement agreement = Agreement::same;
    std::size_t steps = 0;  // of the script, that led where the model says
    /// The message that was answered otherwise, as an index into Script::steps; -1 is the configuration,
    /// and the number of steps is `rest`.
    std::ptrdiff_t at = -1;
    std::vector<Difference> differences;
    std::string reason;  // of a refusal; the name of a variant
    std::vector<std::string> allowed;
};

/// Conversations with one implementation, a script after the other.
class Replayer {
public:
    /// Says hello. Fails if the implementation speaks another version of the protocol.
    static tl::expected<Replayer, DriverError> greet(Implementation& implementation);

    /// After any result but an error the next script can be run.
    tl::expected<Replayed, DriverError> run(const Script& script);

    const std::string& name() const { return name_; }
    bool has_variant(const std::string& variant) const;

private:
    explicit Replayer(Implementation& implementation) : implementation_(&implementation) {}

    Implementation* implementation_;
    std::string name_;
    std::vector<std::string> variants_;
};

/// What went wrong, over several lines; empty if nothing did. Says which step it was, what the model
/// expects and what was found, or the reason of a refusal and what would have been allowed.
std::string explain(const Replayed& replayed, const Script& script);

}  // namespace kcheck::traces::driver
