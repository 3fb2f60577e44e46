// The properties, by the file that defines them. registry.cpp puts them in order.
#pragma once

#include "invariants/property.hpp"

namespace kcheck::invariants {

Property single_binding();  // single_binding.cpp

Property etcd_single_writer();  // writes.cpp
Property optimistic_concurrency();
Property revisions_increase();

Property uids_are_unique();  // identity.cpp
Property names_are_unique();

Property watch_complete();  // watches.cpp
Property caches_converge();

Property no_start_elsewhere();  // nodes.cpp
Property capacity();
Property bound_pod_starts();

Property replicas_bounded();  // replicas.cpp
Property availability_kept();
Property replica_convergence();

Property pod_gets_bound();  // progress.cpp
Property quiescence();

}  // namespace kcheck::invariants
