// One Deployment, which is checked by itself.
#pragma once

#include <string>
#include <vector>

#include "manifests/cluster.hpp"
#include "model/configuration.hpp"
#include "model/encoding.hpp"

namespace kcheck::scenarios {

struct Workload {
    std::string name;  // "default/web" of a manifest, else "app"
    model::Configuration configuration;
    model::Reductions wanted;
    /// What the manifests have, the model has not, and may decide; accepted or not.
    std::vector<manifests::LeftOut> left_out;
    manifests::Assumed assumed;
};

/// What is not modelled and was not accepted.
std::vector<const manifests::LeftOut*> undecided_by(const Workload& workload);

}  // namespace kcheck::scenarios
