// What a pod needs beside its node: the objects that its template names.
#pragma once

#include <string>
#include <vector>

#include "manifests/ground.hpp"
#include "manifests/read.hpp"
#include "manifests/types.hpp"

namespace kcheck::manifests {

/// Each once, in order, without those that are optional. `pod_spec` may be null.
std::vector<Reference> decode_references(const Value* pod_spec);

/// Those that the input does not contain, as "secret/nowhere" or "image example.com/c:1".
struct Assumed {
    std::vector<std::string> objects;
    std::vector<std::string> images;  // no input contains an image
};
Assumed assumed_of(const Deployment& deployment, const Manifests& manifests);

}  // namespace kcheck::manifests
