// The status of a pod, from what the container runtime shows of it (pkg/kubelet/kubelet_pods.go:
// generateAPIPodStatus, convertToAPIContainerStatuses, getPhase; status/generate.go).
//
// A container that runs is ready: there are no probes. Of the init containers only sidecars are run, those
// with restartPolicy Always: the others would end at once, since the program of every container does nothing.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "reference/base/environment.hpp"
#include "reference/base/json.hpp"

namespace kcheck::reference::kubelet {

/// Why a container does not run: "ImagePullBackOff", "CrashLoopBackOff", ... with a message.
struct WaitingReason {
    std::string reason, message;
};

struct PodStatusInput {
    const Json& pod;
    const Json& old_status;  // the last that was set, else the one in the pod
    /// Of this pod, as ListContainers shows them, in order of attempts.
    const std::vector<Json>& containers;
    const std::map<std::string, WaitingReason>& waiting;  // by name of the container
    bool is_terminal = false;                             // nothing of it will run again
    std::string host_ip, pod_ip;                          // of a pod of the host network they are the same
};

/// Without startTime and the times of the conditions, which StatusManager::set fills in.
Json generate_pod_status(const PodStatusInput& input);

/// The containers of one name, in order of attempts; the last is the one that counts.
std::vector<const Json*> attempts_of(const std::vector<Json>& containers, const std::string& name);
/// kuberuntime_container.go:ShouldContainerBeRestarted, of the last attempt (null: there is none). `spec`: of
/// the container, which may have a restartPolicy of its own.
bool should_be_restarted(const Json& pod, const Json& spec, const Json* container);
/// podutil.IsRestartableInitContainer
bool is_sidecar(const Json& init_container);
/// Whether every regular container has ended for good: sidecars do not keep a pod alive.
bool has_ended(const Json& pod, const std::vector<Json>& containers);
/// Whether one of the regular containers was ever created: sidecars that fail do not hold it up any more.
bool has_begun(const Json& pod, const std::vector<Json>& containers);

bool is_terminal_phase(const Json& status);
/// ContainersNotReady, PodCompleted and the like, and what follows for Ready: replaces the kubelet's own
/// conditions of a status that has its phase and the statuses of its containers.
void set_conditions(Json& status);

}  // namespace kcheck::reference::kubelet
