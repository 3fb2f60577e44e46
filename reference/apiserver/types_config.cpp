// ConfigMaps and Services: k8s.io/api/core/v1/types.go.
#include "reference/apiserver/types_tables.hpp"

namespace kcheck::reference::apiserver {

std::vector<Type> config_types() {
    return {
        kind_type("ConfigMap", core_package, "ConfigMap holds configuration data for pods.",
                  {{"binaryData", "map[string][]uint8", "Binary data, by key."},
                   {"data", "map[string]string", "The data, by key."},
                   {"immutable", "*bool", "The data cannot be updated."}}),
        kind_type("Service", core_package, "Service is a name of a set of pods, with ports.",
                  {{"spec", "v1.ServiceSpec", "The behavior of the service."},
                   {"status", "v1.ServiceStatus", "The current status."}}),
        {"ServiceSpec",
         core_package,
         "ServiceSpec describes the attributes of a service.",
         {{"allocateLoadBalancerNodePorts", "*bool", "Whether NodePorts are allocated."},
          {"clusterIP", "string", "The IP address of the service; None: headless."},
          {"clusterIPs", "[]string", "The IP addresses of the service."},
          {"externalIPs", "[]string", "Further addresses."},
          {"externalName", "string", "What a service of type ExternalName stands for."},
          {"externalTrafficPolicy", "string", "Cluster or Local."},
          {"healthCheckNodePort", "int32", "The port for health checks."},
          {"internalTrafficPolicy", "*string", "Cluster or Local."},
          {"ipFamilies", "[]string", "IPv4 or IPv6."},
          {"ipFamilyPolicy", "*string", "SingleStack, PreferDualStack or RequireDualStack."},
          {"loadBalancerClass", "*string", "Who implements the load balancer."},
          {"loadBalancerIP", "string", "The address of the load balancer."},
          {"loadBalancerSourceRanges", "[]string", "Clients that are let in."},
          {"ports", "[]v1.ServicePort", "The ports.", {.merges = true, .merge_key = "port"}},
          {"publishNotReadyAddresses", "bool", "Pods need not be ready."},
          {"selector", "map[string]string", "Labels of the pods."},
          {"sessionAffinity", "string", "ClientIP or None. Defaults to None."},
          {"sessionAffinityConfig", "*runtime.RawExtension", "Not looked into."},
          {"type", "string", "ExternalName, ClusterIP, NodePort or LoadBalancer."}}},
        {"ServicePort",
         core_package,
         "ServicePort is a port of a service.",
         {{"appProtocol", "*string", "The application protocol."},
          {"name", "string", "A DNS_LABEL, required if there are several."},
          {"nodePort", "int32", "The port on each node."},
          {"port", "int32", "The port of the service.", {.required = true}},
          {"protocol", "string", "TCP, UDP or SCTP. Defaults to TCP."},
          {"targetPort", "intstr.IntOrString", "Number or name of the port of the pods."}}},
        {"ServiceStatus",
         core_package,
         "ServiceStatus is the current status of a service.",
         {{"conditions", "[]runtime.RawExtension", "Not looked into."},
          {"loadBalancer", "runtime.RawExtension", "Not looked into."}}},
    };
}

}  // namespace kcheck::reference::apiserver
