// Volumes: k8s.io/api/core/v1/types.go. Sources of single storage vendors are taken as they come.
#include "reference/apiserver/types_tables.hpp"

namespace kcheck::reference::apiserver {

namespace {

std::vector<Field> volume_fields() {
    std::vector<Field> fields = {
        {"name", "string", "A DNS_LABEL, unique within the pod.", {.required = true}},
        {"configMap", "*v1.ConfigMapVolumeSource", "A ConfigMap."},
        {"csi", "*v1.CSIVolumeSource", "Storage handled by a CSI driver."},
        {"downwardAPI", "*v1.DownwardAPIVolumeSource", "Data about the pod."},
        {"emptyDir", "*v1.EmptyDirVolumeSource", "A directory that shares the pod's lifetime."},
        {"ephemeral", "*v1.EphemeralVolumeSource", "Handled by a cluster storage driver."},
        {"hostPath", "*v1.HostPathVolumeSource", "A file or directory of the host."},
        {"nfs", "*v1.NFSVolumeSource", "An NFS mount."},
        {"persistentVolumeClaim", "*v1.PersistentVolumeClaimVolumeSource", "A claim of the namespace."},
        {"projected", "*v1.ProjectedVolumeSource", "Secrets, config maps and downward API in one."},
        {"secret", "*v1.SecretVolumeSource", "A Secret."},
    };
    for (const auto* vendor :
         {"awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "fc", "flexVolume", "flocker",
          "gcePersistentDisk", "gitRepo", "glusterfs", "iscsi", "photonPersistentDisk", "portworxVolume",
          "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"}) {
        fields.push_back({vendor, "*runtime.RawExtension", "A volume of this kind; not looked into."});
    }
    return fields;
}

std::vector<Field> local_object_fields() {
    return {
        {"items", "[]v1.KeyToPath", "Keys to project; empty: each."},
        {"name", "string", "Name of the referent."},
        {"optional", "*bool", "Whether the object or its keys may be missing."},
    };
}

}  // namespace

std::vector<Type> volume_types() {
    return {
        {"Volume", core_package, "Volume is a named volume of a pod.", volume_fields()},
        {"EmptyDirVolumeSource",
         core_package,
         "EmptyDirVolumeSource is an empty directory.",
         {{"medium", "string", "The empty string (default) or Memory."},
          {"sizeLimit", "*resource.Quantity", "Local storage required."}}},
        {"HostPathVolumeSource",
         core_package,
         "HostPathVolumeSource is a path of the host.",
         {{"path", "string", "Path on the host.", {.required = true}},
          {"type", "*string", "What must be there. Defaults to \"\"."}}},
        {"NFSVolumeSource",
         core_package,
         "NFSVolumeSource is an NFS mount.",
         {{"path", "string", "Path exported by the server.", {.required = true}},
          {"readOnly", "bool", "Mounted read-only."},
          {"server", "string", "Name or address of the server.", {.required = true}}}},
        {"PersistentVolumeClaimVolumeSource",
         core_package,
         "PersistentVolumeClaimVolumeSource references a claim.",
         {{"claimName", "string", "Name of the claim.", {.required = true}},
          {"readOnly", "bool", "Mounted read-only."}}},
        {"SecretVolumeSource",
         core_package,
         "SecretVolumeSource is a volume made of a Secret.",
         {{"defaultMode", "*int32", "Mode bits of files. Defaults to 0644."},
          {"items", "[]v1.KeyToPath", "Keys to project; empty: each."},
          {"optional", "*bool", "Whether the Secret or its keys may be missing."},
          {"secretName", "string", "Name of the Secret."}}},
        {"ConfigMapVolumeSource",
         core_package,
         "ConfigMapVolumeSource is a volume made of a ConfigMap.",
         {{"defaultMode", "*int32", "Mode bits of files. Defaults to 0644."},
          {"items", "[]v1.KeyToPath", "Keys to project; empty: each."},
          {"name", "string", "Name of the referent."},
          {"optional", "*bool", "Whether the ConfigMap or its keys may be missing."}}},
        {"KeyToPath",
         core_package,
         "KeyToPath maps a key to a path within a volume.",
         {{"key", "string", "The key to project.", {.required = true}},
          {"mode", "*int32", "Mode bits of this file."},
          {"path", "string", "The relative path. No '..'.", {.required = true}}}},
        {"DownwardAPIVolumeSource",
         core_package,
         "DownwardAPIVolumeSource is a volume of data about the pod.",
         {{"defaultMode", "*int32", "Mode bits of files. Defaults to 0644."},
          {"items", "[]v1.DownwardAPIVolumeFile", "The files."}}},
        {"DownwardAPIVolumeFile",
         core_package,
         "DownwardAPIVolumeFile is a file with a field of the pod.",
         {{"fieldRef", "*v1.ObjectFieldSelector", "A field of the pod."},
          {"mode", "*int32", "Mode bits of this file."},
          {"path", "string", "The relative path of the file.", {.required = true}},
          {"resourceFieldRef", "*v1.ResourceFieldSelector", "A resource of a container."}}},
        {"ProjectedVolumeSource",
         core_package,
         "ProjectedVolumeSource is several sources in one directory.",
         {{"defaultMode", "*int32", "Mode bits of files."},
          {"sources", "[]v1.VolumeProjection", "The sources."}}},
        {"VolumeProjection",
         core_package,
         "VolumeProjection is one source of a projected volume.",
         {{"configMap", "*v1.ConfigMapProjection", "A ConfigMap."},
          {"downwardAPI", "*v1.DownwardAPIProjection", "Data about the pod."},
          {"secret", "*v1.SecretProjection", "A Secret."},
          {"serviceAccountToken", "*v1.ServiceAccountTokenProjection", "A token."}}},
        {"ConfigMapProjection", core_package, "Adapts a ConfigMap.", local_object_fields()},
        {"SecretProjection", core_package, "Adapts a Secret.", local_object_fields()},
        {"DownwardAPIProjection",
         core_package,
         "DownwardAPIProjection is data about the pod.",
         {{"items", "[]v1.DownwardAPIVolumeFile", "The files."}}},
        {"ServiceAccountTokenProjection",
         core_package,
         "ServiceAccountTokenProjection is a token in a file.",
         {{"audience", "string", "For whom the token is."},
          {"expirationSeconds", "*int64", "How long it is valid. Defaults to 1 hour."},
          {"path", "string", "Where to put it.", {.required = true}}}},
        {"CSIVolumeSource",
         core_package,
         "CSIVolumeSource is storage handled by a CSI driver.",
         {{"driver", "string", "Name of the driver.", {.required = true}},
          {"fsType", "string", "Filesystem type to mount."},
          {"nodePublishSecretRef", "*v1.LocalObjectReference", "A Secret for the driver."},
          {"readOnly", "*bool", "Read-only."},
          {"volumeAttributes", "map[string]string", "Properties for the driver."}}},
        {"EphemeralVolumeSource",
         core_package,
         "EphemeralVolumeSource is a volume handled by a storage driver.",
         {{"volumeClaimTemplate", "*runtime.RawExtension", "A claim to create; not looked into."}}},
    };
}

}  // namespace kcheck::reference::apiserver
