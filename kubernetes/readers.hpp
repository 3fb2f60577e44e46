// From bytes to trees.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "kubernetes/error.hpp"
#include "kubernetes/tree.hpp"

namespace kcheck::kubernetes {

/// A key that its map has already.
struct DuplicateKey {
    std::string key;
    std::string path;  // of the field: spec.replicas
    Place place;
};

/// What a text may cost. The work and the memory grow with its length, and stop here.
struct ReadLimits {
    /// Kubernetes objects are about 20 deep. yaml-cpp itself gives up at 500.
    std::size_t depth = 100;
    /// Values, aliases expanded: far above a cluster's dump of one kind, far below what an alias
    /// bomb asks for.
    std::size_t values = 500'000;
};

/// The documents of a YAML stream; empty ones are left out. The syntax is yaml-cpp's,
/// the meaning of scalars is Kubernetes' (scalar.hpp).
///
/// A duplicate key is an error, or with `duplicates` the last one counts, and the first hundred are listed
/// there.
tl::expected<std::vector<Value>, Error> read_yaml(const std::string& file, const std::string& text,
                                                  const ReadLimits& limits = {},
                                                  std::vector<DuplicateKey>* duplicates = nullptr);

/// The values of a stream of JSON documents. The syntax is nlohmann's strict JSON: no
/// comments, no trailing commas.
tl::expected<std::vector<Value>, Error> read_json(const std::string& file, std::string_view text,
                                                  const ReadLimits& limits = {},
                                                  std::vector<DuplicateKey>* duplicates = nullptr);

}  // namespace kcheck::kubernetes
