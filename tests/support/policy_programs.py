"""Programs made from fixtures: the real engine is shown what the rules say they refuse."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from itertools import chain
from pathlib import Path
from typing import Any

from pulumi_policy import Policy

from tests.support.policy_engine import PLUGINS, Preview
from tests.support.policy_fixtures import FIXTURES, Case, load, violations

STACK_REFERENCE = "pulumi:pulumi:StackReference"
_PROVIDER = "pulumi:providers:"
_PACKAGES = {plugin.name.removeprefix("pulumi-resource-") for plugin in PLUGINS.iterdir()}


@dataclass(frozen=True, order=True)
class Blame:
    """One violation: the rule, the resource by its type and name, and the path in it."""

    rule: str
    resource: str
    path: str


def faults(rule: str, *, whole: bool) -> list[Case]:
    """What the bad fixture of a rule declares, under names that say the rule.

    Args:
        rule: Id of the rule.
        whole: All that it declares; else the first resource that is to be blamed.
    """
    cases = load(FIXTURES / rule / "bad.yaml")
    absent = {case.name for case in cases if not _can_be_planned(case)}
    chosen = [
        case
        for case in cases
        if _can_be_planned(case) and absent.isdisjoint(chain(*case.depends.values()))
    ]
    if not whole:
        chosen = [case for case in chosen if case.expect is not None and not case.depends][:1]
    return [_named(case, rule) for case in chosen]


def _can_be_planned(case: Case) -> bool:
    kind = case.type if case.type.startswith(_PROVIDER) else case.provider_type
    plain = kind is None or kind.removeprefix(_PROVIDER) in _PACKAGES
    return plain and case.type != STACK_REFERENCE


def _named(case: Case, rule: str) -> Case:
    depends = {key: [f"{rule}.{name}" for name in names] for key, names in case.depends.items()}
    return replace(case, name=f"{rule}.{case.name}", depends=depends)


def write(cases: list[Case], program: Path) -> list[Case]:
    """Writes what a program declares, each provider before what it makes.

    Returns:
        All that the program declares, providers included.
    """
    providers: dict[str, Case] = {}
    entries = [_entry(case, _provider(case, providers)) for case in _sources_first(cases)]
    declared = [_entry(provider, None) for provider in providers.values()]
    (program / "resources.json").write_text(json.dumps([*declared, *entries]), encoding="utf-8")
    return [*providers.values(), *cases]


def _entry(case: Case, provider: str | None) -> dict[str, Any]:
    return {
        "type": case.type,
        "name": case.name,
        "props": case.props,
        "depends": case.depends,
        "provider": provider,
    }


def _sources_first(cases: list[Case]) -> Iterator[Case]:
    by_name = {case.name: case for case in cases}
    order = TopologicalSorter({case.name: chain(*case.depends.values()) for case in cases})
    return (by_name[name] for name in order.static_order())


def _provider(case: Case, providers: dict[str, Case]) -> str | None:
    if case.provider is None or case.type.startswith(_PROVIDER):
        return None
    props: dict[str, Any] = case.provider.get("props", {})
    key = json.dumps([case.provider["type"], props], sort_keys=True)
    made = Case(type=case.provider["type"], name=f"provider-{len(providers)}", props=props)
    return providers.setdefault(key, made).name


def told(preview: Preview) -> set[Blame]:
    """What the engine says is wrong."""
    return {
        Blame(
            entry["policyName"],
            "::".join(entry["resourceUrn"].split("::")[-2:]),
            _path(entry["message"], entry["resourceUrn"]),
        )
        for entry in preview.violations
    }


def foretold(cases: list[Case], rules: Iterable[Policy]) -> set[Blame]:
    """What the rules say is wrong, asked without an engine."""
    return {
        Blame(rule.name, "::".join(urn.split("::")[-2:]), _path(message, urn))
        for rule in rules
        for urn, messages in violations(rule, cases).items()
        for message in messages
    }


def _path(message: str, urn: str) -> str:
    # The engine puts colours into what it tells.
    return message.partition(f"{urn}: ")[2].partition(": given ")[0]
