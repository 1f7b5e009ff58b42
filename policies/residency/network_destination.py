"""No Kubernetes object names a host or address outside: telemetry, brokers, models, webhooks."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.cluster_texts import told
from policies.destinations import ALLOWED, outside
from policies.judging import Declared, Finding, resource_rule

TYPES: Final = {
    "kubernetes:apps/v1:Deployment": "env and args",
    "kubernetes:core/v1:ConfigMap": "data, texts inside of it opened",
    "kubernetes:core/v1:Endpoints": "subsets[].addresses[].ip",
    "kubernetes:core/v1:Pod": "env, args, annotations, hostAliases, dnsConfig",
    "kubernetes:core/v1:Secret": "stringData, and data decoded",
    "kubernetes:core/v1:Service": "externalName",
    "kubernetes:discovery.k8s.io/v1:EndpointSlice": "endpoints[].addresses",
    "kubernetes:cert-manager.io/v1:ClusterIssuer": "acme.server",
    "kubernetes:external-secrets.io/v1:SecretStore": "provider.vault.server",
    "kubernetes:kafka.strimzi.io/v1:KafkaConnector": "config",
    "kubernetes:kafka.strimzi.io/v1:KafkaMirrorMaker2": "clusters[].bootstrapServers",
    "kubernetes:monitoring.coreos.com/v1:Prometheus": "remoteWrite[].url",
    "kubernetes:networking.istio.io/v1:ServiceEntry": "hosts, addresses, endpoints",
    "kubernetes:opentelemetry.io/v1beta1:OpenTelemetryCollector": "exporters[].endpoint",
    "kubernetes:serving.kserve.io/v1beta1:InferenceService": "storageUri",
    "kubernetes:sparkoperator.k8s.io/v1beta2:SparkApplication": "sparkConf, hadoopConf",
    "kubernetes:velero.io/v1:BackupStorageLocation": "config.s3Url",
}

ONLY_REFUSING: Final = {
    "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy",
    "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding",
}
"""Their texts are expressions of what the API server refuses: nothing is sent anywhere."""


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges every text of an object that may say where to send or fetch something."""
    if resource.type in ONLY_REFUSING:
        return
    for path, name, text in told(resource):
        for place in outside(text, name):
            yield Finding(path=path, given=place, allowed=ALLOWED)


policy = resource_rule(
    __name__,
    description="Kubernetes objects name no host or address outside the boundary.",
    severity=Severity.CRITICAL,
    remediation="use a service of the cluster, or list the host in boundary.yaml with its reason.",
    judge=judge,
)
