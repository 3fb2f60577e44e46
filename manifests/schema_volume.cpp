// core/v1: volumes. What binds a claim, attaches a disk or asks a server may wait for ever.
#include "manifests/schema.hpp"

namespace kcheck::manifests {

namespace {

constexpr std::string_view host_path_types[] = {
    "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"};
constexpr std::string_view pull_policies[] = {"Always", "IfNotPresent", "Never"};

constexpr Field reference_fields[] = {none("name", Type::string)};
constexpr Schema reference = {"LocalObjectReference of a volume", reference_fields};

constexpr Field secret_reference_fields[] = {none("name", Type::string), none("namespace", Type::string)};
constexpr Schema secret_reference = {"SecretReference", secret_reference_fields};

constexpr Field key_to_path_fields[] = {
    none("key", Type::string),
    none("mode", Type::int32),
    none("path", Type::string),
};
constexpr Schema key_to_path = {"KeyToPath", key_to_path_fields};

constexpr Field secret_fields[] = {
    none("defaultMode", Type::int32),
    none("items", Type::list, &key_to_path),
    none("optional", Type::boolean),
    assumed("secretName"),
};
constexpr Schema secret = {"SecretVolumeSource", secret_fields};

constexpr Field config_map_fields[] = {
    none("defaultMode", Type::int32),
    none("items", Type::list, &key_to_path),
    assumed("name"),
    none("optional", Type::boolean),
};
constexpr Schema config_map = {"ConfigMapVolumeSource", config_map_fields};

constexpr Field projection_fields[] = {
    none("items", Type::list, &key_to_path),
    assumed("name"),
    none("optional", Type::boolean),
};
constexpr Schema projection = {"SecretProjection, ConfigMapProjection", projection_fields};

constexpr Field downward_file_fields[] = {
    none("fieldRef", Type::object, &field_selector_schema),
    none("mode", Type::int32),
    none("path", Type::string),
    none("resourceFieldRef", Type::object, &resource_selector_schema),
};
constexpr Schema downward_file = {"DownwardAPIVolumeFile", downward_file_fields};

constexpr Field downward_fields[] = {
    none("defaultMode", Type::int32),
    none("items", Type::list, &downward_file),
};
constexpr Schema downward = {"DownwardAPIVolumeSource", downward_fields};

constexpr Field downward_projection_fields[] = {none("items", Type::list, &downward_file)};
constexpr Schema downward_projection = {"DownwardAPIProjection", downward_projection_fields};

constexpr Field token_fields[] = {
    none("audience", Type::string),
    none("expirationSeconds", Type::int64),
    none("path", Type::string),
};
constexpr Schema token = {"ServiceAccountTokenProjection", token_fields};

constexpr Field trust_bundle_fields[] = {
    none("labelSelector", Type::object, &label_selector_schema),
    none("name", Type::string),
    none("optional", Type::boolean),
    none("path", Type::string),
    none("signerName", Type::string),
};
constexpr Schema trust_bundle = {"ClusterTrustBundleProjection", trust_bundle_fields};

constexpr Field pod_certificate_fields[] = {
    none("certificateChainPath", Type::string),
    none("credentialBundlePath", Type::string),
    none("keyPath", Type::string),
    none("keyType", Type::string),
    none("maxExpirationSeconds", Type::int32),
    none("signerName", Type::string),
    none("userAnnotations", Type::string_map),
};
constexpr Schema pod_certificate = {"PodCertificateProjection", pod_certificate_fields};

constexpr Field volume_projection_fields[] = {
    decides("clusterTrustBundle", Type::object, "volumes", &trust_bundle),
    none("configMap", Type::object, &projection),
    none("downwardAPI", Type::object, &downward_projection),
    decides("podCertificate", Type::object, "volumes", &pod_certificate),
    none("secret", Type::object, &projection),
    none("serviceAccountToken", Type::object, &token),
};
constexpr Schema volume_projection = {"VolumeProjection", volume_projection_fields};

constexpr Field projected_fields[] = {
    none("defaultMode", Type::int32),
    none("sources", Type::list, &volume_projection),
};
constexpr Schema projected = {"ProjectedVolumeSource", projected_fields};

constexpr Field empty_dir_fields[] = {
    none("medium", Type::string),
    none("sizeLimit", Type::quantity),
};
constexpr Schema empty_dir = {"EmptyDirVolumeSource", empty_dir_fields};

constexpr Field host_path_fields[] = {
    // With a type that must be there already, it is one of the things assumed.
    assumed("path"),
    one_of(none("type", Type::string), host_path_types),
};
constexpr Schema host_path = {"HostPathVolumeSource", host_path_fields};

constexpr Field image_fields[] = {
    one_of(none("pullPolicy", Type::string), pull_policies),
    assumed("reference"),
};
constexpr Schema image = {"ImageVolumeSource", image_fields};

constexpr Field claim_fields[] = {
    assumed("claimName"),
    none("readOnly", Type::boolean),
};
constexpr Schema claim = {"PersistentVolumeClaimVolumeSource", claim_fields};

constexpr Field typed_reference_fields[] = {
    none("apiGroup", Type::string),
    none("kind", Type::string),
    none("name", Type::string),
    none("namespace", Type::string),
};
constexpr Schema typed_reference = {"TypedObjectReference", typed_reference_fields};

constexpr Field volume_resources_fields[] = {
    none("limits", Type::quantity_map),
    none("requests", Type::quantity_map),
};
constexpr Schema volume_resources = {"VolumeResourceRequirements", volume_resources_fields};

constexpr Field claim_spec_fields[] = {
    none("accessModes", Type::string_list),
    none("dataSource", Type::object, &typed_reference),
    none("dataSourceRef", Type::object, &typed_reference),
    none("resources", Type::object, &volume_resources),
    none("selector", Type::object, &label_selector_schema),
    none("storageClassName", Type::string),
    none("volumeAttributesClassName", Type::string),
    none("volumeMode", Type::string),
    none("volumeName", Type::string),
};
constexpr Schema claim_spec = {"PersistentVolumeClaimSpec", claim_spec_fields};

constexpr Field claim_template_fields[] = {
    none("metadata", Type::object, &template_meta_schema),
    none("spec", Type::object, &claim_spec),
};
constexpr Schema claim_template = {"PersistentVolumeClaimTemplate", claim_template_fields};

constexpr Field ephemeral_fields[] = {none("volumeClaimTemplate", Type::object, &claim_template)};
constexpr Schema ephemeral = {"EphemeralVolumeSource", ephemeral_fields};

constexpr Field csi_fields[] = {
    none("driver", Type::string),
    none("fsType", Type::string),
    none("nodePublishSecretRef", Type::object, &reference),
    none("readOnly", Type::boolean),
    none("volumeAttributes", Type::string_map),
};
constexpr Schema csi = {"CSIVolumeSource", csi_fields};

constexpr Field nfs_fields[] = {
    none("path", Type::string),
    none("readOnly", Type::boolean),
    none("server", Type::string),
};
constexpr Schema nfs = {"NFSVolumeSource", nfs_fields};

constexpr Field aws_fields[] = {
    none("fsType", Type::string),
    none("partition", Type::int32),
    none("readOnly", Type::boolean),
    none("volumeID", Type::string),
};
constexpr Schema aws = {"AWSElasticBlockStoreVolumeSource", aws_fields};

constexpr Field azure_disk_fields[] = {
    none("cachingMode", Type::string), none("diskName", Type::string), none("diskURI", Type::string),
    none("fsType", Type::string),      none("kind", Type::string),     none("readOnly", Type::boolean),
};
constexpr Schema azure_disk = {"AzureDiskVolumeSource", azure_disk_fields};

constexpr Field azure_file_fields[] = {
    none("readOnly", Type::boolean),
    none("secretName", Type::string),
    none("shareName", Type::string),
};
constexpr Schema azure_file = {"AzureFileVolumeSource", azure_file_fields};

constexpr Field ceph_fields[] = {
    none("monitors", Type::string_list),
    none("path", Type::string),
    none("readOnly", Type::boolean),
    none("secretFile", Type::string),
    none("secretRef", Type::object, &reference),
    none("user", Type::string),
};
constexpr Schema ceph = {"CephFSVolumeSource", ceph_fields};

constexpr Field cinder_fields[] = {
    none("fsType", Type::string),
    none("readOnly", Type::boolean),
    none("secretRef", Type::object, &reference),
    none("volumeID", Type::string),
};
constexpr Schema cinder = {"CinderVolumeSource", cinder_fields};

constexpr Field fc_fields[] = {
    none("fsType", Type::string),          none("lun", Type::int32),         none("readOnly", Type::boolean),
    none("targetWWNs", Type::string_list), none("wwids", Type::string_list),
};
constexpr Schema fc = {"FCVolumeSource", fc_fields};

constexpr Field flex_fields[] = {
    none("driver", Type::string),
    none("fsType", Type::string),
    none("options", Type::string_map),
    none("readOnly", Type::boolean),
    none("secretRef", Type::object, &reference),
};
constexpr Schema flex = {"FlexVolumeSource", flex_fields};

constexpr Field flocker_fields[] = {none("datasetName", Type::string), none("datasetUUID", Type::string)};
constexpr Schema flocker = {"FlockerVolumeSource", flocker_fields};

constexpr Field gce_fields[] = {
    none("fsType", Type::string),
    none("partition", Type::int32),
    none("pdName", Type::string),
    none("readOnly", Type::boolean),
};
constexpr Schema gce = {"GCEPersistentDiskVolumeSource", gce_fields};

constexpr Field git_fields[] = {
    none("directory", Type::string),
    none("repository", Type::string),
    none("revision", Type::string),
};
constexpr Schema git = {"GitRepoVolumeSource", git_fields};

constexpr Field gluster_fields[] = {
    none("endpoints", Type::string),
    none("path", Type::string),
    none("readOnly", Type::boolean),
};
constexpr Schema gluster = {"GlusterfsVolumeSource", gluster_fields};

constexpr Field iscsi_fields[] = {
    none("chapAuthDiscovery", Type::boolean),
    none("chapAuthSession", Type::boolean),
    none("fsType", Type::string),
    none("initiatorName", Type::string),
    none("iqn", Type::string),
    none("iscsiInterface", Type::string),
    none("lun", Type::int32),
    none("portals", Type::string_list),
    none("readOnly", Type::boolean),
    none("secretRef", Type::object, &reference),
    none("targetPortal", Type::string),
};
constexpr Schema iscsi = {"ISCSIVolumeSource", iscsi_fields};

constexpr Field photon_fields[] = {none("fsType", Type::string), none("pdID", Type::string)};
constexpr Schema photon = {"PhotonPersistentDiskVolumeSource", photon_fields};

constexpr Field portworx_fields[] = {
    none("fsType", Type::string),
    none("readOnly", Type::boolean),
    none("volumeID", Type::string),
};
constexpr Schema portworx = {"PortworxVolumeSource", portworx_fields};

constexpr Field quobyte_fields[] = {
    none("group", Type::string),  none("readOnly", Type::boolean), none("registry", Type::string),
    none("tenant", Type::string), none("user", Type::string),      none("volume", Type::string),
};
constexpr Schema quobyte = {"QuobyteVolumeSource", quobyte_fields};

constexpr Field rbd_fields[] = {
    none("fsType", Type::string),
    none("image", Type::string),
    none("keyring", Type::string),
    none("monitors", Type::string_list),
    none("pool", Type::string),
    none("readOnly", Type::boolean),
    none("secretRef", Type::object, &reference),
    none("user", Type::string),
};
constexpr Schema rbd = {"RBDVolumeSource", rbd_fields};

constexpr Field scale_io_fields[] = {
    none("fsType", Type::string),
    none("gateway", Type::string),
    none("protectionDomain", Type::string),
    none("readOnly", Type::boolean),
    none("secretRef", Type::object, &secret_reference),
    none("sslEnabled", Type::boolean),
    none("storageMode", Type::string),
    none("storagePool", Type::string),
    none("system", Type::string),
    none("volumeName", Type::string),
};
constexpr Schema scale_io = {"ScaleIOVolumeSource", scale_io_fields};

constexpr Field storage_os_fields[] = {
    none("fsType", Type::string),
    none("readOnly", Type::boolean),
    none("secretRef", Type::object, &reference),
    none("volumeName", Type::string),
    none("volumeNamespace", Type::string),
};
constexpr Schema storage_os = {"StorageOSVolumeSource", storage_os_fields};

constexpr Field vsphere_fields[] = {
    none("fsType", Type::string),
    none("storagePolicyID", Type::string),
    none("storagePolicyName", Type::string),
    none("volumePath", Type::string),
};
constexpr Schema vsphere = {"VsphereVirtualDiskVolumeSource", vsphere_fields};

constexpr Field mounts(std::string_view name, const Schema* source) {
    return decides(name, Type::object, "volumes", source);
}

constexpr Field volume_fields[] = {
    mounts("awsElasticBlockStore", &aws),
    mounts("azureDisk", &azure_disk),
    mounts("azureFile", &azure_file),
    mounts("cephfs", &ceph),
    mounts("cinder", &cinder),
    none("configMap", Type::object, &config_map),
    mounts("csi", &csi),
    none("downwardAPI", Type::object, &downward),
    none("emptyDir", Type::object, &empty_dir),
    mounts("ephemeral", &ephemeral),
    mounts("fc", &fc),
    mounts("flexVolume", &flex),
    mounts("flocker", &flocker),
    mounts("gcePersistentDisk", &gce),
    mounts("gitRepo", &git),
    mounts("glusterfs", &gluster),
    none("hostPath", Type::object, &host_path),
    none("image", Type::object, &image),
    mounts("iscsi", &iscsi),
    none("name", Type::string),
    mounts("nfs", &nfs),
    mounts("persistentVolumeClaim", &claim),
    mounts("photonPersistentDisk", &photon),
    mounts("portworxVolume", &portworx),
    none("projected", Type::object, &projected),
    mounts("quobyte", &quobyte),
    mounts("rbd", &rbd),
    mounts("scaleIO", &scale_io),
    none("secret", Type::object, &secret),
    mounts("storageos", &storage_os),
    mounts("vsphereVolume", &vsphere),
};

}  // namespace

const Schema volume_schema = {"Volume", volume_fields};

}  // namespace kcheck::manifests
