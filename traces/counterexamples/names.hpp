// Names as people know them: the pods of Deployment "app" are "app-6d4cf56db-x7k2p".
//
// The model knows pods by slots that are used again. A name belongs to one creation, and
// is the same in every rendering of the same trace: the hash of a template is taken of
// the Deployment's name and the template's number (pkg/controller/deployment/util/hash.go spells it the same
// way: util/rand.SafeEncodeString), the suffix counts creations.
#pragma once

#include <string>
#include <vector>

#include "traces/counterexamples/actions.hpp"
#include "traces/counterexamples/trace.hpp"

namespace kcheck::traces {

class Names {
public:
    Names(const Trace& trace, const model::Pipeline& pipeline);

    /// The ReplicaSet of pod template t.
    const std::string& replica_set(int t = 0) const { return replica_sets_[static_cast<std::size_t>(t)]; }
    /// The pod that slot p stands for after `steps_done` steps: the last one created there, which
    /// somebody may still remember though it is gone.
    std::string pod(int p, std::size_t steps_done) const;
    std::string node(int n) const { return trace_.configuration.nodes[static_cast<std::size_t>(n)].name; }
    /// "kubelet[1]" becomes "kubelet/node-1".
    std::string component(const std::string& component) const;
    /// Replaces each "pod[0]", and a "replicaset[0]".
    std::string text(const std::string& text, std::size_t steps_done) const;

private:
    const Trace& trace_;
    struct Creation {
        int number = 0;  // from 1
        int owner = 0;   // the template of its ReplicaSet
    };
    std::vector<std::string> replica_sets_;
    std::vector<std::vector<Creation>> created_;  // [steps done][slot]
};

}  // namespace kcheck::traces
