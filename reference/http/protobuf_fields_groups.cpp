#include "reference/http/protobuf_fields.hpp"

namespace kcheck::reference::http {

std::string_view protobuf_fields_of_groups() {
    return R"(
admissionregistration.k8s.io/v1.AuditAnnotation: key=1s! valueExpression=2s!
admissionregistration.k8s.io/v1.ExpressionWarning: fieldRef=2s! warning=3s!
admissionregistration.k8s.io/v1.MatchCondition: name=1s! expression=2s!
admissionregistration.k8s.io/v1.MatchResources: namespaceSelector=1@meta.LabelSelector
  objectSelector=2@meta.LabelSelector
  resourceRules=3*@admissionregistration.k8s.io/v1.NamedRuleWithOperations
  excludeResourceRules=4*@admissionregistration.k8s.io/v1.NamedRuleWithOperations matchPolicy=7s!
admissionregistration.k8s.io/v1.MutatingWebhook: name=1s!
  clientConfig=2@admissionregistration.k8s.io/v1.WebhookClientConfig
  rules=3*@admissionregistration.k8s.io/v1.RuleWithOperations failurePolicy=4s! matchPolicy=9s!
  namespaceSelector=5@meta.LabelSelector objectSelector=11@meta.LabelSelector sideEffects=6s!
  timeoutSeconds=7i! admissionReviewVersions=8*s reinvocationPolicy=10s!
  matchConditions=12*@admissionregistration.k8s.io/v1.MatchCondition
admissionregistration.k8s.io/v1.MutatingWebhookConfiguration: metadata=1@meta.ObjectMeta
  webhooks=2*@admissionregistration.k8s.io/v1.MutatingWebhook
admissionregistration.k8s.io/v1.NamedRuleWithOperations: resourceNames=1*s
  =2^admissionregistration.k8s.io/v1.RuleWithOperations
admissionregistration.k8s.io/v1.ParamKind: apiVersion=1s kind=2s
admissionregistration.k8s.io/v1.ParamRef: name=1s namespace=2s selector=3@meta.LabelSelector
  parameterNotFoundAction=4s!
admissionregistration.k8s.io/v1.Rule: apiGroups=1*s apiVersions=2*s resources=3*s scope=4s!
admissionregistration.k8s.io/v1.RuleWithOperations: operations=1*s =2^admissionregistration.k8s.io/v1.Rule
admissionregistration.k8s.io/v1.ServiceReference: namespace=1s! name=2s! path=3s! port=4i!
admissionregistration.k8s.io/v1.TypeChecking:
  expressionWarnings=1*@admissionregistration.k8s.io/v1.ExpressionWarning
admissionregistration.k8s.io/v1.ValidatingAdmissionPolicy: metadata=1@meta.ObjectMeta
  spec=2@admissionregistration.k8s.io/v1.ValidatingAdmissionPolicySpec
  status=3@admissionregistration.k8s.io/v1.ValidatingAdmissionPolicyStatus
admissionregistration.k8s.io/v1.ValidatingAdmissionPolicyBinding: metadata=1@meta.ObjectMeta
  spec=2@admissionregistration.k8s.io/v1.ValidatingAdmissionPolicyBindingSpec
admissionregistration.k8s.io/v1.ValidatingAdmissionPolicyBindingSpec: policyName=1s
  paramRef=2@admissionregistration.k8s.io/v1.ParamRef
  matchResources=3@admissionregistration.k8s.io/v1.MatchResources validationActions=4*s
admissionregistration.k8s.io/v1.ValidatingAdmissionPolicySpec:
  paramKind=1@admissionregistration.k8s.io/v1.ParamKind
  matchConstraints=2@admissionregistration.k8s.io/v1.MatchResources
  validations=3*@admissionregistration.k8s.io/v1.Validation failurePolicy=4s!
  auditAnnotations=5*@admissionregistration.k8s.io/v1.AuditAnnotation
  matchConditions=6*@admissionregistration.k8s.io/v1.MatchCondition
  variables=7*@admissionregistration.k8s.io/v1.Variable
admissionregistration.k8s.io/v1.ValidatingAdmissionPolicyStatus: observedGeneration=1i
  typeChecking=2@admissionregistration.k8s.io/v1.TypeChecking conditions=3*@meta.Condition
admissionregistration.k8s.io/v1.ValidatingWebhook: name=1s!
  clientConfig=2@admissionregistration.k8s.io/v1.WebhookClientConfig
  rules=3*@admissionregistration.k8s.io/v1.RuleWithOperations failurePolicy=4s! matchPolicy=9s!
  namespaceSelector=5@meta.LabelSelector objectSelector=10@meta.LabelSelector sideEffects=6s!
  timeoutSeconds=7i! admissionReviewVersions=8*s
  matchConditions=11*@admissionregistration.k8s.io/v1.MatchCondition
admissionregistration.k8s.io/v1.ValidatingWebhookConfiguration: metadata=1@meta.ObjectMeta
  webhooks=2*@admissionregistration.k8s.io/v1.ValidatingWebhook
admissionregistration.k8s.io/v1.Validation: expression=1s! message=2s reason=3s! messageExpression=4s
admissionregistration.k8s.io/v1.Variable: name=1s! expression=2s!
admissionregistration.k8s.io/v1.WebhookClientConfig: url=3s!
  service=1@admissionregistration.k8s.io/v1.ServiceReference caBundle=2y
apps/v1.ControllerRevision: metadata=1@meta.ObjectMeta data=2j! revision=3i!
apps/v1.DaemonSet: metadata=1@meta.ObjectMeta spec=2@apps/v1.DaemonSetSpec status=3@apps/v1.DaemonSetStatus
apps/v1.DaemonSetCondition: type=1s! status=2s! lastTransitionTime=3t reason=4s message=5s
apps/v1.DaemonSetSpec: selector=1@meta.LabelSelector template=2@v1.PodTemplateSpec
  updateStrategy=3@apps/v1.DaemonSetUpdateStrategy minReadySeconds=4i revisionHistoryLimit=6i!
apps/v1.DaemonSetStatus: currentNumberScheduled=1i! numberMisscheduled=2i! desiredNumberScheduled=3i!
  numberReady=4i! observedGeneration=5i updatedNumberScheduled=6i numberAvailable=7i numberUnavailable=8i
  collisionCount=9i! conditions=10*@apps/v1.DaemonSetCondition
apps/v1.DaemonSetUpdateStrategy: type=1s rollingUpdate=2@apps/v1.RollingUpdateDaemonSet
apps/v1.Deployment: metadata=1@meta.ObjectMeta spec=2@apps/v1.DeploymentSpec
  status=3@apps/v1.DeploymentStatus
apps/v1.DeploymentCondition: type=1s! status=2s! lastUpdateTime=6t lastTransitionTime=7t reason=4s
  message=5s
apps/v1.DeploymentSpec: replicas=1i! selector=2@meta.LabelSelector template=3@v1.PodTemplateSpec
  strategy=4@apps/v1.DeploymentStrategy minReadySeconds=5i revisionHistoryLimit=6i! paused=7b
  progressDeadlineSeconds=9i!
apps/v1.DeploymentStatus: observedGeneration=1i replicas=2i updatedReplicas=3i readyReplicas=7i
  availableReplicas=4i unavailableReplicas=5i terminatingReplicas=9i!
  conditions=6*@apps/v1.DeploymentCondition collisionCount=8i!
apps/v1.DeploymentStrategy: type=1s rollingUpdate=2@apps/v1.RollingUpdateDeployment
apps/v1.ReplicaSet: metadata=1@meta.ObjectMeta spec=2@apps/v1.ReplicaSetSpec
  status=3@apps/v1.ReplicaSetStatus
apps/v1.ReplicaSetCondition: type=1s! status=2s! lastTransitionTime=3t reason=4s message=5s
apps/v1.ReplicaSetSpec: replicas=1i! minReadySeconds=4i selector=2@meta.LabelSelector
  template=3@v1.PodTemplateSpec
apps/v1.ReplicaSetStatus: replicas=1i! fullyLabeledReplicas=2i readyReplicas=4i availableReplicas=5i
  terminatingReplicas=7i! observedGeneration=3i conditions=6*@apps/v1.ReplicaSetCondition
apps/v1.RollingUpdateDaemonSet: maxUnavailable=1x! maxSurge=2x!
apps/v1.RollingUpdateDeployment: maxUnavailable=1x! maxSurge=2x!
apps/v1.RollingUpdateStatefulSetStrategy: partition=1i! maxUnavailable=2x!
apps/v1.StatefulSet: metadata=1@meta.ObjectMeta spec=2@apps/v1.StatefulSetSpec
  status=3@apps/v1.StatefulSetStatus
apps/v1.StatefulSetCondition: type=1s! status=2s! lastTransitionTime=3t reason=4s message=5s
apps/v1.StatefulSetOrdinals: start=1i!
apps/v1.StatefulSetPersistentVolumeClaimRetentionPolicy: whenDeleted=1s whenScaled=2s
apps/v1.StatefulSetSpec: replicas=1i! selector=2@meta.LabelSelector template=3@v1.PodTemplateSpec
  volumeClaimTemplates=4*@v1.PersistentVolumeClaim serviceName=5s! podManagementPolicy=6s
  updateStrategy=7@apps/v1.StatefulSetUpdateStrategy revisionHistoryLimit=8i! minReadySeconds=9i
  persistentVolumeClaimRetentionPolicy=10@apps/v1.StatefulSetPersistentVolumeClaimRetentionPolicy
  ordinals=11@apps/v1.StatefulSetOrdinals
apps/v1.StatefulSetStatus: observedGeneration=1i replicas=2i! readyReplicas=3i currentReplicas=4i
  updatedReplicas=5i currentRevision=6s updateRevision=7s collisionCount=9i!
  conditions=10*@apps/v1.StatefulSetCondition availableReplicas=11i!
apps/v1.StatefulSetUpdateStrategy: type=1s rollingUpdate=2@apps/v1.RollingUpdateStatefulSetStrategy
autoscaling/v1.CrossVersionObjectReference: kind=1s! name=2s! apiVersion=3s
autoscaling/v1.HorizontalPodAutoscaler: metadata=1@meta.ObjectMeta
  spec=2@autoscaling/v1.HorizontalPodAutoscalerSpec status=3@autoscaling/v1.HorizontalPodAutoscalerStatus
autoscaling/v1.HorizontalPodAutoscalerSpec: scaleTargetRef=1@autoscaling/v1.CrossVersionObjectReference
  minReplicas=2i! maxReplicas=3i! targetCPUUtilizationPercentage=4i!
autoscaling/v1.HorizontalPodAutoscalerStatus: observedGeneration=1i! lastScaleTime=2t currentReplicas=3i!
  desiredReplicas=4i! currentCPUUtilizationPercentage=5i!
autoscaling/v1.Scale: metadata=1@meta.ObjectMeta spec=2@autoscaling/v1.ScaleSpec
  status=3@autoscaling/v1.ScaleStatus
autoscaling/v1.ScaleSpec: replicas=1i
autoscaling/v1.ScaleStatus: replicas=1i! selector=2s
autoscaling/v2.ContainerResourceMetricSource: name=1s! target=2@autoscaling/v2.MetricTarget container=3s!
autoscaling/v2.ContainerResourceMetricStatus: name=1s! current=2@autoscaling/v2.MetricValueStatus
  container=3s!
autoscaling/v2.CrossVersionObjectReference: kind=1s! name=2s! apiVersion=3s
autoscaling/v2.ExternalMetricSource: metric=1@autoscaling/v2.MetricIdentifier
  target=2@autoscaling/v2.MetricTarget
autoscaling/v2.ExternalMetricStatus: metric=1@autoscaling/v2.MetricIdentifier
  current=2@autoscaling/v2.MetricValueStatus
autoscaling/v2.HPAScalingPolicy: type=1s! value=2i! periodSeconds=3i!
autoscaling/v2.HPAScalingRules: stabilizationWindowSeconds=3i! selectPolicy=1s!
  policies=2*@autoscaling/v2.HPAScalingPolicy tolerance=4q!
autoscaling/v2.HorizontalPodAutoscaler: metadata=1@meta.ObjectMeta
  spec=2@autoscaling/v2.HorizontalPodAutoscalerSpec status=3@autoscaling/v2.HorizontalPodAutoscalerStatus
autoscaling/v2.HorizontalPodAutoscalerBehavior: scaleUp=1@autoscaling/v2.HPAScalingRules
  scaleDown=2@autoscaling/v2.HPAScalingRules
autoscaling/v2.HorizontalPodAutoscalerCondition: type=1s! status=2s! lastTransitionTime=3t reason=4s
  message=5s observedGeneration=6i!
autoscaling/v2.HorizontalPodAutoscalerSpec: scaleTargetRef=1@autoscaling/v2.CrossVersionObjectReference
  minReplicas=2i! maxReplicas=3i! metrics=4*@autoscaling/v2.MetricSpec
  behavior=5@autoscaling/v2.HorizontalPodAutoscalerBehavior
autoscaling/v2.HorizontalPodAutoscalerStatus: observedGeneration=1i! lastScaleTime=2t currentReplicas=3i
  desiredReplicas=4i! currentMetrics=5*@autoscaling/v2.MetricStatus
  conditions=6*@autoscaling/v2.HorizontalPodAutoscalerCondition
autoscaling/v2.MetricIdentifier: name=1s! selector=2@meta.LabelSelector
autoscaling/v2.MetricSpec: type=1s! object=2@autoscaling/v2.ObjectMetricSource
  pods=3@autoscaling/v2.PodsMetricSource resource=4@autoscaling/v2.ResourceMetricSource
  containerResource=7@autoscaling/v2.ContainerResourceMetricSource
  external=5@autoscaling/v2.ExternalMetricSource
autoscaling/v2.MetricStatus: type=1s! object=2@autoscaling/v2.ObjectMetricStatus
  pods=3@autoscaling/v2.PodsMetricStatus resource=4@autoscaling/v2.ResourceMetricStatus
  containerResource=7@autoscaling/v2.ContainerResourceMetricStatus
  external=5@autoscaling/v2.ExternalMetricStatus
autoscaling/v2.MetricTarget: type=1s! value=2q! averageValue=3q! averageUtilization=4i!
autoscaling/v2.MetricValueStatus: value=1q! averageValue=2q! averageUtilization=3i!
autoscaling/v2.ObjectMetricSource: describedObject=1@autoscaling/v2.CrossVersionObjectReference
  target=2@autoscaling/v2.MetricTarget metric=3@autoscaling/v2.MetricIdentifier
autoscaling/v2.ObjectMetricStatus: metric=1@autoscaling/v2.MetricIdentifier
  current=2@autoscaling/v2.MetricValueStatus describedObject=3@autoscaling/v2.CrossVersionObjectReference
autoscaling/v2.PodsMetricSource: metric=1@autoscaling/v2.MetricIdentifier
  target=2@autoscaling/v2.MetricTarget
autoscaling/v2.PodsMetricStatus: metric=1@autoscaling/v2.MetricIdentifier
  current=2@autoscaling/v2.MetricValueStatus
autoscaling/v2.ResourceMetricSource: name=1s! target=2@autoscaling/v2.MetricTarget
autoscaling/v2.ResourceMetricStatus: name=1s! current=2@autoscaling/v2.MetricValueStatus
batch/v1.CronJob: metadata=1@meta.ObjectMeta spec=2@batch/v1.CronJobSpec status=3@batch/v1.CronJobStatus
batch/v1.CronJobSpec: schedule=1s! timeZone=8s! startingDeadlineSeconds=2i! concurrencyPolicy=3s suspend=4b!
  jobTemplate=5@batch/v1.JobTemplateSpec successfulJobsHistoryLimit=6i! failedJobsHistoryLimit=7i!
batch/v1.CronJobStatus: active=1*@v1.ObjectReference lastScheduleTime=4t lastSuccessfulTime=5t
batch/v1.Job: metadata=1@meta.ObjectMeta spec=2@batch/v1.JobSpec status=3@batch/v1.JobStatus
batch/v1.JobCondition: type=1s! status=2s! lastProbeTime=3t lastTransitionTime=4t reason=5s message=6s
batch/v1.JobSchedulingConfiguration:
batch/v1.JobSpec: parallelism=1i! completions=2i! activeDeadlineSeconds=3i!
  podFailurePolicy=11@batch/v1.PodFailurePolicy successPolicy=16@batch/v1.SuccessPolicy backoffLimit=7i!
  backoffLimitPerIndex=12i! maxFailedIndexes=13i! selector=4@meta.LabelSelector manualSelector=5b!
  template=6@v1.PodTemplateSpec ttlSecondsAfterFinished=8i! completionMode=9s! suspend=10b!
  podReplacementPolicy=14s! managedBy=15s! scheduling=17@batch/v1.JobSchedulingConfiguration
batch/v1.JobStatus: conditions=1*@batch/v1.JobCondition startTime=2t completionTime=3t active=4i
  succeeded=5i failed=6i terminating=11i! completedIndexes=7s failedIndexes=10s!
  uncountedTerminatedPods=8@batch/v1.UncountedTerminatedPods ready=9i!
batch/v1.JobTemplateSpec: metadata=1@meta.ObjectMeta spec=2@batch/v1.JobSpec
batch/v1.PodFailurePolicy: rules=1*@batch/v1.PodFailurePolicyRule
batch/v1.PodFailurePolicyOnExitCodesRequirement: containerName=1s! operator=2s! values=3*i
batch/v1.PodFailurePolicyOnPodConditionsPattern: type=1s! status=2s!
batch/v1.PodFailurePolicyRule: action=1s! onExitCodes=2@batch/v1.PodFailurePolicyOnExitCodesRequirement
  onPodConditions=3*@batch/v1.PodFailurePolicyOnPodConditionsPattern
batch/v1.SuccessPolicy: rules=1*@batch/v1.SuccessPolicyRule
batch/v1.SuccessPolicyRule: succeededIndexes=1s! succeededCount=2i!
batch/v1.UncountedTerminatedPods: succeeded=1*s failed=2*s
coordination.k8s.io/v1.Lease: metadata=1@meta.ObjectMeta spec=2@coordination.k8s.io/v1.LeaseSpec
coordination.k8s.io/v1.LeaseSpec: holderIdentity=1s! leaseDurationSeconds=2i! acquireTime=3u renewTime=4u
  leaseTransitions=5i! strategy=6s! preferredHolder=7s!
discovery.k8s.io/v1.Endpoint: addresses=1*s conditions=2@discovery.k8s.io/v1.EndpointConditions hostname=3s!
  targetRef=4@v1.ObjectReference deprecatedTopology=5%s nodeName=6s! zone=7s!
  hints=8@discovery.k8s.io/v1.EndpointHints
discovery.k8s.io/v1.EndpointConditions: ready=1b! serving=2b! terminating=3b!
discovery.k8s.io/v1.EndpointHints: forZones=1*@discovery.k8s.io/v1.ForZone
  forNodes=2*@discovery.k8s.io/v1.ForNode
discovery.k8s.io/v1.EndpointPort: name=1s! protocol=2s! port=3i! appProtocol=4s!
discovery.k8s.io/v1.EndpointSlice: metadata=1@meta.ObjectMeta addressType=4s!
  endpoints=2*@discovery.k8s.io/v1.Endpoint ports=3*@discovery.k8s.io/v1.EndpointPort
discovery.k8s.io/v1.ForNode: name=1s!
discovery.k8s.io/v1.ForZone: name=1s!
events.k8s.io/v1.Event: metadata=1@meta.ObjectMeta eventTime=2u series=3@events.k8s.io/v1.EventSeries
  reportingController=4s reportingInstance=5s action=6s reason=7s regarding=8@v1.ObjectReference
  related=9@v1.ObjectReference note=10s type=11s deprecatedSource=12@v1.EventSource
  deprecatedFirstTimestamp=13t deprecatedLastTimestamp=14t deprecatedCount=15i
events.k8s.io/v1.EventSeries: count=1i! lastObservedTime=2u
networking.k8s.io/v1.HTTPIngressPath: path=1s pathType=3s! backend=2@networking.k8s.io/v1.IngressBackend
networking.k8s.io/v1.HTTPIngressRuleValue: paths=1*@networking.k8s.io/v1.HTTPIngressPath
networking.k8s.io/v1.IPBlock: cidr=1s! except=2*s
networking.k8s.io/v1.Ingress: metadata=1@meta.ObjectMeta spec=2@networking.k8s.io/v1.IngressSpec
  status=3@networking.k8s.io/v1.IngressStatus
networking.k8s.io/v1.IngressBackend: service=4@networking.k8s.io/v1.IngressServiceBackend
  resource=3@v1.TypedLocalObjectReference
networking.k8s.io/v1.IngressClass: metadata=1@meta.ObjectMeta spec=2@networking.k8s.io/v1.IngressClassSpec
networking.k8s.io/v1.IngressClassParametersReference: apiGroup=1s! kind=2s! name=3s! scope=4s! namespace=5s!
networking.k8s.io/v1.IngressClassSpec: controller=1s
  parameters=2@networking.k8s.io/v1.IngressClassParametersReference
networking.k8s.io/v1.IngressLoadBalancerIngress: ip=1s hostname=2s
  ports=4*@networking.k8s.io/v1.IngressPortStatus
networking.k8s.io/v1.IngressLoadBalancerStatus: ingress=1*@networking.k8s.io/v1.IngressLoadBalancerIngress
networking.k8s.io/v1.IngressPortStatus: port=1i! protocol=2s! error=3s!
networking.k8s.io/v1.IngressRule: host=1s =2^networking.k8s.io/v1.IngressRuleValue
networking.k8s.io/v1.IngressRuleValue: http=1@networking.k8s.io/v1.HTTPIngressRuleValue
networking.k8s.io/v1.IngressServiceBackend: name=1s! port=2@networking.k8s.io/v1.ServiceBackendPort
networking.k8s.io/v1.IngressSpec: ingressClassName=4s! defaultBackend=1@networking.k8s.io/v1.IngressBackend
  tls=2*@networking.k8s.io/v1.IngressTLS rules=3*@networking.k8s.io/v1.IngressRule
networking.k8s.io/v1.IngressStatus: loadBalancer=1@networking.k8s.io/v1.IngressLoadBalancerStatus
networking.k8s.io/v1.IngressTLS: hosts=1*s secretName=2s
networking.k8s.io/v1.NetworkPolicy: metadata=1@meta.ObjectMeta spec=2@networking.k8s.io/v1.NetworkPolicySpec
networking.k8s.io/v1.NetworkPolicyEgressRule: ports=1*@networking.k8s.io/v1.NetworkPolicyPort
  to=2*@networking.k8s.io/v1.NetworkPolicyPeer
networking.k8s.io/v1.NetworkPolicyIngressRule: ports=1*@networking.k8s.io/v1.NetworkPolicyPort
  from=2*@networking.k8s.io/v1.NetworkPolicyPeer
networking.k8s.io/v1.NetworkPolicyPeer: podSelector=1@meta.LabelSelector
  namespaceSelector=2@meta.LabelSelector ipBlock=3@networking.k8s.io/v1.IPBlock
networking.k8s.io/v1.NetworkPolicyPort: protocol=1s! port=2x! endPort=3i!
networking.k8s.io/v1.NetworkPolicySpec: podSelector=1@meta.LabelSelector
  ingress=2*@networking.k8s.io/v1.NetworkPolicyIngressRule
  egress=3*@networking.k8s.io/v1.NetworkPolicyEgressRule policyTypes=4*s
networking.k8s.io/v1.ServiceBackendPort: name=1s number=2i
node.k8s.io/v1.Overhead: podFixed=1%q
node.k8s.io/v1.RuntimeClass: metadata=1@meta.ObjectMeta handler=2s! overhead=3@node.k8s.io/v1.Overhead
  scheduling=4@node.k8s.io/v1.Scheduling
node.k8s.io/v1.Scheduling: nodeSelector=1%s tolerations=2*@v1.Toleration
policy/v1.Eviction: metadata=1@meta.ObjectMeta deleteOptions=2@meta.DeleteOptions
policy/v1.PodDisruptionBudget: metadata=1@meta.ObjectMeta spec=2@policy/v1.PodDisruptionBudgetSpec
  status=3@policy/v1.PodDisruptionBudgetStatus
policy/v1.PodDisruptionBudgetSpec: minAvailable=1x! selector=2@meta.LabelSelector maxUnavailable=3x!
  unhealthyPodEvictionPolicy=4s!
policy/v1.PodDisruptionBudgetStatus: observedGeneration=1i disruptedPods=2%t disruptionsAllowed=3i!
  currentHealthy=4i! desiredHealthy=5i! expectedPods=6i! conditions=7*@meta.Condition
rbac.authorization.k8s.io/v1.AggregationRule: clusterRoleSelectors=1*@meta.LabelSelector
rbac.authorization.k8s.io/v1.ClusterRole: metadata=1@meta.ObjectMeta
  rules=2*@rbac.authorization.k8s.io/v1.PolicyRule
  aggregationRule=3@rbac.authorization.k8s.io/v1.AggregationRule
rbac.authorization.k8s.io/v1.ClusterRoleBinding: metadata=1@meta.ObjectMeta
  subjects=2*@rbac.authorization.k8s.io/v1.Subject roleRef=3@rbac.authorization.k8s.io/v1.RoleRef
rbac.authorization.k8s.io/v1.PolicyRule: verbs=1*s apiGroups=2*s resources=3*s resourceNames=4*s
  nonResourceURLs=5*s
rbac.authorization.k8s.io/v1.Role: metadata=1@meta.ObjectMeta
  rules=2*@rbac.authorization.k8s.io/v1.PolicyRule
rbac.authorization.k8s.io/v1.RoleBinding: metadata=1@meta.ObjectMeta
  subjects=2*@rbac.authorization.k8s.io/v1.Subject roleRef=3@rbac.authorization.k8s.io/v1.RoleRef
rbac.authorization.k8s.io/v1.RoleRef: apiGroup=1s! kind=2s! name=3s!
rbac.authorization.k8s.io/v1.Subject: kind=1s! apiGroup=2s name=3s! namespace=4s
scheduling.k8s.io/v1.PriorityClass: metadata=1@meta.ObjectMeta value=2i! globalDefault=3b description=4s
  preemptionPolicy=5s!
storage.k8s.io/v1.CSIDriver: metadata=1@meta.ObjectMeta spec=2@storage.k8s.io/v1.CSIDriverSpec
storage.k8s.io/v1.CSIDriverSpec: attachRequired=1b! podInfoOnMount=2b! volumeLifecycleModes=3*s
  storageCapacity=4b! fsGroupPolicy=5s! tokenRequests=6*@storage.k8s.io/v1.TokenRequest
  requiresRepublish=7b! seLinuxMount=8b! nodeAllocatableUpdatePeriodSeconds=9i!
  serviceAccountTokenInSecrets=10b! preventPodSchedulingIfMissing=11b!
storage.k8s.io/v1.CSINode: metadata=1@meta.ObjectMeta spec=2@storage.k8s.io/v1.CSINodeSpec
  status=3@storage.k8s.io/v1.CSINodeStatus
storage.k8s.io/v1.CSINodeDriver: name=1s! nodeID=2s! topologyKeys=3*s
  allocatable=4@storage.k8s.io/v1.VolumeNodeResources
storage.k8s.io/v1.CSINodeSpec: drivers=1*@storage.k8s.io/v1.CSINodeDriver
storage.k8s.io/v1.CSINodeStatus: storageHealth=1*@storage.k8s.io/v1.StorageHealth
storage.k8s.io/v1.StorageClass: metadata=1@meta.ObjectMeta provisioner=2s! parameters=3%s reclaimPolicy=4s!
  mountOptions=5*s allowVolumeExpansion=6b! volumeBindingMode=7s!
  allowedTopologies=8*@v1.TopologySelectorTerm
storage.k8s.io/v1.StorageHealth: name=1s! healthConditions=2*@storage.k8s.io/v1.StorageHealthCondition
storage.k8s.io/v1.StorageHealthCondition: status=1s! reason=2s! message=3s accessMode=4s! volumeMode=5s!
  lastTransitionTime=6t
storage.k8s.io/v1.TokenRequest: audience=1s! expirationSeconds=2i!
storage.k8s.io/v1.VolumeAttachment: metadata=1@meta.ObjectMeta spec=2@storage.k8s.io/v1.VolumeAttachmentSpec
  status=3@storage.k8s.io/v1.VolumeAttachmentStatus
storage.k8s.io/v1.VolumeAttachmentSource: persistentVolumeName=1s!
  inlineVolumeSpec=2@v1.PersistentVolumeSpec
storage.k8s.io/v1.VolumeAttachmentSpec: attacher=1s! source=2@storage.k8s.io/v1.VolumeAttachmentSource
  nodeName=3s!
storage.k8s.io/v1.VolumeAttachmentStatus: attached=1b! attachmentMetadata=2%s
  attachError=3@storage.k8s.io/v1.VolumeError detachError=4@storage.k8s.io/v1.VolumeError
storage.k8s.io/v1.VolumeError: time=1t message=2s errorCode=3i!
storage.k8s.io/v1.VolumeNodeResources: count=1i!
)";
}

}  // namespace kcheck::reference::http
