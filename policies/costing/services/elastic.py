"""Pools of Karpenter: nothing at the least, and what their limits allow at the most."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from policies.costing.estimate import Measure, Use
from policies.costing.plan import Plan, Planned, peek
from policies.costing.rates import Tables, UnpricedError
from policies.costing.services.quantity import METRICS, held, running
from policies.costing.services.storage import disk, gibibytes

_TYPE: Final = "node.kubernetes.io/instance-type"
_FAMILY: Final = "karpenter.k8s.aws/instance-family"
_SIZES: Final = "karpenter.k8s.aws/instance-size"
_GPU: Final = "nvidia.com/gpu"
_VCPUS: Final[Mapping[str, int]] = {"medium": 1, "large": 2}
_VCPUS_OF_XLARGE: Final = 4
# https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html
_GPUS: Final[Mapping[str, Mapping[str, int]]] = {
    "g": {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8},
    "p": {"48xlarge": 8},
}


def vcpus(kind: str) -> int:
    """How many vCPUs an instance type has: AWS names sizes in multiples of an xlarge of four."""
    size = kind.partition(".")[2]
    match = re.fullmatch(r"([0-9]*)xlarge", size)
    if match is None:
        return _VCPUS.get(size, 1)
    return _VCPUS_OF_XLARGE * int(match[1] or 1)


def gpus(kind: str) -> int:
    """How many GPUs an instance type has; families without one begin with another letter."""
    sizes = _GPUS.get(kind[0])
    return 0 if sizes is None else sizes.get(kind.partition(".")[2], 1)


def candidates(requirements: list[Any], tables: Tables) -> list[str]:
    """The instance types that a pool may launch, of those of which the price is known.

    Raises:
        UnpricedError: It names no family and no type, or one of which no price is known.
    """
    wanted: dict[str, list[str]] = {
        str(peek(one, "key")): [str(value) for value in peek(one, "values") or []]
        for one in requirements
        if peek(one, "operator") == "In"
    }
    if _TYPE in wanted:
        return wanted[_TYPE]
    if _FAMILY not in wanted:
        raise UnpricedError("its requirements name neither instance types nor families")
    absent = [family for family in wanted[_FAMILY] if family not in tables.families]
    if absent:
        raise UnpricedError(f"no price and no assumption for the family {', '.join(absent)}")
    sizes = wanted.get(_SIZES)
    found = [
        kind
        for family in wanted[_FAMILY]
        for kind in tables.families[family]
        if sizes is None or kind.partition(".")[2] in sizes
    ]
    if not found:
        raise UnpricedError("no price and no assumption for a type that it may launch")
    return found


def _most(limits: Any, kind: str) -> int:
    """How many machines of one type fit under the limits."""
    bounds = []
    known = limits if isinstance(limits, Mapping) else {}
    cpu, gpu = known.get("cpu"), known.get(_GPU)
    if isinstance(cpu, int | str) and re.fullmatch(r"[0-9]+m?", str(cpu)):
        millis = int(str(cpu)[:-1]) if str(cpu).endswith("m") else int(cpu) * 1000
        bounds.append(millis // (vcpus(kind) * 1000))
    if isinstance(gpu, int | str) and str(gpu).isdecimal() and gpus(kind):
        bounds.append(int(gpu) // gpus(kind))
    if not bounds:
        raise UnpricedError("it has no limit of cpu or of GPUs, so it has no ceiling")
    return min(bounds)


def _attached(pool: Planned, plan: Plan, count: int) -> Iterator[Use]:
    """What comes with each node: its disks, and metrics by the minute where they are asked for."""
    found = plan.node_class(pool)
    if found is None:
        raise UnpricedError("its node class is not in this plan, so its disks are not known")
    for mapping in found.items("spec.blockDeviceMappings"):
        block = dict(peek(mapping, "ebs") or {})
        block["volumeSize"] = int(gibibytes(block.get("volumeSize")))
        yield from disk(block, 0, count)
    if peek(found.inputs, "spec.detailedMonitoring") is True:
        yield held("cloudwatch/metric", 0, METRICS * count)


def _pool(resource: Planned, plan: Plan, tables: Tables) -> Iterable[Use]:
    kinds = candidates(resource.items("spec.template.spec.requirements"), tables)
    limits = peek(resource.inputs, "spec.limits")
    most = {kind: _most(limits, kind) for kind in kinds}
    dearest = max(kinds, key=lambda kind: most[kind] * tables.rate(f"ec2/{kind}").monthly)
    cheapest = min(kinds, key=lambda kind: tables.rate(f"ec2/{kind}").monthly)
    kept = resource.number("spec.replicas", 0)
    yield running(f"ec2/{cheapest}", kept, kept)
    yield running(f"ec2/{dearest}", 0, max(0, most[dearest] - kept))
    yield from _attached(resource, plan, max(most.values()))


MEASURES: dict[str, Measure] = {"kubernetes:karpenter.sh/v1:NodePool": _pool}
