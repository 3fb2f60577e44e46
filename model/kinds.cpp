#include "model/kinds.hpp"

namespace kcheck::model {

namespace {

int flag(const Configuration&, const Bounds&) { return 2; }
int phases(const Configuration&, const Bounds&) { return pod::terminal + 1; }
int nodes(const Configuration& configuration, const Bounds&) {
    return static_cast<int>(configuration.nodes.size()) + 1;
}
int replicas(const Configuration& configuration, const Bounds&) { return configuration.replicas_max() + 1; }
int generations(const Configuration&, const Bounds& bounds) { return bounds.generations + 1; }
int pods(const Configuration&, const Bounds& bounds) { return bounds.pods + 1; }

}  // namespace

const std::array<FieldInfo, Pod::fields> Pod::table{{
    {".exists", Section::metadata, flag},
    {".deleting", Section::metadata, flag},
    {".phase", Section::status, phases},
    {".node", Section::spec, nodes, Values::node},
}};

const std::array<FieldInfo, Workload::fields> Workload::table{{
    {".exists", Section::metadata, flag},
    {".replicas", Section::spec, replicas},
    {".generation", Section::metadata, generations},
    {".status.observedGeneration", Section::status, generations},
    {".status.replicas", Section::status, pods},
    {".status.availableReplicas", Section::status, pods},
}};

}  // namespace kcheck::model
