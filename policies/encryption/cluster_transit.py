"""Brokers, mirrors, meshes and Spark in the cluster encrypt what they send each other."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.in_transit import BY_KIND, unencrypted_spark
from policies.judging import Declared, Finding, resource_rule, unmet
from policies.pods import manifests

TYPES: Final = {
    "kubernetes:kafka.strimzi.io/v1:Kafka": "spec.kafka.listeners[].tls",
    "kubernetes:kafka.strimzi.io/v1:KafkaConnect": "spec.tls",
    "kubernetes:kafka.strimzi.io/v1:KafkaMirrorMaker2": "spec.clusters[].tls",
    "kubernetes:networking.istio.io/v1:Gateway": "spec.servers[].port.protocol",
    "kubernetes:sparkoperator.k8s.io/v1beta2:ScheduledSparkApplication": "spec.template.sparkConf",
    "kubernetes:sparkoperator.k8s.io/v1beta2:SparkApplication": "spec.sparkConf",
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges what must be said, since it is off where nothing is."""
    for place, kind, item in manifests(resource):
        yield from unmet(item, BY_KIND.get(kind, ()), place)
        yield from unencrypted_spark(kind, item, place)


policy = resource_rule(
    __name__,
    description="Data systems of the cluster encrypt what travels between their parts.",
    severity=Severity.HIGH,
    remediation="turn TLS on for every listener and cluster, and Spark's three switches.",
    judge=judge,
)
