"""The disks of nodes are encrypted with a key of the account's own."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.accepting import customer_key, yes
from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.pods import manifests

TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass": (
        ("spec.blockDeviceMappings[+].ebs.encrypted", yes, "true"),
        (
            "spec.blockDeviceMappings[*].ebs.kmsKeyID",
            customer_key,
            "the ARN or id of a KMS key of your own",
        ),
    ),
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges each disk that a class of nodes brings; without any, the image's own are plain."""
    for place, kind, item in manifests(resource):
        if kind == "karpenter.k8s.aws/EC2NodeClass":
            for demands in TYPES.values():
                yield from unmet(item, demands, place)


policy = resource_rule(
    __name__,
    description="Disks of nodes are encrypted with a key of the account's own.",
    severity=Severity.CRITICAL,
    remediation="give every block device encrypted: true and a kmsKeyID.",
    judge=judge,
)
