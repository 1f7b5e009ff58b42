"""Machines: single ones, and pools that grow between a minimum and a maximum."""

from collections.abc import Iterable
from typing import Final

from policies.costing.estimate import Measure, Use
from policies.costing.plan import Plan, Planned, peek
from policies.costing.rates import Tables, UnpricedError
from policies.costing.services.quantity import METRICS, held, running
from policies.costing.services.storage import disk

_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"


def _machines(tables: Tables, types: list[str], floor: int, ceiling: int) -> Iterable[Use]:
    """The least is paid for the cheapest of the types, the most for the dearest.

    A machine that may be interrupted is priced like any other: its price is no promise.
    """
    if not types or not all(isinstance(one, str) for one in types):
        raise UnpricedError("the instance type is not known before apply, or missing")
    by_price = sorted(types, key=lambda one: tables.rate(f"ec2/{one}").monthly)
    yield running(f"ec2/{by_price[0]}", floor, floor)
    yield running(f"ec2/{by_price[-1]}", 0, ceiling - floor)


def _attached(template: Planned | None, floor: int, ceiling: int) -> Iterable[Use]:
    """What comes with each machine: its disks, and metrics by the minute where asked for."""
    if template is None:
        raise UnpricedError("its disks are not known: it has no launch template in this plan")
    mappings = template.items("blockDeviceMappings")
    if not mappings:
        raise UnpricedError("its launch template does not say its disks (blockDeviceMappings)")
    for mapping in mappings:
        yield from disk(peek(mapping, "ebs"), floor, ceiling)
    if peek(template.inputs, "monitoring.enabled") is True:
        yield held("cloudwatch/metric", METRICS * floor, METRICS * ceiling)


def _node_group(resource: Planned, plan: Plan, tables: Tables) -> Iterable[Use]:
    floor = resource.number("scalingConfig.minSize")
    ceiling = resource.number("scalingConfig.maxSize")
    template = plan.source(resource, "launchTemplate", _TEMPLATE)
    types = resource.items("instanceTypes")
    if not types and template is not None:
        types = [template.text("instanceType")]
    yield from _machines(tables, types, floor, ceiling)
    yield from _attached(template, floor, ceiling)


def _group(resource: Planned, plan: Plan, tables: Tables) -> Iterable[Use]:
    floor, ceiling = resource.number("minSize"), resource.number("maxSize")
    template = plan.source(resource, "launchTemplate", _TEMPLATE)
    types = [] if template is None else [template.text("instanceType")]
    yield from _machines(tables, types, floor, ceiling)
    yield from _attached(template, floor, ceiling)


def _instance(resource: Planned, plan: Plan, tables: Tables) -> Iterable[Use]:
    template = plan.source(resource, "launchTemplate", _TEMPLATE)
    holder = resource if template is None else template
    yield from _machines(tables, [holder.text("instanceType")], 1, 1)
    blocks = [*resource.items("ebsBlockDevices")]
    root = resource.inputs.get("rootBlockDevice")
    if root is not None:
        blocks.append(root)
    for block in blocks:
        yield from disk(block)
    if not blocks:
        yield from _attached(template, 1, 1)


MEASURES: dict[str, Measure] = {
    "aws:autoscaling/group:Group": _group,
    "aws:ec2/instance:Instance": _instance,
    "aws:eks/nodeGroup:NodeGroup": _node_group,
}
