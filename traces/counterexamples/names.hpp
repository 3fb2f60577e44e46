// Names as people know them: the pods of Deployment "app" are "app-6d4cf56db-x7k2p".
//
// The model knows pods by slots that are used again. A name belongs to one creation, and
// is the same in every rendering of the same trace: the hash of the template is taken of
// the Deployment's name (pkg/controller/deployment/util/hash.go spells it the same way:
// util/rand.SafeEncodeString), the suffix counts creations.
#pragma once

#include <string>
#include <vector>

#include "traces/counterexamples/actions.hpp"
#include "traces/counterexamples/trace.hpp"

namespace kcheck::traces {

class Names {
public:
    Names(const Trace& trace, const model::Pipeline& pipeline);

    const std::string& replica_set() const { return replica_set_; }
    /// The pod that slot p stands for after `steps_done` steps: the last one created there, which
    /// somebody may still remember though it is gone.
    std::string pod(int p, std::size_t steps_done) const;
    std::string node(int n) const { return trace_.configuration.nodes[static_cast<std::size_t>(n)].name; }
    /// "kubelet[1]" becomes "kubelet/node-1".
    std::string component(const std::string& component) const;
    /// Replaces each "pod[0]".
    std::string text(const std::string& text, std::size_t steps_done) const;

private:
    const Trace& trace_;
    std::string replica_set_;
    std::vector<std::vector<int>> created_;  // [steps done][slot]: the number of the creation, from 1
};

}  // namespace kcheck::traces
