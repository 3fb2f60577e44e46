#include "reference/http/protobuf_fields.hpp"

namespace kcheck::reference::http {

std::string_view protobuf_fields_of_core() {
    return R"(
meta.Condition: type=1s! status=2s! observedGeneration=3i lastTransitionTime=4t reason=5s! message=6s!
meta.DeleteOptions: gracePeriodSeconds=1i! preconditions=2@meta.Preconditions orphanDependents=3b!
  propagationPolicy=4s! dryRun=5*s ignoreStoreReadErrorWithClusterBreakingPotential=6b!
meta.LabelSelector: matchLabels=1%s matchExpressions=2*@meta.LabelSelectorRequirement
meta.LabelSelectorRequirement: key=1s! operator=2s! values=3*s
meta.ManagedFieldsEntry: manager=1s operation=2s apiVersion=3s time=4t fieldsType=6s fieldsV1=7j!
  subresource=8s
meta.ObjectMeta: name=1s generateName=2s namespace=3s selfLink=4s uid=5s resourceVersion=6s generation=7i
  creationTimestamp=8t deletionTimestamp=9t deletionGracePeriodSeconds=10i! labels=11%s annotations=12%s
  ownerReferences=13*@meta.OwnerReference finalizers=14*s managedFields=17*@meta.ManagedFieldsEntry
meta.OwnerReference: apiVersion=5s! kind=1s! name=3s! uid=4s! controller=6b! blockOwnerDeletion=7b!
meta.Preconditions: uid=1s! resourceVersion=2s!
v1.AWSElasticBlockStoreVolumeSource: volumeID=1s! fsType=2s partition=3i readOnly=4b
v1.Affinity: nodeAffinity=1@v1.NodeAffinity podAffinity=2@v1.PodAffinity
  podAntiAffinity=3@v1.PodAntiAffinity
v1.AppArmorProfile: type=1s! localhostProfile=2s!
v1.AttachedVolume: name=1s! devicePath=2s!
v1.AzureDiskVolumeSource: diskName=1s! diskURI=2s! cachingMode=3s! fsType=4s! readOnly=5b! kind=6s!
v1.AzureFilePersistentVolumeSource: secretName=1s! shareName=2s! readOnly=3b secretNamespace=4s!
v1.AzureFileVolumeSource: secretName=1s! shareName=2s! readOnly=3b
v1.Binding: metadata=1@meta.ObjectMeta target=2@v1.ObjectReference
v1.CSIPersistentVolumeSource: driver=1s! volumeHandle=2s! readOnly=3b fsType=4s volumeAttributes=5%s
  controllerPublishSecretRef=6@v1.SecretReference nodeStageSecretRef=7@v1.SecretReference
  nodePublishSecretRef=8@v1.SecretReference controllerExpandSecretRef=9@v1.SecretReference
  nodeExpandSecretRef=10@v1.SecretReference
v1.CSIVolumeSource: driver=1s! readOnly=2b! fsType=3s! volumeAttributes=4%s
  nodePublishSecretRef=5@v1.LocalObjectReference
v1.Capabilities: add=1*s drop=2*s
v1.CephFSPersistentVolumeSource: monitors=1*s path=2s user=3s secretFile=4s secretRef=5@v1.SecretReference
  readOnly=6b
v1.CephFSVolumeSource: monitors=1*s path=2s user=3s secretFile=4s secretRef=5@v1.LocalObjectReference
  readOnly=6b
v1.CinderPersistentVolumeSource: volumeID=1s! fsType=2s readOnly=3b secretRef=4@v1.SecretReference
v1.CinderVolumeSource: volumeID=1s! fsType=2s readOnly=3b secretRef=4@v1.LocalObjectReference
v1.ClientIPConfig: timeoutSeconds=1i!
v1.ClusterTrustBundleProjection: name=1s! signerName=2s! labelSelector=3@meta.LabelSelector optional=5b!
  path=4s! user=6i!
v1.ConfigMap: metadata=1@meta.ObjectMeta immutable=4b! data=2%s binaryData=3%y
v1.ConfigMapEnvSource: =1^v1.LocalObjectReference optional=2b!
v1.ConfigMapKeySelector: =1^v1.LocalObjectReference key=2s! optional=3b!
v1.ConfigMapNodeConfigSource: namespace=1s! name=2s! uid=3s resourceVersion=4s kubeletConfigKey=5s!
v1.ConfigMapProjection: =1^v1.LocalObjectReference items=2*@v1.KeyToPath optional=4b!
v1.ConfigMapVolumeSource: =1^v1.LocalObjectReference items=2*@v1.KeyToPath defaultMode=3i! optional=4b!
  defaultUser=5i!
v1.Container: name=1s! image=2s command=3*s args=4*s workingDir=5s ports=6*@v1.ContainerPort
  envFrom=19*@v1.EnvFromSource env=7*@v1.EnvVar resources=8@v1.ResourceRequirements
  resizePolicy=23*@v1.ContainerResizePolicy restartPolicy=24s!
  restartPolicyRules=25*@v1.ContainerRestartRule volumeMounts=9*@v1.VolumeMount
  volumeDevices=21*@v1.VolumeDevice livenessProbe=10@v1.Probe readinessProbe=11@v1.Probe
  startupProbe=22@v1.Probe lifecycle=12@v1.Lifecycle terminationMessagePath=13s
  terminationMessagePolicy=20s imagePullPolicy=14s securityContext=15@v1.SecurityContext stdin=16b
  stdinOnce=17b tty=18b
v1.ContainerExtendedResourceRequest: containerName=1s! resourceName=2s! requestName=3s!
v1.ContainerImage: names=1*s sizeBytes=2i
v1.ContainerPort: name=1s hostPort=2i containerPort=3i! protocol=4s hostIP=5s
v1.ContainerResizePolicy: resourceName=1s! restartPolicy=2s!
v1.ContainerRestartRule: action=1s exitCodes=2@v1.ContainerRestartRuleOnExitCodes
v1.ContainerRestartRuleOnExitCodes: operator=1s values=2*i
v1.ContainerState: waiting=1@v1.ContainerStateWaiting running=2@v1.ContainerStateRunning
  terminated=3@v1.ContainerStateTerminated
v1.ContainerStateRunning: startedAt=1t
v1.ContainerStateTerminated: exitCode=1i! signal=2i reason=3s message=4s startedAt=5t finishedAt=6t
  containerID=7s
v1.ContainerStateWaiting: reason=1s message=2s
v1.ContainerStatus: name=1s! state=2@v1.ContainerState lastState=3@v1.ContainerState ready=4b!
  restartCount=5i! image=6s! imageID=7s! containerID=8s started=9b! allocatedResources=10%q
  resources=11@v1.ResourceRequirements volumeMounts=12*@v1.VolumeMountStatus user=13@v1.ContainerUser
  allocatedResourcesStatus=14*@v1.ResourceStatus stopSignal=15s!
v1.ContainerUser: linux=1@v1.LinuxContainerUser
v1.DaemonEndpoint: Port=1i!
v1.DownwardAPIProjection: items=1*@v1.DownwardAPIVolumeFile
v1.DownwardAPIVolumeFile: path=1s! fieldRef=2@v1.ObjectFieldSelector
  resourceFieldRef=3@v1.ResourceFieldSelector mode=4i! user=5i!
v1.DownwardAPIVolumeSource: items=1*@v1.DownwardAPIVolumeFile defaultMode=2i! defaultUser=3i!
v1.EmptyDirVolumeSource: medium=1s sizeLimit=2q! mode=3i!
v1.EndpointAddress: ip=1s! hostname=3s nodeName=4s! targetRef=2@v1.ObjectReference
v1.EndpointPort: name=1s port=2i! protocol=3s appProtocol=4s!
v1.EndpointSubset: addresses=1*@v1.EndpointAddress notReadyAddresses=2*@v1.EndpointAddress
  ports=3*@v1.EndpointPort
v1.Endpoints: metadata=1@meta.ObjectMeta subsets=2*@v1.EndpointSubset
v1.EnvFromSource: prefix=1s configMapRef=2@v1.ConfigMapEnvSource secretRef=3@v1.SecretEnvSource
v1.EnvVar: name=1s! value=2s valueFrom=3@v1.EnvVarSource
v1.EnvVarSource: fieldRef=1@v1.ObjectFieldSelector resourceFieldRef=2@v1.ResourceFieldSelector
  configMapKeyRef=3@v1.ConfigMapKeySelector secretKeyRef=4@v1.SecretKeySelector
  fileKeyRef=5@v1.FileKeySelector
v1.EphemeralContainer: =1^v1.EphemeralContainerCommon targetContainerName=2s
v1.EphemeralContainerCommon: name=1s! image=2s command=3*s args=4*s workingDir=5s ports=6*@v1.ContainerPort
  envFrom=19*@v1.EnvFromSource env=7*@v1.EnvVar resources=8@v1.ResourceRequirements
  resizePolicy=23*@v1.ContainerResizePolicy restartPolicy=24s!
  restartPolicyRules=25*@v1.ContainerRestartRule volumeMounts=9*@v1.VolumeMount
  volumeDevices=21*@v1.VolumeDevice livenessProbe=10@v1.Probe readinessProbe=11@v1.Probe
  startupProbe=22@v1.Probe lifecycle=12@v1.Lifecycle terminationMessagePath=13s
  terminationMessagePolicy=20s imagePullPolicy=14s securityContext=15@v1.SecurityContext stdin=16b
  stdinOnce=17b tty=18b
v1.EphemeralVolumeSource: volumeClaimTemplate=1@v1.PersistentVolumeClaimTemplate
v1.Event: metadata=1@meta.ObjectMeta involvedObject=2@v1.ObjectReference reason=3s message=4s
  source=5@v1.EventSource firstTimestamp=6t lastTimestamp=7t count=8i type=9s eventTime=10u
  series=11@v1.EventSeries action=12s related=13@v1.ObjectReference reportingComponent=14s!
  reportingInstance=15s!
v1.EventSeries: count=1i lastObservedTime=2u
v1.EventSource: component=1s host=2s
v1.EvictionResponder: name=1s! priority=2i!
v1.ExecAction: command=1*s
v1.FCVolumeSource: targetWWNs=1*s lun=2i! fsType=3s readOnly=4b wwids=5*s
v1.FileKeySelector: volumeName=1s! path=2s! key=3s! optional=4b!
v1.FlexPersistentVolumeSource: driver=1s! fsType=2s secretRef=3@v1.SecretReference readOnly=4b options=5%s
v1.FlexVolumeSource: driver=1s! fsType=2s secretRef=3@v1.LocalObjectReference readOnly=4b options=5%s
v1.FlockerVolumeSource: datasetName=1s datasetUUID=2s
v1.GCEPersistentDiskVolumeSource: pdName=1s! fsType=2s partition=3i readOnly=4b
v1.GRPCAction: port=1i! service=2s! mode=3s!
v1.GitRepoVolumeSource: repository=1s! revision=2s directory=3s
v1.GlusterfsPersistentVolumeSource: endpoints=1s! path=2s! readOnly=3b endpointsNamespace=4s!
v1.GlusterfsVolumeSource: endpoints=1s! path=2s! readOnly=3b
v1.HTTPGetAction: path=1s port=2x! host=3s scheme=4s httpHeaders=5*@v1.HTTPHeader protocol=6s!
v1.HTTPHeader: name=1s! value=2s!
v1.HostAlias: ip=1s! hostnames=2*s
v1.HostIP: ip=1s!
v1.HostPathVolumeSource: path=1s! type=2s!
v1.ISCSIPersistentVolumeSource: targetPortal=1s! iqn=2s! lun=3i! iscsiInterface=4s fsType=5s readOnly=6b
  portals=7*s chapAuthDiscovery=8b chapAuthSession=11b secretRef=10@v1.SecretReference initiatorName=12s!
v1.ISCSIVolumeSource: targetPortal=1s! iqn=2s! lun=3i! iscsiInterface=4s fsType=5s readOnly=6b portals=7*s
  chapAuthDiscovery=8b chapAuthSession=11b secretRef=10@v1.LocalObjectReference initiatorName=12s!
v1.ImageVolumeSource: reference=1s pullPolicy=2s
v1.ImageVolumeStatus: imageRef=1s
v1.KeyToPath: key=1s! path=2s! mode=3i! user=4i!
v1.Lifecycle: postStart=1@v1.LifecycleHandler preStop=2@v1.LifecycleHandler stopSignal=3s!
v1.LifecycleHandler: exec=1@v1.ExecAction httpGet=2@v1.HTTPGetAction tcpSocket=3@v1.TCPSocketAction
  sleep=4@v1.SleepAction
v1.LimitRange: metadata=1@meta.ObjectMeta spec=2@v1.LimitRangeSpec
v1.LimitRangeItem: type=1s! max=2%q min=3%q default=4%q defaultRequest=5%q maxLimitRequestRatio=6%q
v1.LimitRangeSpec: limits=1*@v1.LimitRangeItem
v1.LinuxContainerUser: uid=1i! gid=2i! supplementalGroups=3*i
v1.LoadBalancerIngress: ip=1s hostname=2s ipMode=3s! ports=4*@v1.PortStatus
v1.LoadBalancerStatus: ingress=1*@v1.LoadBalancerIngress
v1.LocalObjectReference: name=1s
v1.LocalVolumeSource: path=1s! fsType=2s!
v1.ModifyVolumeStatus: targetVolumeAttributesClassName=1s status=2s!
v1.NFSVolumeSource: server=1s! path=2s! readOnly=3b
v1.Namespace: metadata=1@meta.ObjectMeta spec=2@v1.NamespaceSpec status=3@v1.NamespaceStatus
v1.NamespaceCondition: type=1s! status=2s! lastTransitionTime=4t reason=5s message=6s
v1.NamespaceSpec: finalizers=1*s
v1.NamespaceStatus: phase=1s conditions=2*@v1.NamespaceCondition
v1.Node: metadata=1@meta.ObjectMeta spec=2@v1.NodeSpec status=3@v1.NodeStatus
v1.NodeAddress: type=1s! address=2s!
v1.NodeAffinity: requiredDuringSchedulingIgnoredDuringExecution=1@v1.NodeSelector
  preferredDuringSchedulingIgnoredDuringExecution=2*@v1.PreferredSchedulingTerm
v1.NodeAllocatableMappedResources: name=1s! quantity=2q!
v1.NodeAllocatableOverheadResources: name=1s! perPod=2q! perContainer=3q!
v1.NodeAllocatableResourceClaimStatus: resourceClaimName=1s! containers=2*s
  mapping=4*@v1.NodeAllocatableMappedResources overhead=5*@v1.NodeAllocatableOverheadResources
v1.NodeCondition: type=1s! status=2s! lastHeartbeatTime=3t lastTransitionTime=4t reason=5s message=6s
v1.NodeConfigSource: configMap=2@v1.ConfigMapNodeConfigSource
v1.NodeConfigStatus: assigned=1@v1.NodeConfigSource active=2@v1.NodeConfigSource
  lastKnownGood=3@v1.NodeConfigSource error=4s
v1.NodeDaemonEndpoints: kubeletEndpoint=1@v1.DaemonEndpoint
v1.NodeFeatures: supplementalGroupsPolicy=1b!
v1.NodePodPreemptionPolicy: disableResizePreemption=1*s
v1.NodeRuntimeHandler: name=1s! features=2@v1.NodeRuntimeHandlerFeatures
v1.NodeRuntimeHandlerFeatures: recursiveReadOnlyMounts=1b! userNamespaces=2b!
v1.NodeSelector: nodeSelectorTerms=1*@v1.NodeSelectorTerm
v1.NodeSelectorRequirement: key=1s! operator=2s! values=3*s
v1.NodeSelectorTerm: matchExpressions=1*@v1.NodeSelectorRequirement
  matchFields=2*@v1.NodeSelectorRequirement
v1.NodeSpec: podCIDR=1s podCIDRs=7*s providerID=3s unschedulable=4b taints=5*@v1.Taint
  configSource=6@v1.NodeConfigSource externalID=2s podPreemptionPolicy=8@v1.NodePodPreemptionPolicy
v1.NodeStatus: capacity=1%q allocatable=2%q phase=3s conditions=4*@v1.NodeCondition
  addresses=5*@v1.NodeAddress daemonEndpoints=6@v1.NodeDaemonEndpoints nodeInfo=7@v1.NodeSystemInfo
  images=8*@v1.ContainerImage volumesInUse=9*s volumesAttached=10*@v1.AttachedVolume
  config=11@v1.NodeConfigStatus runtimeHandlers=12*@v1.NodeRuntimeHandler features=13@v1.NodeFeatures
  declaredFeatures=14*s
v1.NodeSwapStatus: capacity=1i!
v1.NodeSystemInfo: machineID=1s! systemUUID=2s! bootID=3s! kernelVersion=4s! osImage=5s!
  containerRuntimeVersion=6s! kubeletVersion=7s! kubeProxyVersion=8s! operatingSystem=9s!
  architecture=10s! swap=11@v1.NodeSwapStatus
v1.ObjectFieldSelector: apiVersion=1s fieldPath=2s!
v1.ObjectReference: kind=1s namespace=2s name=3s uid=4s apiVersion=5s resourceVersion=6s fieldPath=7s
v1.PersistentVolume: metadata=1@meta.ObjectMeta spec=2@v1.PersistentVolumeSpec
  status=3@v1.PersistentVolumeStatus
v1.PersistentVolumeClaim: metadata=1@meta.ObjectMeta spec=2@v1.PersistentVolumeClaimSpec
  status=3@v1.PersistentVolumeClaimStatus
v1.PersistentVolumeClaimCondition: type=1s! status=2s! lastProbeTime=3t lastTransitionTime=4t reason=5s
  message=6s
v1.PersistentVolumeClaimSpec: accessModes=1*s selector=4@meta.LabelSelector
  resources=2@v1.VolumeResourceRequirements volumeName=3s storageClassName=5s! volumeMode=6s!
  dataSource=7@v1.TypedLocalObjectReference dataSourceRef=8@v1.TypedObjectReference
  volumeAttributesClassName=9s!
v1.PersistentVolumeClaimStatus: phase=1s accessModes=2*s capacity=3%q
  conditions=4*@v1.PersistentVolumeClaimCondition allocatedResources=5%q allocatedResourceStatuses=7%s
  currentVolumeAttributesClassName=8s! modifyVolumeStatus=9@v1.ModifyVolumeStatus
  healthStatus=10@v1.VolumeHealthStatus
v1.PersistentVolumeClaimTemplate: metadata=1@meta.ObjectMeta spec=2@v1.PersistentVolumeClaimSpec
v1.PersistentVolumeClaimVolumeSource: claimName=1s! readOnly=2b
v1.PersistentVolumeSource: gcePersistentDisk=1@v1.GCEPersistentDiskVolumeSource
  awsElasticBlockStore=2@v1.AWSElasticBlockStoreVolumeSource hostPath=3@v1.HostPathVolumeSource
  glusterfs=4@v1.GlusterfsPersistentVolumeSource nfs=5@v1.NFSVolumeSource
  rbd=6@v1.RBDPersistentVolumeSource iscsi=7@v1.ISCSIPersistentVolumeSource
  cinder=8@v1.CinderPersistentVolumeSource cephfs=9@v1.CephFSPersistentVolumeSource
  fc=10@v1.FCVolumeSource flocker=11@v1.FlockerVolumeSource flexVolume=12@v1.FlexPersistentVolumeSource
  azureFile=13@v1.AzureFilePersistentVolumeSource vsphereVolume=14@v1.VsphereVirtualDiskVolumeSource
  quobyte=15@v1.QuobyteVolumeSource azureDisk=16@v1.AzureDiskVolumeSource
  photonPersistentDisk=17@v1.PhotonPersistentDiskVolumeSource portworxVolume=18@v1.PortworxVolumeSource
  scaleIO=19@v1.ScaleIOPersistentVolumeSource local=20@v1.LocalVolumeSource
  storageos=21@v1.StorageOSPersistentVolumeSource csi=22@v1.CSIPersistentVolumeSource
v1.PersistentVolumeSpec: capacity=1%q =2^v1.PersistentVolumeSource accessModes=3*s
  claimRef=4@v1.ObjectReference persistentVolumeReclaimPolicy=5s storageClassName=6s mountOptions=7*s
  volumeMode=8s! nodeAffinity=9@v1.VolumeNodeAffinity volumeAttributesClassName=10s!
v1.PersistentVolumeStatus: phase=1s message=2s reason=3s lastPhaseTransitionTime=4t
v1.PhotonPersistentDiskVolumeSource: pdID=1s! fsType=2s
v1.Pod: metadata=1@meta.ObjectMeta spec=2@v1.PodSpec status=3@v1.PodStatus
v1.PodAffinity: requiredDuringSchedulingIgnoredDuringExecution=1*@v1.PodAffinityTerm
  preferredDuringSchedulingIgnoredDuringExecution=2*@v1.WeightedPodAffinityTerm
v1.PodAffinityTerm: labelSelector=1@meta.LabelSelector namespaces=2*s topologyKey=3s!
  namespaceSelector=4@meta.LabelSelector matchLabelKeys=5*s mismatchLabelKeys=6*s
v1.PodAntiAffinity: requiredDuringSchedulingIgnoredDuringExecution=1*@v1.PodAffinityTerm
  preferredDuringSchedulingIgnoredDuringExecution=2*@v1.WeightedPodAffinityTerm
v1.PodCertificateProjection: signerName=1s keyType=2s maxExpirationSeconds=3i! credentialBundlePath=4s
  keyPath=5s certificateChainPath=6s userAnnotations=7%s user=8i!
v1.PodCondition: type=1s! observedGeneration=7i status=2s! lastProbeTime=3t lastTransitionTime=4t reason=5s
  message=6s
v1.PodDNSConfig: nameservers=1*s searches=2*s options=3*@v1.PodDNSConfigOption
v1.PodDNSConfigOption: name=1s value=2s!
v1.PodExtendedResourceClaimStatus: requestMappings=1*@v1.ContainerExtendedResourceRequest
  resourceClaimName=2s!
v1.PodIP: ip=1s!
v1.PodOS: name=1s!
v1.PodReadinessGate: conditionType=1s!
v1.PodResourceClaim: name=1s! resourceClaimName=3s! resourceClaimTemplateName=4s!
v1.PodResourceClaimStatus: name=1s! resourceClaimName=2s!
v1.PodSchedulingGate: name=1s!
v1.PodSchedulingGroup: podGroupName=1s!
v1.PodSecurityContext: seLinuxOptions=1@v1.SELinuxOptions windowsOptions=8@v1.WindowsSecurityContextOptions
  runAsUser=2i! runAsGroup=6i! runAsNonRoot=3b! supplementalGroups=4*i supplementalGroupsPolicy=12s!
  fsGroup=5i! sysctls=7*@v1.Sysctl fsGroupChangePolicy=9s! seccompProfile=10@v1.SeccompProfile
  appArmorProfile=11@v1.AppArmorProfile seLinuxChangePolicy=13s!
v1.PodSpec: volumes=1*@v1.Volume initContainers=20*@v1.Container containers=2*@v1.Container
  ephemeralContainers=34*@v1.EphemeralContainer restartPolicy=3s terminationGracePeriodSeconds=4i!
  activeDeadlineSeconds=5i! dnsPolicy=6s nodeSelector=7%s serviceAccountName=8s serviceAccount=9s
  automountServiceAccountToken=21b! nodeName=10s hostNetwork=11b hostPID=12b hostIPC=13b
  shareProcessNamespace=27b! securityContext=14@v1.PodSecurityContext
  imagePullSecrets=15*@v1.LocalObjectReference hostname=16s subdomain=17s affinity=18@v1.Affinity
  schedulerName=19s tolerations=22*@v1.Toleration hostAliases=23*@v1.HostAlias priorityClassName=24s
  priority=25i! dnsConfig=26@v1.PodDNSConfig readinessGates=28*@v1.PodReadinessGate runtimeClassName=29s!
  enableServiceLinks=30b! preemptionPolicy=31s! overhead=32%q
  topologySpreadConstraints=33*@v1.TopologySpreadConstraint setHostnameAsFQDN=35b! os=36@v1.PodOS
  hostUsers=37b! schedulingGates=38*@v1.PodSchedulingGate resourceClaims=39*@v1.PodResourceClaim
  resources=40@v1.ResourceRequirements hostnameOverride=41s! schedulingGroup=43@v1.PodSchedulingGroup
  evictionResponders=44*@v1.EvictionResponder
v1.PodStatus: observedGeneration=17i phase=1s conditions=2*@v1.PodCondition message=3s reason=4s
  nominatedNodeName=11s hostIP=5s hostIPs=16*@v1.HostIP podIP=6s podIPs=12*@v1.PodIP startTime=7t
  initContainerStatuses=10*@v1.ContainerStatus containerStatuses=8*@v1.ContainerStatus qosClass=9s
  ephemeralContainerStatuses=13*@v1.ContainerStatus resize=14s
  resourceClaimStatuses=15*@v1.PodResourceClaimStatus
  extendedResourceClaimStatus=18@v1.PodExtendedResourceClaimStatus allocatedResources=19%q
  resources=20@v1.ResourceRequirements
  nodeAllocatableResourceClaimStatuses=21*@v1.NodeAllocatableResourceClaimStatus
  volumeHealth=22*@v1.PodVolumeHealth
v1.PodTemplate: metadata=1@meta.ObjectMeta template=2@v1.PodTemplateSpec
v1.PodTemplateSpec: metadata=1@meta.ObjectMeta spec=2@v1.PodSpec
v1.PodVolumeHealth: name=1s! healthConditions=2*@v1.VolumeHealthCondition lastTransitionTime=3t
v1.PortStatus: port=1i! protocol=2s! error=3s!
v1.PortworxVolumeSource: volumeID=1s! fsType=2s readOnly=3b
v1.PreferredSchedulingTerm: weight=1i! preference=2@v1.NodeSelectorTerm
v1.Probe: =1^v1.ProbeHandler initialDelaySeconds=2i timeoutSeconds=3i periodSeconds=4i successThreshold=5i
  failureThreshold=6i terminationGracePeriodSeconds=7i!
v1.ProbeHandler: exec=1@v1.ExecAction httpGet=2@v1.HTTPGetAction tcpSocket=3@v1.TCPSocketAction
  grpc=4@v1.GRPCAction
v1.ProjectedVolumeSource: sources=1*@v1.VolumeProjection defaultMode=2i! defaultUser=3i!
v1.QuobyteVolumeSource: registry=1s! volume=2s! readOnly=3b user=4s group=5s tenant=6s
v1.RBDPersistentVolumeSource: monitors=1*s image=2s! fsType=3s pool=4s user=5s keyring=6s
  secretRef=7@v1.SecretReference readOnly=8b
v1.RBDVolumeSource: monitors=1*s image=2s! fsType=3s pool=4s user=5s keyring=6s
  secretRef=7@v1.LocalObjectReference readOnly=8b
v1.ReplicationController: metadata=1@meta.ObjectMeta spec=2@v1.ReplicationControllerSpec
  status=3@v1.ReplicationControllerStatus
v1.ReplicationControllerCondition: type=1s! status=2s! lastTransitionTime=3t reason=4s message=5s
v1.ReplicationControllerSpec: replicas=1i! minReadySeconds=4i selector=2%s template=3@v1.PodTemplateSpec
v1.ReplicationControllerStatus: replicas=1i! fullyLabeledReplicas=2i readyReplicas=4i availableReplicas=5i
  observedGeneration=3i conditions=6*@v1.ReplicationControllerCondition
v1.ResourceClaim: name=1s! request=2s
v1.ResourceFieldSelector: containerName=1s resource=2s! divisor=3q
v1.ResourceHealth: resourceID=1s! health=2s message=6s!
v1.ResourceQuota: metadata=1@meta.ObjectMeta spec=2@v1.ResourceQuotaSpec status=3@v1.ResourceQuotaStatus
v1.ResourceQuotaSpec: hard=1%q scopes=2*s scopeSelector=3@v1.ScopeSelector
v1.ResourceQuotaStatus: hard=1%q used=2%q
v1.ResourceRequirements: limits=1%q requests=2%q claims=3*@v1.ResourceClaim
v1.ResourceStatus: name=1s! resources=2*@v1.ResourceHealth
v1.SELinuxOptions: user=1s role=2s type=3s level=4s
v1.ScaleIOPersistentVolumeSource: gateway=1s! system=2s! secretRef=3@v1.SecretReference sslEnabled=4b
  protectionDomain=5s storagePool=6s storageMode=7s volumeName=8s fsType=9s readOnly=10b
v1.ScaleIOVolumeSource: gateway=1s! system=2s! secretRef=3@v1.LocalObjectReference sslEnabled=4b
  protectionDomain=5s storagePool=6s storageMode=7s volumeName=8s fsType=9s readOnly=10b
v1.ScopeSelector: matchExpressions=1*@v1.ScopedResourceSelectorRequirement
v1.ScopedResourceSelectorRequirement: scopeName=1s! operator=2s! values=3*s
v1.SeccompProfile: type=1s! localhostProfile=2s!
v1.Secret: metadata=1@meta.ObjectMeta immutable=5b! data=2%y stringData=4%s type=3s
v1.SecretEnvSource: =1^v1.LocalObjectReference optional=2b!
v1.SecretKeySelector: =1^v1.LocalObjectReference key=2s! optional=3b!
v1.SecretProjection: =1^v1.LocalObjectReference items=2*@v1.KeyToPath optional=4b!
v1.SecretReference: name=1s namespace=2s
v1.SecretVolumeSource: secretName=1s items=2*@v1.KeyToPath defaultMode=3i! optional=4b! defaultUser=5i!
v1.SecurityContext: capabilities=1@v1.Capabilities privileged=2b! seLinuxOptions=3@v1.SELinuxOptions
  windowsOptions=10@v1.WindowsSecurityContextOptions runAsUser=4i! runAsGroup=8i! runAsNonRoot=5b!
  readOnlyRootFilesystem=6b! allowPrivilegeEscalation=7b! procMount=9s!
  seccompProfile=11@v1.SeccompProfile appArmorProfile=12@v1.AppArmorProfile
v1.Service: metadata=1@meta.ObjectMeta spec=2@v1.ServiceSpec status=3@v1.ServiceStatus
v1.ServiceAccount: metadata=1@meta.ObjectMeta secrets=2*@v1.ObjectReference
  imagePullSecrets=3*@v1.LocalObjectReference automountServiceAccountToken=4b!
v1.ServiceAccountTokenProjection: audience=1s expirationSeconds=2i! path=3s! user=4i!
v1.ServicePort: name=1s protocol=2s appProtocol=6s! port=3i! targetPort=4x nodePort=5i
v1.ServiceSpec: ports=1*@v1.ServicePort selector=2%s clusterIP=3s clusterIPs=18*s type=4s externalIPs=5*s
  sessionAffinity=7s loadBalancerIP=8s loadBalancerSourceRanges=9*s externalName=10s
  externalTrafficPolicy=11s healthCheckNodePort=12i publishNotReadyAddresses=13b
  sessionAffinityConfig=14@v1.SessionAffinityConfig ipFamilies=19*s ipFamilyPolicy=17s!
  allocateLoadBalancerNodePorts=20b! loadBalancerClass=21s! internalTrafficPolicy=22s!
  trafficDistribution=23s!
v1.ServiceStatus: loadBalancer=1@v1.LoadBalancerStatus conditions=2*@meta.Condition
v1.SessionAffinityConfig: clientIP=1@v1.ClientIPConfig
v1.SleepAction: seconds=1i!
v1.StorageOSPersistentVolumeSource: volumeName=1s volumeNamespace=2s fsType=3s readOnly=4b
  secretRef=5@v1.ObjectReference
v1.StorageOSVolumeSource: volumeName=1s volumeNamespace=2s fsType=3s readOnly=4b
  secretRef=5@v1.LocalObjectReference
v1.Sysctl: name=1s! value=2s!
v1.TCPSocketAction: port=1x! host=2s
v1.Taint: key=1s! value=2s effect=3s! timeAdded=4t
v1.Toleration: key=1s operator=2s value=3s effect=4s tolerationSeconds=5i!
v1.TopologySelectorLabelRequirement: key=1s! values=2*s
v1.TopologySelectorTerm: matchLabelExpressions=1*@v1.TopologySelectorLabelRequirement
v1.TopologySpreadConstraint: maxSkew=1i! topologyKey=2s! whenUnsatisfiable=3s!
  labelSelector=4@meta.LabelSelector minDomains=5i! nodeAffinityPolicy=6s! nodeTaintsPolicy=7s!
  matchLabelKeys=8*s
v1.TypedLocalObjectReference: apiGroup=1s! kind=2s! name=3s!
v1.TypedObjectReference: apiGroup=1s! kind=2s! name=3s! namespace=4s!
v1.Volume: name=1s! =2^v1.VolumeSource
v1.VolumeDevice: name=1s! devicePath=2s!
v1.VolumeHealthCondition: status=1s! reason=2s! message=3s
v1.VolumeHealthStatus: healthConditions=1*@v1.VolumeHealthCondition lastTransitionTime=2t
v1.VolumeMount: name=1s! readOnly=2b recursiveReadOnly=7s! mountPath=3s! subPath=4s mountPropagation=5s!
  subPathExpr=6s bindMountOptions=8*s
v1.VolumeMountStatus: name=1s! mountPath=2s! readOnly=3b recursiveReadOnly=4s!
  volumeStatus=5@v1.VolumeStatus
v1.VolumeNodeAffinity: required=1@v1.NodeSelector
v1.VolumeProjection: secret=1@v1.SecretProjection downwardAPI=2@v1.DownwardAPIProjection
  configMap=3@v1.ConfigMapProjection serviceAccountToken=4@v1.ServiceAccountTokenProjection
  clusterTrustBundle=5@v1.ClusterTrustBundleProjection podCertificate=6@v1.PodCertificateProjection
v1.VolumeResourceRequirements: limits=1%q requests=2%q
v1.VolumeSource: hostPath=1@v1.HostPathVolumeSource emptyDir=2@v1.EmptyDirVolumeSource
  gcePersistentDisk=3@v1.GCEPersistentDiskVolumeSource
  awsElasticBlockStore=4@v1.AWSElasticBlockStoreVolumeSource gitRepo=5@v1.GitRepoVolumeSource
  secret=6@v1.SecretVolumeSource nfs=7@v1.NFSVolumeSource iscsi=8@v1.ISCSIVolumeSource
  glusterfs=9@v1.GlusterfsVolumeSource persistentVolumeClaim=10@v1.PersistentVolumeClaimVolumeSource
  rbd=11@v1.RBDVolumeSource flexVolume=12@v1.FlexVolumeSource cinder=13@v1.CinderVolumeSource
  cephfs=14@v1.CephFSVolumeSource flocker=15@v1.FlockerVolumeSource
  downwardAPI=16@v1.DownwardAPIVolumeSource fc=17@v1.FCVolumeSource azureFile=18@v1.AzureFileVolumeSource
  configMap=19@v1.ConfigMapVolumeSource vsphereVolume=20@v1.VsphereVirtualDiskVolumeSource
  quobyte=21@v1.QuobyteVolumeSource azureDisk=22@v1.AzureDiskVolumeSource
  photonPersistentDisk=23@v1.PhotonPersistentDiskVolumeSource projected=26@v1.ProjectedVolumeSource
  portworxVolume=24@v1.PortworxVolumeSource scaleIO=25@v1.ScaleIOVolumeSource
  storageos=27@v1.StorageOSVolumeSource csi=28@v1.CSIVolumeSource ephemeral=29@v1.EphemeralVolumeSource
  image=30@v1.ImageVolumeSource
v1.VolumeStatus: image=1@v1.ImageVolumeStatus
v1.VsphereVirtualDiskVolumeSource: volumePath=1s! fsType=2s storagePolicyName=3s storagePolicyID=4s
v1.WeightedPodAffinityTerm: weight=1i! podAffinityTerm=2@v1.PodAffinityTerm
v1.WindowsSecurityContextOptions: gmsaCredentialSpecName=1s! gmsaCredentialSpec=2s! runAsUserName=3s!
  hostProcess=4b!
)";
}

}  // namespace kcheck::reference::http
