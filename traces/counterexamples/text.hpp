// A trace as text for people: one line a step, then what is wrong with the state it leads to.
#pragma once

#include <ostream>
#include <string>

#include "traces/counterexamples/names.hpp"
#include "traces/counterexamples/trace.hpp"

namespace kcheck::traces {

struct TextOptions {
    bool receipts = false;  // show the receipts of watch events as steps of their own
    bool colour = false;    // ANSI escapes
};

/// Writes single lines, for programs that show a trace as it is replayed.
/// Requires: the steps of the trace are those of the model (`execute`), here and below.
class Narrator {
public:
    /// `trace` must outlive it.
    explicit Narrator(const Trace& trace, TextOptions options = {});

    /// False for a receipt that is not shown.
    bool shows(std::size_t step) const;
    /// "  3  kube-scheduler  POST binding of pod/app-...: bound to node-0", without a line break.
    std::string line(std::size_t step) const;

    const Names& names() const { return names_; }
    const model::Pipeline& pipeline() const { return pipeline_; }

private:
    std::string outcome(std::size_t step) const;

    const Trace& trace_;
    TextOptions options_;
    model::Pipeline pipeline_;
    Actions actions_;
    Names names_;
    std::vector<std::size_t> numbers_;
    std::size_t width_ = 0;  // of the longest component
};

/// The whole trace, the property's statement, and the last state as tables.
void write_text(std::ostream& out, const Trace& trace, TextOptions options = {});

}  // namespace kcheck::traces
