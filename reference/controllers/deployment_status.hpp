// The status of a Deployment and its conditions, as `kubectl rollout status` reads them
// (pkg/controller/deployment/sync.go:calculateStatus, progress.go, util/deployment_util.go).
// Nothing here sends a request.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "reference/base/environment.hpp"
#include "reference/client/indexer.hpp"

namespace kcheck::reference::controllers {

/// Conditions as `status.conditions` holds them.
Json deployment_condition(const std::string& type, const std::string& status, const std::string& reason,
                          const std::string& message, Time now);
/// Replaces the condition of this type, unless status and reason are the same; keeps the time of
/// the last transition if the status is the same.
void set_condition(Json& status, Json condition);
void remove_condition(Json& status, const std::string& type);

/// What is stored, with zeros and empty lists left out, as new statuses are written.
Json current_status(const Json& deployment);
/// Counts, observedGeneration and the Available condition. `all` may contain null pointers.
Json calculate_status(const Json& deployment, const std::vector<Object>& all, const Object& new_one,
                      Time now);
/// The same with Progressing and ReplicaFailure, as of a rollout (syncRolloutStatus).
Json rollout_status(const Json& deployment, const std::vector<Object>& all, const Object& new_one, Time now);

/// All replicas are updated and available, and the spec is that of the status (DeploymentComplete).
bool is_complete(const Json& deployment, const Json& status);
/// When to look again whether the deadline has passed (requeueStuckDeployment): none if there is
/// nothing to wait for, 0 at once.
std::optional<std::chrono::milliseconds> progress_check_after(const Json& deployment, const Json& status,
                                                              Time now);
/// Sets the condition that the Deployment is paused or resumed (checkPausedConditions); false if
/// it says so already, or has no deadline.
bool set_paused_condition(Json& deployment, Time now);

}  // namespace kcheck::reference::controllers
