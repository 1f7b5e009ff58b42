"""The whole pack over resources: what each rule says of each, and what a waiver excuses."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Final

from policies import catalog, guards
from policies.judging import FAILED, Declared, Finding, ResourceRule, Rule, StackRule, found
from policies.purview import purviews
from policies.waiving import WAIVERS, Waiver, covers, faults

Clock = Callable[[], date]
_STACK: Final = "pulumi:pulumi:Stack"


def today() -> date:
    """Gives the day by the machine's clock, UTC."""
    return datetime.now(tz=UTC).date()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One finding: the rule, the resource, what is wrong there, and what excuses it.

    Attributes:
        rule: Id of the rule.
        urn: The resource, if it is one.
        finding: What is wrong.
        waiver: Id of the waiver that excuses it; None makes it a violation.
    """

    rule: str
    urn: str | None
    finding: Finding
    waiver: str | None = None


class Hearing:
    """One stack as it is judged: resource by resource first, then all together.

    Waivers are held against what the plan has said of itself so far, and once more at the end.
    """

    def __init__(
        self, rules: Iterable[Rule], waivers: Iterable[Waiver] = WAIVERS, clock: Clock = today
    ) -> None:
        """Args: rules: All rules that judge. waivers: May excuse. clock: Says what day it is."""
        self.guard = guards.waivers_hold(self._void)
        self._of_resources = [rule for rule in rules if isinstance(rule, ResourceRule)]
        self._of_stacks = [rule for rule in rules if isinstance(rule, StackRule)]
        self._names = [rule.name for rule in (*self._of_resources, *self._of_stacks, self.guard)]
        self._waivers = tuple(waivers)
        self._clock = clock
        self._heard: dict[str, Declared] = {}
        self._used: set[str] = set()

    def hear(self, resources: Iterable[Declared]) -> None:
        """Takes note of resources, so that what they say of the plan counts from now on."""
        self._heard.update((resource.urn, resource) for resource in resources)

    def of(self, resource: Declared) -> Iterator[tuple[Rule, Verdict]]:
        """Judges one resource by the rules over resources.

        Yields:
            Each rule that found something, with what it found.
        """
        self.hear([resource])
        for rule in self._of_resources:
            for finding in found(partial(rule.judge, resource)):
                yield rule, self._weighed(rule, finding, resource)

    def together(self, resources: list[Declared]) -> Iterator[tuple[Rule, Verdict]]:
        """Judges all resources by the rules over stacks, and the waivers of the stack last.

        Yields:
            Each rule that found something, with what it found.
        """
        self._heard = {resource.urn: resource for resource in resources}
        for rule in self._of_stacks:
            for finding in found(partial(rule.judge, resources)):
                yield rule, self._weighed(rule, finding, self._heard.get(finding.urn or ""))
        for finding in found(partial(self.guard.judge, resources)):
            yield self.guard, Verdict(rule=self.guard.name, urn=finding.urn, finding=finding)

    def _weighed(self, rule: Rule, finding: Finding, resource: Declared | None) -> Verdict:
        urn = resource.urn if resource else finding.urn
        verdict = Verdict(rule=rule.name, urn=urn, finding=finding)
        if resource is None or finding.path == FAILED:
            return verdict
        for waiver in self._waivers:
            if waiver.names(rule.name, resource) and waiver.concerns(_stack_of(resource.urn)):
                self._used.add(waiver.id)
                if self._holds(waiver, resource):
                    return replace(verdict, waiver=waiver.id)
        return verdict

    def _holds(self, waiver: Waiver, resource: Declared) -> bool:
        said = purviews(self._heard.values())
        void = any(faults(waiver, self._clock(), said, self._names))
        return not void and covers(waiver, resource, said)

    def _void(self, resources: list[Declared]) -> Iterator[Finding]:
        said = purviews(resources)
        stacks = {_stack_of(resource.urn): resource for resource in resources}
        urn = next((one.urn for one in resources if one.type == _STACK), None)
        for waiver in self._waivers:
            if not any(waiver.concerns(stack) for stack in stacks):
                continue
            for finding in faults(waiver, self._clock(), said, self._names):
                yield replace(finding, urn=urn)
            if waiver.id not in self._used:
                yield Finding(
                    path=f"waivers/{waiver.id}.scope.urn",
                    given=waiver.scope.urn,
                    allowed=f"a resource of the stack that breaks {waiver.rule}",
                    urn=urn,
                )


def judge(
    resources: list[Declared],
    rules: Iterable[Rule] = (),
    waivers: Iterable[Waiver] = WAIVERS,
    clock: Clock = today,
) -> Iterator[Verdict]:
    """Judges resources as one stack by every rule of the pack, or by some.

    Yields:
        Each finding, waived ones included: those of each resource, those of the stack, and last
        what is wrong with its waivers.
    """
    chosen = list(rules)
    if chosen:  # the use of a waiver of another rule cannot show here
        names = {rule.name for rule in chosen}
        waivers = [waiver for waiver in waivers if waiver.rule in names]
    hearing = Hearing(chosen or catalog.discover(), waivers, clock)
    hearing.hear(resources)
    for resource in resources:
        for _, verdict in hearing.of(resource):
            yield verdict
    for _, verdict in hearing.together(resources):
        yield verdict


def _stack_of(urn: str) -> str:
    return urn.split(":")[2] if urn.startswith("urn:pulumi:") else ""
