// The defaults of all kinds (pkg/apis/*/v1/defaults.go and zz_generated.defaults.go).
//
// Those that depend on nothing are in the tables of kubernetes/schema/. Go's others are functions of one
// type, SetDefaults_X, and so are they here.
#pragma once

#include "kubernetes/schema/schema.hpp"
#include "reference/apiserver/resource.hpp"

namespace kcheck::reference::apiserver {

/// Of `object` and of all that is below it: each type first, then what it consists of. Parts of a wrong
/// shape are left as they are.
void set_defaults(const kubernetes::Type& type, Json& object);
void set_defaults(const Resource& resource, Json& object);

}  // namespace kcheck::reference::apiserver
