"""Fixtures of the policy rules: resources as data, judged as they come from the engine.

A fixture is a list of resources. `expect` is the property path that a violation of that resource
must name; `!unknown` is a value that the engine does not know at preview; `depends` says what a
top-level property is made from, by fixture name or by URN.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from google.protobuf import json_format, struct_pb2
from pulumi.output import Unknown
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from policies import wire
from policies.judging import Declared, Rule, StackRule, found, told

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


def request(case: Case) -> analyzer_pb2.AnalyzeRequest:
    """A resource by itself, as the engine sends it."""
    return analyzer_pb2.AnalyzeRequest(**_said(case))


def stack_request(cases: list[Case]) -> analyzer_pb2.AnalyzeStackRequest:
    """Resources as one stack, as the engine sends it, with what each was made from."""
    # A name may be borne by several types, so what comes from a real plan says the URN.
    urns = {case.name: case.urn for case in cases}
    resources = [
        analyzer_pb2.AnalyzerResource(
            **_said(case),
            propertyDependencies={
                key: analyzer_pb2.AnalyzerPropertyDependencies(
                    urns=[urns.get(name, name) for name in names]
                )
                for key, names in case.depends.items()
            },
        )
        for case in cases
    ]
    return analyzer_pb2.AnalyzeStackRequest(resources=resources)


def _said(case: Case) -> dict[str, Any]:
    return {
        "urn": case.urn,
        "type": case.type,
        "name": case.name,
        "properties": on_the_wire(case.props),
        "provider": _provider(case),
    }


def _provider(case: Case) -> analyzer_pb2.AnalyzerProviderResource | None:
    if case.provider is None:
        return None
    kind = str(case.provider["type"])
    return analyzer_pb2.AnalyzerProviderResource(
        type=kind,
        name="p",
        urn=f"urn:pulumi:fixture::mizan::{kind}::p",
        properties=on_the_wire(case.provider.get("props", {})),
    )


def violations(rule: Rule, cases: list[Case]) -> dict[str, list[str]]:
    """Messages by resource URN; a stack rule sees the cases as one stack."""
    messages: dict[str, list[str]] = defaultdict(list)

    def hear(judged: Any, urn: str | None) -> None:
        for finding in found(partial(rule.judge, judged)):
            where = finding.urn or urn
            messages[str(where)].append(told(finding, where, rule.remediation_steps or ""))

    if isinstance(rule, StackRule):
        hear([_in_stack(resource) for resource in stack_request(cases).resources], None)
        return messages
    for case in cases:
        hear(wire.declared(request(case)), case.urn)
    return messages


def _in_stack(resource: analyzer_pb2.AnalyzerResource) -> Declared:
    return replace(wire.declared(resource), derived_from=wire.sources(resource))
