"""Pods run in the restricted context, said in the plan and not left to defaults."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.node_agents import excused
from policies.pods import POD_TYPES, containers, pod_specs
from policies.reading import MISSING, Tree, find
from policies.restricted import CONTAINER, INHERITED, POD, VOLUME_KINDS

TYPES: Final = POD_TYPES


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges each pod specification, its volumes, and each of its containers."""
    return (found for found in _unrestricted(resource) if not excused(resource, found))


def _unrestricted(resource: Declared) -> Iterator[Finding]:
    for path, spec in pod_specs(resource):
        yield from unmet(spec, (*POD, _VOLUMES), path)
        for place, container in containers(path, spec):
            yield from unmet(container, CONTAINER, place)
            for demand in INHERITED:
                asked_of_pod = _says(spec, demand) and not _says(container, demand)
                tree, at = (spec, path) if asked_of_pod else (container, place)
                yield from unmet(tree, [demand], at)


def _says(tree: Tree, demand: Demand) -> bool:
    return any(value is not MISSING for _, value in find(tree, demand[0]))


def _harmless(volume: Tree) -> bool:
    return isinstance(volume, dict) and all(
        key == "name" or key in VOLUME_KINDS for key, value in volume.items() if value is not None
    )


_VOLUMES: Final[Demand] = (
    "volumes[*]",
    _harmless,
    f"a volume of {', '.join(sorted(VOLUME_KINDS))}",
)

policy = resource_rule(
    __name__,
    description="Pods run in the restricted security context and do not reach into the node.",
    severity=Severity.HIGH,
    remediation="fill in the restricted security context; stacks/hardening.py does it for all.",
    judge=judge,
)
