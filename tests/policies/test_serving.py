"""The pack's own server: it reads what the engine sends once, and never says less than it must."""

from collections.abc import Iterable
from typing import Any

import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel, Severity
from pulumi_policy.proxy import UNKNOWN_BOOLEAN_VALUE

from policies.judging import Declared, Finding, resource_rule, stack_rule
from policies.reading import UNKNOWN
from policies.serving import Analyzer
from policies.wire import tree
from tests.support.policy_fixtures import on_the_wire

MARK = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a mark of the engine, and no secret
ASSET = "c44067f5952c0a294b673a41bacd8c17"
REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
URN = "urn:pulumi:s::p::a:b/c:D::x"
WORDS: dict[str, Any] = {"description": "d.", "severity": Severity.HIGH, "remediation": "r."}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"a": UNKNOWN_BOOLEAN_VALUE}, {"a": UNKNOWN}),
        ({"a": [1, 1.5, True, None, "x", {}]}, {"a": [1, 1.5, True, None, "x", {}]}),
        ({"a": {MARK: SECRET, "value": {"b": "hidden"}}}, {"a": {"b": "hidden"}}),
        ({"a": {MARK: SECRET, "value": UNKNOWN_BOOLEAN_VALUE}}, {"a": UNKNOWN}),
        ({"a": {MARK: ASSET, "uri": "https://x.example"}}, {"a": {"uri": "https://x.example"}}),
        ({"a": {MARK: REFERENCE, "urn": URN}}, {"a": UNKNOWN}),
        ({"a": {MARK: SECRET}}, {"a": UNKNOWN}),
        ({"a": {MARK: 3}}, {"a": UNKNOWN}),
    ],
)
def test_properties_are_read_as_the_engine_means_them(sent: Any, read: Any) -> None:
    received = tree(on_the_wire(sent))

    assert received == read
    assert repr(received) == repr(read)  # 1 is neither 1.0 nor true


def asked(analyzer: Analyzer, **props: Any) -> list[analyzer_pb2.AnalyzeDiagnostic]:
    request = analyzer_pb2.AnalyzeRequest(
        urn=URN, type="a:b/c:D", name="x", properties=on_the_wire(props)
    )
    return list(analyzer.Analyze(request, None).diagnostics)


def asked_together(analyzer: Analyzer, **props: Any) -> list[analyzer_pb2.AnalyzeDiagnostic]:
    resource = analyzer_pb2.AnalyzerResource(
        urn=URN,
        type="a:b/c:D",
        name="x",
        properties=on_the_wire(props),
        propertyDependencies={"a": analyzer_pb2.AnalyzerPropertyDependencies(urns=["elsewhere"])},
    )
    request = analyzer_pb2.AnalyzeStackRequest(resources=[resource])
    return list(analyzer.AnalyzeStack(request, None).diagnostics)


def test_a_stack_rule_judges_what_was_declared_where_the_outputs_are_empty() -> None:
    """The engine gives empty outputs while a provider is not configured yet."""
    seen: list[Declared] = []

    def judge(resources: list[Declared]) -> Iterable[Finding]:
        seen.extend(resources)
        return []

    analyzer = Analyzer([stack_rule("policies.access.some_rule", judge=judge, **WORDS)])
    asked(analyzer, a="declared")

    assert asked_together(analyzer) == []
    assert seen[0].props == {"a": "declared"}
    assert seen[0].derived_from == {"a": ("elsewhere",)}
    assert seen[0].leaves == (("a", "declared"),)


def test_a_resource_is_read_and_walked_once_for_all_rules() -> None:
    seen: list[Declared] = []

    def judge(resource: Declared) -> Iterable[Finding]:
        seen.append(resource)
        return []

    def together(resources: list[Declared]) -> Iterable[Finding]:
        seen.extend(resources)
        return []

    analyzer = Analyzer(
        [
            resource_rule("policies.access.one", judge=judge, **WORDS),
            resource_rule("policies.access.two", judge=judge, **WORDS),
            stack_rule("policies.access.three", judge=together, **WORDS),
        ]
    )
    asked(analyzer, a="x")
    walked = seen[0].leaves
    asked_together(analyzer, a="x")

    assert seen[0] is seen[1]
    assert seen[2].leaves is walked


@pytest.mark.parametrize("level", list(EnforcementLevel))
def test_a_rule_is_mandatory_whatever_it_or_a_setting_says(level: EnforcementLevel) -> None:
    def judge(_: Declared) -> Iterable[Finding]:
        yield Finding(path="a", given=1, allowed="2")

    rule = resource_rule("policies.access.some_rule", judge=judge, **WORDS)
    rule.enforcement_level = level
    analyzer = Analyzer([rule])
    setting = analyzer_pb2.PolicyConfig(enforcementLevel=analyzer_pb2.DISABLED)
    analyzer.Configure(
        analyzer_pb2.ConfigureAnalyzerRequest(
            policyConfig={"all": setting, "access-some-rule": setting}
        ),
        None,
    )

    (diagnostic,) = asked(analyzer, a=1)

    assert diagnostic.enforcementLevel == analyzer_pb2.MANDATORY
    assert diagnostic.severity == analyzer_pb2.POLICY_SEVERITY_HIGH
    info = analyzer.GetAnalyzerInfo(empty_pb2.Empty(), None)
    assert not info.supportsConfig, "the engine refuses a config only then"
    assert {policy.enforcementLevel for policy in info.policies} == {analyzer_pb2.MANDATORY}
