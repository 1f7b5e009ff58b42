"""Streaming: brokers, and the disks that they grow."""

from collections.abc import Iterable

from policies.costing.estimate import Measure, Use
from policies.costing.plan import Plan, Planned
from policies.costing.rates import Tables
from policies.costing.services.quantity import held, running

_CLUSTER = "aws:msk/cluster:Cluster"
_DISK = "brokerNodeGroupInfo.storageInfo.ebsStorageInfo"


def _cluster(resource: Planned, plan: Plan, _tables: Tables) -> Iterable[Use]:
    """Disks of brokers grow and never shrink: the most is what an autoscaling target allows."""
    brokers = resource.number("numberOfBrokerNodes")
    size = resource.number(f"{_DISK}.volumeSize")
    grown = [
        target.number("maxCapacity")
        for target in plan.of("aws:appautoscaling/target:Target")
        if plan.source(target, "resourceId", _CLUSTER) is resource
    ]
    kind = resource.text("brokerNodeGroupInfo.instanceType")
    yield running(f"msk/{kind.removeprefix('kafka.')}", brokers)
    yield held("msk/storage", brokers * size, brokers * max([size, *grown]))


MEASURES: dict[str, Measure] = {_CLUSTER: _cluster}
