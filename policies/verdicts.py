"""The whole pack over a document, without the engine: what each rule says of each resource."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from types import ModuleType

from pulumi_policy import ResourceValidationPolicy

from policies import catalog
from policies.judging import Declared, Finding, found


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One violation: the rule, the resource and what is wrong there."""

    rule: str
    urn: str | None
    finding: Finding


def judge(resources: list[Declared], modules: Iterable[ModuleType] = ()) -> Iterator[Verdict]:
    """Judges resources as one stack by every rule of the pack, or by some.

    Yields:
        Each violation, in the order of the rules.
    """
    for module in modules or catalog.modules():
        rule: str = module.policy.name
        if not isinstance(module.policy, ResourceValidationPolicy):
            for finding in found(partial(module.judge, resources)):
                yield Verdict(rule=rule, urn=finding.urn, finding=finding)
            continue
        for resource in resources:
            for finding in found(partial(module.judge, resource)):
                yield Verdict(rule=rule, urn=resource.urn, finding=finding)
