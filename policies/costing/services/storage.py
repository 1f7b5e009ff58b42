"""Volumes: what their size and speed cost."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from policies.costing.estimate import Measure, Use
from policies.costing.plan import Plan, Planned, peek
from policies.costing.rates import Tables, UnpricedError
from policies.costing.services.quantity import held

INCLUDED_IOPS: Final = 3000
INCLUDED_MIBPS: Final = 125
"""What a gp3 volume does at no further charge."""

_DRIVER: Final = "ebs.csi.aws.com"
_SIZE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(Ki|Mi|Gi|Ti|k|M|G|T|)")
_BYTES: Final[Mapping[str, int]] = {
    "": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12,
    "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40,
}  # fmt: skip


def gibibytes(quantity: Any) -> Decimal:
    """The size of a volume as Kubernetes writes it (`500Gi`), in GiB.

    Raises:
        UnpricedError: It is no size that is known before apply.
    """
    match = _SIZE.fullmatch(quantity) if isinstance(quantity, str) else None
    if match is None:
        raise UnpricedError("the size of a volume is not known before apply")
    return Decimal(match[1]) * _BYTES[match[2]] / 2**30


def disk(block: Any, floor: int = 1, ceiling: int | None = None) -> Iterable[Use]:
    """What so many disks like this one cost.

    Args:
        block: Its `volumeSize`, `volumeType`, `iops` and `throughput`, as AWS calls them.
        floor: How many there are at the least.
        ceiling: How many at the most.
    """
    most = floor if ceiling is None else ceiling
    one = Planned(type="", urn="", name="", inputs=block if isinstance(block, Mapping) else {})
    kind = one.text("volumeType", "gp3")
    size = one.number("volumeSize")
    yield held(f"ebs/{kind}", size * floor, size * most)
    if kind == "gp3":
        iops = max(0, one.number("iops", INCLUDED_IOPS) - INCLUDED_IOPS)
        speed = max(0, one.number("throughput", INCLUDED_MIBPS) - INCLUDED_MIBPS)
        yield held("ebs/gp3-iops", iops * floor, iops * most)
        yield held("ebs/gp3-throughput", speed * floor, speed * most)


def _volume(resource: Planned, _plan: Plan, _tables: Tables) -> Iterable[Use]:
    named = {"volumeSize": "size", "volumeType": "type", "iops": "iops", "throughput": "throughput"}
    return disk({key: resource.inputs.get(name) for key, name in named.items()})


def _claimed(plan: Plan, spec: Any, copies: int) -> Iterable[Use]:
    """A claim costs what the disk does that its storage class makes; other classes make none."""
    name = peek(spec, "storageClassName")
    classes = [
        found
        for found in plan.of("kubernetes:storage.k8s.io/v1:StorageClass")
        if isinstance(name, str) and peek(found.inputs, "metadata.name") == name
    ]
    if not classes:
        raise UnpricedError(f"the storage class {name!r} of a claim is not in this plan")
    for found in classes:
        if found.text("provisioner") == _DRIVER:
            size = gibibytes(peek(spec, "resources.requests.storage"))
            yield held(f"ebs/{found.text('parameters.type', 'gp3')}", size * copies)


def _claim(resource: Planned, plan: Plan, _tables: Tables) -> Iterable[Use]:
    return _claimed(plan, resource.inputs.get("spec"), 1)


def _stateful_set(resource: Planned, plan: Plan, _tables: Tables) -> Iterable[Use]:
    copies = resource.number("spec.replicas", 1)
    for template in resource.items("spec.volumeClaimTemplates"):
        yield from _claimed(plan, peek(template, "spec"), copies)


MEASURES: dict[str, Measure] = {
    "aws:ebs/volume:Volume": _volume,
    "kubernetes:core/v1:PersistentVolumeClaim": _claim,
    "kubernetes:apps/v1:StatefulSet": _stateful_set,
}
