// Nodes, namespaces, events: k8s.io/api/core/v1/types.go; leases: k8s.io/api/coordination/v1/types.go.
#include "reference/apiserver/types_tables.hpp"

namespace kcheck::reference::apiserver {

namespace {

std::vector<Field> condition_fields(bool heartbeat) {
    std::vector<Field> fields = {
        {"lastTransitionTime", "v1.Time", "Last change of the status."},
        {"message", "string", "Details of the last transition."},
        {"reason", "string", "Why, briefly."},
        {"status", "string", "True, False or Unknown.", {.required = true}},
        {"type", "string", "The type of the condition.", {.required = true}},
    };
    if (heartbeat) fields.push_back({"lastHeartbeatTime", "v1.Time", "Last update of the condition."});
    return fields;
}

std::vector<Type> node_types() {
    return {
        kind_type("Node", core_package, "Node is a worker node.",
                  {{"spec", "v1.NodeSpec", "The desired behavior of the node."},
                   {"status", "v1.NodeStatus", "What was last observed. Read-only."}}),
        {"NodeSpec",
         core_package,
         "NodeSpec describes the attributes of a node.",
         {{"configSource", "*runtime.RawExtension", "Deprecated: not looked into."},
          {"externalID", "string", "Deprecated."},
          {"podCIDR", "string", "The range of pod addresses."},
          {"podCIDRs", "[]string", "The ranges of pod addresses.", {.merges = true}},
          {"providerID", "string", "ID of the node in the cloud."},
          {"taints", "[]v1.Taint", "Pods that do not tolerate them are kept away."},
          {"unschedulable", "bool", "New pods are kept away."}}},
        {"Taint",
         core_package,
         "Taint keeps pods away that do not tolerate it.",
         {{"effect", "string", "NoSchedule, PreferNoSchedule or NoExecute.", {.required = true}},
          {"key", "string", "The taint key.", {.required = true}},
          {"timeAdded", "*v1.Time", "When it was added; only for NoExecute."},
          {"value", "string", "The taint value."}}},
        {"NodeStatus",
         core_package,
         "NodeStatus is what was last observed of a node.",
         {{"addresses",
           "[]v1.NodeAddress",
           "Addresses reachable to the node.",
           {.merges = true, .merge_key = "type"}},
          {"allocatable", "map[string]resource.Quantity", "Resources for scheduling."},
          {"capacity", "map[string]resource.Quantity", "Total resources."},
          {"conditions", "[]v1.NodeCondition", "Current conditions.", {.merges = true, .merge_key = "type"}},
          {"config", "*runtime.RawExtension", "Deprecated: not looked into."},
          {"daemonEndpoints", "v1.NodeDaemonEndpoints", "Endpoints of daemons."},
          {"images", "[]v1.ContainerImage", "Container images on the node."},
          {"nodeInfo", "v1.NodeSystemInfo", "IDs and versions."},
          {"phase", "string", "Deprecated."},
          {"volumesAttached", "[]v1.AttachedVolume", "Volumes attached to the node."},
          {"volumesInUse", "[]string", "Attachable volumes in use."}}},
        {"NodeAddress",
         core_package,
         "NodeAddress is an address of a node.",
         {{"address", "string", "The address.", {.required = true}},
          {"type", "string", "Hostname, ExternalIP or InternalIP.", {.required = true}}}},
        {"NodeCondition", core_package, "NodeCondition is a condition of a node.", condition_fields(true)},
        {"NodeDaemonEndpoints",
         core_package,
         "NodeDaemonEndpoints lists ports opened by daemons.",
         {{"kubeletEndpoint", "v1.DaemonEndpoint", "Where the kubelet listens."}}},
        {"DaemonEndpoint",
         core_package,
         "DaemonEndpoint is the port of a daemon.",
         {{"Port", "int32", "Port number.", {.required = true}}}},
        {"ContainerImage",
         core_package,
         "ContainerImage describes an image.",
         {{"names", "[]string", "Names by which it is known."},
          {"sizeBytes", "int64", "Its size in bytes."}}},
        {"AttachedVolume",
         core_package,
         "AttachedVolume is a volume attached to a node.",
         {{"devicePath", "string", "Where it is.", {.required = true}},
          {"name", "string", "Its name.", {.required = true}}}},
        {"NodeSystemInfo",
         core_package,
         "NodeSystemInfo is a set of IDs and versions.",
         {{"architecture", "string", "The architecture.", {.required = true}},
          {"bootID", "string", "The boot ID.", {.required = true}},
          {"containerRuntimeVersion", "string", "The container runtime.", {.required = true}},
          {"kernelVersion", "string", "The kernel.", {.required = true}},
          {"kubeProxyVersion", "string", "The kube-proxy.", {.required = true}},
          {"kubeletVersion", "string", "The kubelet.", {.required = true}},
          {"machineID", "string", "The machine ID.", {.required = true}},
          {"operatingSystem", "string", "The operating system.", {.required = true}},
          {"osImage", "string", "The OS image.", {.required = true}},
          {"systemUUID", "string", "The system UUID.", {.required = true}}}},
    };
}

std::vector<Type> event_types() {
    return {
        kind_type("Event", core_package, "Event is a report of something that happened.",
                  {{"action", "string", "What was done."},
                   {"count", "int32", "How often it has occurred."},
                   {"eventTime", "v1.MicroTime", "When it was first observed."},
                   {"firstTimestamp", "v1.Time", "When it was first recorded."},
                   {"involvedObject", "v1.ObjectReference", "What it is about.", {.required = true}},
                   {"lastTimestamp", "v1.Time", "When it was last recorded."},
                   {"message", "string", "For people."},
                   {"reason", "string", "For machines."},
                   {"related", "*v1.ObjectReference", "A second object."},
                   {"reportingComponent", "string", "The controller that reports."},
                   {"reportingInstance", "string", "Its instance."},
                   {"series", "*v1.EventSeries", "The series that it begins."},
                   {"source", "v1.EventSource", "The component that reports."},
                   {"type", "string", "Normal or Warning."}}),
        {"EventSeries",
         core_package,
         "EventSeries is about a series of events.",
         {{"count", "int32", "How many there were."},
          {"lastObservedTime", "v1.MicroTime", "When the last was observed."}}},
        {"EventSource",
         core_package,
         "EventSource says who reports.",
         {{"component", "string", "The component."}, {"host", "string", "The node."}}},
    };
}

std::vector<Type> namespace_types() {
    return {
        kind_type("Namespace", core_package, "Namespace is a scope for names.",
                  {{"spec", "v1.NamespaceSpec", "The desired behavior of the namespace."},
                   {"status", "v1.NamespaceStatus", "The current status."}}),
        {"NamespaceSpec",
         core_package,
         "NamespaceSpec describes the attributes of a namespace.",
         {{"finalizers", "[]string", "Must be empty before the namespace is removed."}}},
        {"NamespaceStatus",
         core_package,
         "NamespaceStatus is the current status of a namespace.",
         {{"conditions",
           "[]v1.NamespaceCondition",
           "Its current state.",
           {.merges = true, .merge_key = "type"}},
          {"phase", "string", "Active or Terminating."}}},
        {"NamespaceCondition", core_package, "A condition of a namespace.", condition_fields(false)},
    };
}

}  // namespace

std::vector<Type> cluster_types() {
    std::vector<Type> types = {
        kind_type("Lease", "io.k8s.api.coordination.v1", "Lease is held by one holder at a time.",
                  {{"spec", "v1.LeaseSpec", "The specification of the lease."}}),
        {"LeaseSpec",
         "io.k8s.api.coordination.v1",
         "LeaseSpec is the specification of a lease.",
         {{"acquireTime", "*v1.MicroTime", "When the lease was acquired."},
          {"holderIdentity", "*string", "Who holds it."},
          {"leaseDurationSeconds", "*int32", "How long to wait, from renewTime, before acquiring it."},
          {"leaseTransitions", "*int32", "How often the holder has changed."},
          {"renewTime", "*v1.MicroTime", "When the holder last renewed it."}}},
    };
    for (auto part : {node_types(), event_types(), namespace_types()}) {
        for (auto& type : part) types.push_back(std::move(type));
    }
    return types;
}

}  // namespace kcheck::reference::apiserver
