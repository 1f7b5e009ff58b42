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
from google.protobuf import json_format, struct_pb2
from pulumi.output import Unknown
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
from pulumi_policy.deserialize import deserialize_properties
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

FIXTURES = Path(__file__).resolve().parent.parent / "policies" / "fixtures"

_DEFAULT_PROVIDERS = {
    "aws": {
        "type": "pulumi:providers:aws",
        "props": {
            "region": "me-central-1",
            "allowedAccountIds": '["111122223333", "123456789012"]',
        },
    },
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
    stack: str = "fixture"

    @property
    def urn(self) -> str:
        return f"urn:pulumi:{self.stack}::mizan::{self.type}::{self.name}"

    @property
    def provider_type(self) -> str | None:
        return None if self.provider is None else str(self.provider["type"])


class _Loader(yaml.SafeLoader):
    pass


_Loader.add_constructor("!unknown", lambda _loader, _node: UNKNOWN_STRING_VALUE)


def load(path: Path) -> list[Case]:
    return [case(entry) for entry in read(path)]


def read(path: Path) -> list[dict[str, Any]]:
    """The entries of a file as they are written, unknown values included."""
    text = path.read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    return entries


def case(entry: dict[str, Any]) -> Case:
    """A resource as a file says it, under the provider that it has where it says none."""
    default = _DEFAULT_PROVIDERS.get(entry["type"].partition(":")[0])
    return Case(**{"provider": default, **entry})


def on_the_wire(props: dict[str, Any]) -> struct_pb2.Struct:
    """Properties as the engine sends them: what is not known yet has a sign of its own."""
    struct: struct_pb2.Struct = json_format.ParseDict(_signed(props), struct_pb2.Struct())
    return struct


def _signed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _signed(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_signed(inner) for inner in value]
    return UNKNOWN_STRING_VALUE if isinstance(value, Unknown) else value


def _received(props: dict[str, Any]) -> Any:
    """Properties as the SDK hands them to a rule: numbers are floats, assets are objects."""
    sent = json_format.MessageToDict(on_the_wire(props))
    return unknown_checking_proxy(deserialize_properties(sent))


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
    props = _received(case.props)
    return ResourceValidationArgs(case.type, props, case.urn, case.name, _OPTIONS, _provider(case))


def _provider(case: Case) -> PolicyProviderResource | None:
    if case.provider is None:
        return None
    kind = str(case.provider["type"])
    props = _received(case.provider.get("props", {}))
    return PolicyProviderResource(kind, props, f"urn:pulumi:fixture::mizan::{kind}::p", "p")


def _stack(cases: list[Case]) -> list[PolicyResource]:
    made = [
        PolicyResource(
            case.type,
            _received(case.props),
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
