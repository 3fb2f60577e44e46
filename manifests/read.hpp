// Manifests from files, as `kubectl apply -f` takes them: YAML and JSON, several documents
// a file, lists. Deployments (apps/v1) and Nodes (v1) are read in full and strictly: an
// unknown field, a duplicate key or a value of a wrong type is an error, and so is whatever
// kube-apiserver would refuse. Objects of other kinds are kept as they stand; a kind that
// Kubernetes does not have is an error.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "manifests/ground.hpp"
#include "manifests/types.hpp"

namespace kcheck::manifests {

struct Manifests {
    /// One per namespace and name, in the order in which they first appear.
    std::vector<Deployment> deployments;
    std::vector<NodeSpec> nodes;
    std::vector<Object> objects;
    /// From annotations and comments.
    std::vector<Acceptance> acceptances;
    /// What was read, as the user named it.
    std::vector<std::string> files;
};

/// Reads `paths` in order: files, directories (their *.yaml, *.yml, *.json) and "-".
///
/// A Deployment that appears again is applied again; what it changes beside spec.replicas is
/// left out (rolling-update). A Node that appears again is an error.
tl::expected<Manifests, Error> read(const std::vector<std::string>& paths, std::istream& standard_input);

}  // namespace kcheck::manifests
