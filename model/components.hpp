// The components of the pipeline.
#pragma once

namespace kcheck::model {

class Encoding;

/// Makes them all, in the order in which their actions are listed.
void add_components(Encoding& encoding);

}  // namespace kcheck::model
