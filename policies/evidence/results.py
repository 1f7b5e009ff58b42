"""What each rule said of a plan, and what that makes of each control of each framework."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pulumi_policy import Policy

from policies import catalog, guards
from policies.evidence.environment import Environment
from policies.evidence.watching import Watch
from policies.frameworks.framework import Control, Evidence, Framework
from policies.frameworks.shelf import Shelf
from policies.judging import FAILED, Declared, ResourceRule
from policies.reading import show
from policies.verdicts import Verdict
from policies.waiving import WAIVERS, Waiver

VIOLATED: Final = "violated"
WAIVED: Final = "waived"
KEPT: Final = "kept"
IDLE: Final = "nothing to judge"
NOT_JUDGED: Final = "not judged"
NOT_BINDING: Final = "not applicable"

STATUSES: Final = {
    VIOLATED: "A rule found something against it.",
    WAIVED: "What a rule found is excused by a waiver with its ground, and nothing else was found.",
    KEPT: "Its rules read resources of this plan and found nothing against it.",
    IDLE: "It has rules, and nothing of this plan is of a kind that they judge.",
    NOT_JUDGED: "No rule can answer it; the reason and other evidence are given.",
    NOT_BINDING: "The framework does not bind this environment.",
}
"""What the status of a control means, the gravest first."""


@dataclass(frozen=True)
class RuleResult:
    """What one rule said of the whole plan."""

    rule: Policy
    read: frozenset[str]
    violations: tuple[dict[str, Any], ...]

    @property
    def status(self) -> str:
        """One of the statuses that rules can have."""
        if any(violation["waiver"] is None for violation in self.violations):
            return VIOLATED
        if self.violations:
            return WAIVED
        return KEPT if self.read else IDLE


def of_rules(
    resources: list[Declared], day: date, waivers: Iterable[Waiver] = WAIVERS
) -> list[RuleResult]:
    """Judges a plan by every rule of the pack, and the waivers of its stack as of a day.

    The guards come last. What waivers name is what the guard over them read; whether an update was
    previewed shows when it is carried out, so no plan has anything for the guard over that.
    """
    waivers = list(waivers)
    watch = Watch(resources)
    modules = catalog.modules()
    found: dict[str, list[dict[str, Any]]] = {}
    for verdict in watch.judge([module.policy for module in modules], day, waivers):
        found.setdefault(verdict.rule, []).append(_violation(verdict))
    for ones in found.values():
        ones.sort(key=lambda one: (one["urn"] or "", one["path"], one["given"]))
    read = [(module.policy, watch.read_by(module)) for module in modules]
    over_waivers = guards.waivers_hold(lambda _: ()).name
    excused = frozenset(
        resource.urn
        for resource in resources
        for waiver in waivers
        if waiver.names(waiver.rule, resource)
    )
    of_guards = [
        (guard, excused if guard.name == over_waivers else frozenset[str]())
        for guard in guards.guards()
    ]
    return [
        RuleResult(rule, urns, tuple(found.get(rule.name, ()))) for rule, urns in read + of_guards
    ]


def _violation(verdict: Verdict) -> dict[str, Any]:
    finding = verdict.finding
    return {
        "rule": verdict.rule,
        "urn": verdict.urn,
        "path": finding.path,
        "given": str(finding.given) if finding.path == FAILED else show(finding.given),
        "allowed": finding.allowed,
        "waiver": verdict.waiver,
    }


def of_rule(result: RuleResult, number: int) -> dict[str, Any]:
    """Gives a rule's entry in the report."""
    rule = result.rule
    return {
        "id": rule.name,
        "number": number,
        "judges": "resource" if isinstance(rule, ResourceRule) else "stack",
        "severity": rule.severity.value if rule.severity else "",
        "demands": rule.description,
        "remedy": rule.remediation_steps or "",
        "status": result.status,
        "read": len(result.read),
        "violations": list(result.violations),
    }


def of_frameworks(
    shelf: Shelf,
    results: Iterable[RuleResult],
    environment: Environment,
    resources: Iterable[Declared],
) -> list[dict[str, Any]]:
    """Gives every control of every framework its status, with what it rests on."""
    by_rule = {result.rule.name: result for result in results}
    types: dict[str, int] = {}
    for resource in resources:
        types[resource.type] = types.get(resource.type, 0) + 1
    found = []
    for framework in shelf.frameworks:
        binds, why = _binds(framework, environment)
        controls = [
            _control(control, shelf.rules_of(control), by_rule, types, binds=binds)
            for control in framework.controls
        ]
        said = framework.model_dump(
            include={"id", "short", "title", "edition", "issuer", "force", "about"}
        )
        found.append(
            {
                **said,
                "binds": binds,
                "why": why,
                "note": framework.binds.note,
                "counts": _counts(controls),
                "controls": [
                    {**control, "edition": one.edition or framework.edition}
                    for control, one in zip(controls, framework.controls, strict=True)
                ],
            }
        )
    return sorted(found, key=lambda one: not one["binds"])  # those that bind first


def _binds(framework: Framework, environment: Environment) -> tuple[bool, str]:
    kind = (environment.perimeter, environment.sector, environment.data_classes)
    whom = framework.binds.words()
    if framework.superseded_by:
        return False, f"It was replaced by {framework.superseded_by}."
    if framework.binds.holds(*kind):
        return True, f"It binds {whom}."
    return False, (
        f"It binds {whom}; this environment is perimeter {environment.perimeter}, sector "
        f"{environment.sector}, data class {' and '.join(environment.data_classes)}."
    )


def _control(
    control: Control,
    rules: tuple[str, ...],
    by_rule: dict[str, RuleResult],
    types: dict[str, int],
    *,
    binds: bool,
) -> dict[str, Any]:
    return {
        "id": control.id,
        "title": control.title,
        "requirement": control.requirement,
        "priority": control.priority,
        "verified": control.verified.model_dump(),
        "status": _status([by_rule[rule] for rule in rules]) if binds else NOT_BINDING,
        "not_checkable": control.not_checkable,
        "rules": [
            {
                "id": rule,
                "status": by_rule[rule].status,
                "read": len(by_rule[rule].read),
                "violations": len(by_rule[rule].violations),
            }
            for rule in rules
        ],
        "evidence": [_evidence(evidence, types) for evidence in control.evidence],
    }


def _status(results: list[RuleResult]) -> str:
    found = {result.status for result in results}
    return next((status for status in STATUSES if status in found), NOT_JUDGED)


def _evidence(evidence: Evidence, types: dict[str, int]) -> dict[str, Any]:
    said = evidence.model_dump(include={"kind", "where", "says"})
    in_plan = sum(types.get(one, 0) for one in evidence.types) if evidence.types else None
    return {**said, "in_plan": in_plan}


def _counts(controls: list[dict[str, Any]]) -> dict[str, int]:
    return {status: sum(control["status"] == status for control in controls) for status in STATUSES}
