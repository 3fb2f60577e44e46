// What `kubectl get` shows: columns and cells (pkg/printers/internalversion/printers.go).
#pragma once

#include <string>
#include <vector>

#include "reference/apiserver/resource.hpp"

namespace kcheck::reference::apiserver {

std::vector<TableColumn> pod_columns();
Json pod_cells(const Json& pod, const std::string& now);
std::vector<TableColumn> deployment_columns();
Json deployment_cells(const Json& deployment, const std::string& now);
std::vector<TableColumn> replica_set_columns();
Json replica_set_cells(const Json& replica_set, const std::string& now);
std::vector<TableColumn> node_columns();
Json node_cells(const Json& node, const std::string& now);
std::vector<TableColumn> namespace_columns();
Json namespace_cells(const Json& object, const std::string& now);
std::vector<TableColumn> lease_columns();
Json lease_cells(const Json& lease, const std::string& now);
std::vector<TableColumn> event_columns();
Json event_cells(const Json& event, const std::string& now);
std::vector<TableColumn> config_map_columns();
Json config_map_cells(const Json& config_map, const std::string& now);
std::vector<TableColumn> service_columns();
Json service_cells(const Json& service, const std::string& now);

}  // namespace kcheck::reference::apiserver
