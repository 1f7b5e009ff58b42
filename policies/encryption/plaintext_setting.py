"""No setting of a program turns encryption off or asks for a protocol that is broken."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.cluster_texts import told
from policies.judging import Declared, Finding, resource_rule
from policies.plain_settings import plain

TYPES: Final = {
    "kubernetes:apps/v1:Deployment": "env and args",
    "kubernetes:core/v1:ConfigMap": "data, texts inside of it opened",
    "kubernetes:core/v1:Secret": "stringData, and data decoded",
    "kubernetes:networking.k8s.io/v1:Ingress": "annotations",
    "kubernetes:kafka.strimzi.io/v1:KafkaConnector": "spec.config",
    "kubernetes:sparkoperator.k8s.io/v1beta2:SparkApplication": "spec.sparkConf",
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges every variable, option, property and field of an object."""
    for path, name, text in told(resource):
        for given, allowed in plain(name, text):
            yield Finding(path=path, given=given, allowed=allowed)


policy = resource_rule(
    __name__,
    description="No program in the cluster is told to speak in plain text.",
    severity=Severity.HIGH,
    remediation="leave encryption and the check of certificates on, with TLS 1.2 or 1.3.",
    judge=judge,
)
