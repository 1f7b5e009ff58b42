"""Fixtures of the policy rules: resources as data, judged as the policy SDK would have it done.

A fixture is a list of resources. `expect` is the property path that a violation of that resource
must name; `!unknown` is a value that the engine does not know at preview; `depends` says what a
top-level property is made from, by fixture name or by URN.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pulumi_policy import (
    Policy,
    PolicyCustomTimeouts,
    PolicyProviderResource,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

FIXTURES = Path(__file__).resolve().parent.parent / "policies" / "fixtures"

_DEFAULT_PROVIDERS = {
    "aws": {"type": "pulumi:providers:aws", "props": {"region": "me-central-1"}},
    "kubernetes": {"type": "pulumi:providers:kubernetes", "props": {}},
}
_OPTIONS = PolicyResourceOptions(
    protect=False,
    ignore_changes=[],
    delete_before_replace=None,
    aliases=[],
    custom_timeouts=PolicyCustomTimeouts(0, 0, 0),
    additional_secret_outputs=[],
)


@dataclass(frozen=True, kw_only=True)
class Case:
    type: str
    name: str
    props: dict[str, Any] = field(default_factory=dict)
    provider: dict[str, Any] | None = None
    expect: str | None = None
    depends: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def urn(self) -> str:
        return f"urn:pulumi:fixture::mizan::{self.type}::{self.name}"

    @property
    def provider_type(self) -> str | None:
        return None if self.provider is None else str(self.provider["type"])


class _Loader(yaml.SafeLoader):
    pass


_Loader.add_constructor("!unknown", lambda _loader, _node: UNKNOWN_STRING_VALUE)


def load(path: Path) -> list[Case]:
    document = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    return [_case(entry) for entry in document]


def _case(entry: dict[str, Any]) -> Case:
    default = _DEFAULT_PROVIDERS.get(entry["type"].partition(":")[0])
    return Case(**{"provider": default, **entry})


def violations(policy: Policy, cases: list[Case]) -> dict[str, list[str]]:
    """Messages by resource URN; a stack rule sees the cases as one stack."""
    found: dict[str, list[str]] = defaultdict(list)

    def report(message: str, urn: str | None = None) -> None:
        found[str(urn)].append(message)

    if isinstance(policy, StackValidationPolicy):
        policy.validate(StackValidationArgs(_stack(cases)), report)
        return found
    assert isinstance(policy, ResourceValidationPolicy)
    for case in cases:
        policy.validate(resource_args(case), report)
    return found


def resource_args(case: Case) -> ResourceValidationArgs:
    props = unknown_checking_proxy(case.props)
    return ResourceValidationArgs(case.type, props, case.urn, case.name, _OPTIONS, _provider(case))


def _provider(case: Case) -> PolicyProviderResource | None:
    if case.provider is None:
        return None
    kind = str(case.provider["type"])
    props = unknown_checking_proxy(case.provider.get("props", {}))
    return PolicyProviderResource(kind, props, f"urn:pulumi:fixture::mizan::{kind}::p", "p")


def _stack(cases: list[Case]) -> list[PolicyResource]:
    made = [
        PolicyResource(
            case.type,
            unknown_checking_proxy(case.props),
            case.urn,
            case.name,
            _OPTIONS,
            _provider(case),
            None,
            [],
            {},
        )
        for case in cases
    ]
    # A name may be borne by several types, so what comes from a real plan says the URN.
    known = {one.name: one for one in made} | {one.urn: one for one in made}
    for case, resource in zip(cases, made, strict=True):
        for key, sources in case.depends.items():
            resource.property_dependencies[key] = [known[source] for source in sources]
    return made
