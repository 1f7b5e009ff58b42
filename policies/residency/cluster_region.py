"""No Kubernetes object names a region or zone outside: settings, options, placement, topology."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, resource_rule
from policies.locations import ALLOWED_REGIONS
from policies.placement import foreign_regions, misplaced
from policies.pods import PREFIX

TYPES: Final = {
    "kubernetes:apps/v1:Deployment": "env, args, nodeSelector, affinity",
    "kubernetes:core/v1:ConfigMap": "data",
    "kubernetes:core/v1:PersistentVolume": "spec.nodeAffinity",
    "kubernetes:core/v1:Pod": "spec.nodeSelector",
    "kubernetes:storage.k8s.io/v1:StorageClass": "allowedTopologies",
    "kubernetes:external-secrets.io/v1:SecretStore": "spec.provider.aws.region",
    "kubernetes:karpenter.sh/v1:NodeClaim": "spec.requirements",
    "kubernetes:karpenter.sh/v1:NodePool": "spec.template.spec.requirements",
    "kubernetes:velero.io/v1:BackupStorageLocation": "spec.config.region",
    "kubernetes:velero.io/v1:VolumeSnapshotLocation": "spec.config.region",
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges every region and zone in a text, and where pods, volumes and nodes may be."""
    if resource.type.startswith(PREFIX):
        for path, region in (*foreign_regions(resource), *misplaced(resource)):
            yield Finding(path=path, given=region, allowed=ALLOWED_REGIONS)


policy = resource_rule(
    __name__,
    description="Kubernetes objects name no region or zone outside the boundary.",
    severity=Severity.CRITICAL,
    remediation="name an allowed region, or leave it to the nodes that the platform makes.",
    judge=judge,
)
