"""Kubernetes storage is encrypted: classes that encrypt, claims that name such a class."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.accepting import customer_key, listed, one_of
from policies.boundary import BOUNDARY
from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.pods import manifests, pod_specs
from policies.reading import MISSING, field

_CLASS: Final = (
    listed(BOUNDARY.storage_class_names),
    f"storage class {' or '.join(sorted(BOUNDARY.storage_class_names))}",
)
_PROVISIONER: Final = (
    listed(BOUNDARY.provisioner_names),
    f"provisioner {' or '.join(sorted(BOUNDARY.provisioner_names))}",
)
_EBS: Final = "ebs.csi.aws.com"  # without a key, it takes the one that AWS keeps
_KEY: Final = ("parameters.kmsKeyId", customer_key, "the ARN of a KMS key of your own")
_EPHEMERAL: Final = ("volumes[*].ephemeral?.volumeClaimTemplate.spec.storageClassName", *_CLASS)

TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    "kubernetes:storage.k8s.io/v1:StorageClass": (
        ("parameters.encrypted", one_of("true"), '"true"'),
        ("provisioner", *_PROVISIONER),
    ),
    "kubernetes:core/v1:PersistentVolumeClaim": (("spec.storageClassName", *_CLASS),),
    "kubernetes:core/v1:PersistentVolume": (
        ("spec.storageClassName", *_CLASS),
        ("spec.csi", lambda value: value is not MISSING, "a CSI volume, not a path or a share"),
    ),
    "kubernetes:apps/v1:StatefulSet": (
        ("spec.volumeClaimTemplates[*].spec.storageClassName", *_CLASS),
    ),
    "kubernetes:core/v1:Pod": (),
}
_BY_KIND: Final = {token[11:].replace("/v1:", "/"): demands for token, demands in TYPES.items()}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges storage classes, volumes, claims, and the claims that pods bring along."""
    for place, kind, item in manifests(resource):
        yield from unmet(item, _BY_KIND.get(kind, ()), place)
        if field(item, "provisioner") == _EBS:
            yield from unmet(item, [_KEY], place)
    for path, spec in pod_specs(resource):
        yield from unmet(spec, [_EPHEMERAL], path)


policy = resource_rule(
    __name__,
    description="Kubernetes volumes are encrypted at rest.",
    severity=Severity.CRITICAL,
    remediation="use a storage class that the boundary lists as encrypted (EncryptedStorage).",
    judge=judge,
)
