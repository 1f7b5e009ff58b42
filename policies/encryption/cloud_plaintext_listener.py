"""No AWS service listens in plain text."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.accepting import one_of, yes
from policies.judging import Declared, Demand, Finding, resource_rule, unmet

_ON: Final = (yes, "true")
_TLS: Final[tuple[Demand, ...]] = (("protocol", one_of("HTTPS", "TLS"), '"HTTPS" or "TLS"'),)

TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:alb/listener:Listener": _TLS,
    "aws:alb/targetGroup:TargetGroup": _TLS,
    "aws:elasticache/replicationGroup:ReplicationGroup": (("transitEncryptionEnabled", *_ON),),
    "aws:elb/loadBalancer:LoadBalancer": (
        ("listeners[+].lbProtocol", one_of("https", "ssl", "HTTPS", "SSL"), '"https" or "ssl"'),
    ),
    "aws:lb/listener:Listener": _TLS,
    "aws:lb/targetGroup:TargetGroup": _TLS,
    "aws:msk/cluster:Cluster": (
        ("encryptionInfo.encryptionInTransit.clientBroker", one_of("TLS"), '"TLS"'),
        ("encryptionInfo.encryptionInTransit.inCluster", *_ON),
    ),
    "aws:opensearch/domain:Domain": (
        ("domainEndpointOptions.enforceHttps", *_ON),
        ("nodeToNodeEncryption.enabled", *_ON),
    ),
    "aws:vpclattice/listener:Listener": (("protocol", one_of("HTTPS"), '"HTTPS"'),),
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the protocol settings of one resource."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="AWS services accept encrypted connections only.",
    severity=Severity.HIGH,
    remediation="use HTTPS or TLS, and turn encryption in transit on.",
    judge=judge,
)
