"""From a judgement to a policy that always blocks.

A rule is a function from what was declared to findings. The builders here describe it as a policy
of the SDK: mandatory, with the id that its folder and file give it. Whoever asks it does so by
`found`, so that a rule that fails is a violation and never a free pass.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeAlias, TypeVar

from pulumi_policy import EnforcementLevel, Policy, Severity

from policies.encoded import decoded
from policies.reading import Tree, find, leaves, show, texts
from policies.statements import Statement, statements


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A resource as it was declared, with every unknown marked."""

    type: str
    urn: str
    name: str
    props: Tree
    provider_type: str | None = None
    provider_props: Tree = None
    derived_from: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Top-level property to the URNs it was made from; known to stack rules only."""

    @cached_property
    def leaves(self) -> tuple[tuple[str, Tree], ...]:
        """Every scalar at any depth with its path, walked once for all rules."""
        return tuple(decoded(self.type, leaves(self.props), leaves))

    @cached_property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Every text at any depth with its path, keys included, walked once for all rules."""
        return tuple(decoded(self.type, texts(self.props), texts))

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Every statement of the policy documents it holds, read once for all rules."""
        return tuple(statements(self.props))


Of = TypeVar("Of")


def once(read: Callable[[Declared], Iterable[Of]]) -> Callable[[Declared], tuple[Of, ...]]:
    """Lets a reader walk each resource once, however many rules ask it."""
    name = f"{read.__module__}.{read.__qualname__}"

    def kept(resource: Declared) -> tuple[Of, ...]:
        if name not in resource.__dict__:
            resource.__dict__[name] = tuple(read(resource))
        answer: tuple[Of, ...] = resource.__dict__[name]
        return answer

    return kept


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong: where, what was given, and what is allowed there."""

    path: str
    given: Tree
    allowed: str
    urn: str | None = None
    """The resource; only stack rules say it."""


FAILED: Final = "(the rule itself)"
"""Path of what a rule finds that could not be run."""

ResourceJudge: TypeAlias = Callable[[Declared], Iterable[Finding]]
StackJudge: TypeAlias = Callable[[list[Declared]], Iterable[Finding]]


class _Rule(Policy):
    judge: Any

    def __init__(
        self, module: str, description: str, severity: Severity, remediation: str, judge: Any
    ) -> None:
        super().__init__(
            name=identity(module),
            description=description,
            enforcement_level=EnforcementLevel.MANDATORY,
            severity=severity,
            remediation_steps=remediation,
        )
        self.judge = judge


class ResourceRule(_Rule):
    """A rule over one resource, which the SDK describes and the pack itself serves."""

    judge: ResourceJudge


class StackRule(_Rule):
    """A rule over all resources of a stack, described and served alike."""

    judge: StackJudge


Rule: TypeAlias = ResourceRule | StackRule


Demand: TypeAlias = tuple[str, Callable[[Tree], bool], str]
"""A property path, what is accepted there, and that in words."""


def unmet(tree: Tree, demands: Iterable[Demand], at: str = "") -> Iterator[Finding]:
    """Finds the values that do not meet their demand.

    Args:
        tree: Thawed properties.
        demands: What is asked. An unknown or missing value has to be accepted like any other.
        at: Where the tree itself stands, to put before the paths found.

    Yields:
        A finding for each value that is not accepted.
    """
    for path, accept, allowed in demands:
        for place, value in find(tree, path, at):
            if not accept(value):
                yield Finding(path=place, given=value, allowed=allowed)


def identity(module: str) -> str:
    """Gives the stable id of a rule: ``policies.access.some_rule`` is ``access-some-rule``."""
    _, topic, rule = module.split(".")
    return f"{topic}-{rule}".replace("_", "-")


def resource_rule(
    module: str, *, description: str, severity: Severity, remediation: str, judge: ResourceJudge
) -> ResourceRule:
    """Builds a rule that judges one resource at a time, before it is created or changed.

    Args:
        module: ``__name__`` of the rule's file, which gives the id.
        description: What the rule demands, in one sentence.
        severity: How much is at stake.
        remediation: What to do about a violation, in one sentence.
        judge: Yields a finding for each fault of the resource.

    Returns:
        A mandatory policy. If the judge fails, that is a violation.
    """
    return ResourceRule(module, description, severity, remediation, judge)


def stack_rule(
    module: str, *, description: str, severity: Severity, remediation: str, judge: StackJudge
) -> StackRule:
    """Builds a rule that judges all resources of a stack together.

    The engine runs it at the end of a preview, and again after the steps of an update.

    Args:
        module: ``__name__`` of the rule's file, which gives the id.
        description: What the rule demands, in one sentence.
        severity: How much is at stake.
        remediation: What to do about a violation, in one sentence.
        judge: Yields a finding, with its URN, for each fault of the stack.

    Returns:
        A mandatory policy. If the judge fails, that is a violation.
    """
    return StackRule(module, description, severity, remediation, judge)


def found(run: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Runs a judge; one that fails has found something, and passes nothing.

    Yields:
        What the judge finds, and last, if it failed, a finding at the path `FAILED`.
    """
    try:
        yield from run()
    except Exception as error:  # noqa: BLE001 - whatever fails, the plan must not pass unjudged
        yield Finding(path=FAILED, given=f"{type(error).__name__}: {error}", allowed="an answer")


def told(finding: Finding, urn: str | None, remediation: str) -> str:
    """Says in one line what is wrong, where, and what to do."""
    if finding.path == FAILED:
        return (
            f"{urn or 'the stack'}: the rule could not be run ({finding.given}), and what cannot "
            "be judged is refused. Remedy: report this as a defect of the rule."
        )
    return (
        f"{urn}: {finding.path}: given {show(finding.given)}; allowed: {finding.allowed}. "
        f"Remedy: {remediation}"
    )
