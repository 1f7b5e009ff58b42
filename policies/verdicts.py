"""The whole pack over a document, without the engine: what each rule says of each resource."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from policies import catalog
from policies.judging import Declared, Finding, Rule, StackRule, found


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One violation: the rule, the resource and what is wrong there."""

    rule: str
    urn: str | None
    finding: Finding


def judge(resources: list[Declared], rules: Iterable[Rule] = ()) -> Iterator[Verdict]:
    """Judges resources as one stack by every rule of the pack, or by some.

    Yields:
        Each violation, in the order of the rules.
    """
    for rule in rules or catalog.discover():
        if isinstance(rule, StackRule):
            for finding in found(partial(rule.judge, resources)):
                yield Verdict(rule=rule.name, urn=finding.urn, finding=finding)
            continue
        for resource in resources:
            for finding in found(partial(rule.judge, resource)):
                yield Verdict(rule=rule.name, urn=resource.urn, finding=finding)
