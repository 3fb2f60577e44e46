#include "model/kinds.hpp"

#include <algorithm>

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
int templates(const Configuration& configuration, const Bounds&) { return configuration.templates(); }
int updated(const Configuration& configuration, const Bounds& bounds) {
    return configuration.rolls_out() ? bounds.pods + 1 : 1;
}

constexpr std::array<FieldInfo, workload::common> workload_fields{{
    {".exists", Section::metadata, flag},
    {".replicas", Section::spec, replicas},
    {".generation", Section::metadata, generations},
    {".status.observedGeneration", Section::status, generations},
    {".status.replicas", Section::status, pods},
    {".status.availableReplicas", Section::status, pods},
}};

}  // namespace

const std::array<FieldInfo, Pod::fields> Pod::table{{
    {".exists", Section::metadata, flag},
    {".deleting", Section::metadata, flag},
    {".phase", Section::status, phases},
    {".node", Section::spec, nodes, Values::node},
    {".owner", Section::metadata, templates},
}};

const std::array<FieldInfo, ReplicaSet::fields> ReplicaSet::table = workload_fields;

const std::array<FieldInfo, Deployment::fields> Deployment::table = [] {
    std::array<FieldInfo, Deployment::fields> all;
    std::ranges::copy(workload_fields, all.begin());
    all[deployment::pod_template] = {".template", Section::spec, templates};
    all[deployment::status_updated] = {".status.updatedReplicas", Section::status, updated};
    return all;
}();

}  // namespace kcheck::model
