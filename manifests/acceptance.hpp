// Where the manifests themselves accept what is left out: an annotation on an object (or in a
// pod template), or a comment.
//
//     metadata:
//       annotations: {kcheck.dev/assume: "readiness-probe, host-ports"}
//     # kcheck: assume readiness-probe, host-ports
//
// A comment holds for the YAML document that it stands in, or above. Both throw Failure for a name that
// there is not.
#pragma once

#include <vector>

#include "manifests/ground.hpp"
#include "manifests/sources.hpp"
#include "manifests/types.hpp"

namespace kcheck::manifests {

void accept_annotations(const Origin& origin, const Value& object, std::vector<Acceptance>& out);
void accept_comments(const Source& source, std::vector<Acceptance>& out);

/// Marks in `found` what is accepted: by a name of `assumed`, or by an acceptance around its
/// place or around the beginning of `deployment`.
void accept(std::vector<LeftOut>& found, const std::vector<std::string>& assumed,
            const std::vector<Acceptance>& acceptances, const Origin& deployment);

}  // namespace kcheck::manifests
