"""Kubernetes storage is encrypted: classes that encrypt, claims that name such a class."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.accepting import listed, one_of
from policies.boundary import BOUNDARY
from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.pods import objects, pod_specs
from policies.reading import MISSING

_CLASS: Final = (
    listed(BOUNDARY.storage_class_names),
    "storage class " + " or ".join(sorted(BOUNDARY.storage_class_names)),
)
_PROVISIONER: Final = (
    listed(BOUNDARY.provisioner_names),
    "provisioner " + " or ".join(sorted(BOUNDARY.provisioner_names)),
)
_CLAIM: Final = ("spec.storageClassName", *_CLASS)
_TEMPLATES: Final = ("spec.volumeClaimTemplates[*].spec.storageClassName", *_CLASS)
_EPHEMERAL: Final = ("volumes[*].ephemeral?.volumeClaimTemplate.spec.storageClassName", *_CLASS)

TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    "kubernetes:storage.k8s.io/v1:StorageClass": (
        ("parameters.encrypted", one_of("true"), '"true"'),
        ("provisioner", *_PROVISIONER),
    ),
    "kubernetes:core/v1:PersistentVolumeClaim": (_CLAIM,),
    "kubernetes:core/v1:PersistentVolume": (
        _CLAIM,
        ("spec.csi", lambda value: value is not MISSING, "a CSI volume, not a path or a share"),
    ),
    "kubernetes:apps/v1:StatefulSet": (_TEMPLATES,),
    "kubernetes:core/v1:Pod": (),
}
_BY_KIND: Final = {
    token.removeprefix("kubernetes:").replace("/v1:", "/"): demands
    for token, demands in TYPES.items()
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges storage classes, volumes, claims, and the claims that pods bring along."""
    for place, kind, item in objects(resource):
        yield from unmet(item, _BY_KIND.get(kind, ()), place)
    for path, spec in pod_specs(resource):
        yield from unmet(spec, [_EPHEMERAL], path)


policy = resource_rule(
    __name__,
    description="Kubernetes volumes are encrypted at rest.",
    severity=Severity.CRITICAL,
    remediation="use a storage class that the boundary lists as encrypted (EncryptedStorage).",
    judge=judge,
)
