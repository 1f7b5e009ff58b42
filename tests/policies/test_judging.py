"""No input makes a rule fail, and a rule that fails all the same is a violation."""

import re
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi_policy import Policy, Severity
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from policies import catalog
from policies.judging import Finding, resource_rule, stack_rule
from tests.support.policy_fixtures import Case, violations

RULES = catalog.discover()
MODULES = catalog.modules()

TYPES = sorted(
    {token for module in MODULES for token in getattr(module, "TYPES", {})}
    | {
        "aws:s3/bucketV2:BucketV2",
        "kubernetes:core/v1:PodList",
        "kubernetes:x.y/v1:Thing",
        "kubernetes:",
        "a",
    }
)
KEYS = re.findall(
    r"\w+",
    "spec template metadata containers initContainers volumes ports name image items kind "
    "apiVersion namespace labels securityContext capabilities drop policyTypes podSelector "
    "endpoints region rules bucket tls hosts host livenessProbe httpGet volumeClaimTemplates "
    "parameters provisioner jobTemplate listeners __target",
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-1, 70000)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.just(UNKNOWN_STRING_VALUE)
    | st.sampled_from(
        [
            '{"a": ["arn:aws:sqs:x:1:q"]}',
            "[[[",
            "arn:aws:s3:::a",
            "http://[bad",
            "https://s3.eu-west-1.amazonaws.com",
            "a/b:c@sha256:1",
            "Ingress",
            "",
        ]
    )
)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=15,
)
PROPS = st.dictionaries(st.sampled_from(KEYS), TREES, max_size=6)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(
    cases=st.lists(st.tuples(st.sampled_from(TYPES), PROPS, PROPS), min_size=1, max_size=3),
)
def test_no_input_makes_a_rule_fail(cases: list[tuple[str, object, object]]) -> None:
    resources = [
        Case(
            type=kind,
            name=str(number),
            props=props,  # type: ignore[arg-type]
            provider={"type": "pulumi:providers:aws", "props": provider},
        )
        for number, (kind, props, provider) in enumerate(cases)
    ]
    for rule in RULES:
        for messages in violations(rule, resources).values():
            assert not [text for text in messages if "could not be run" in text]


CASE = Case(type="a:b/c:D", name="x", props={"a": UNKNOWN_STRING_VALUE})


def failing(error: Exception) -> list[Policy]:
    def judge(_: object) -> Iterable[Finding]:
        yield Finding(path="a", given=1, allowed="2", urn=CASE.urn)
        raise error

    words = {"description": "d.", "severity": Severity.LOW, "remediation": "r."}
    return [
        resource_rule("policies.access.some_rule", judge=judge, **words),  # type: ignore[arg-type]
        stack_rule("policies.access.some_rule", judge=judge, **words),  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize(
    "error",
    [
        UnknownValueError(UNKNOWN_STRING_VALUE, ["a"]),
        KeyError("a"),
        RecursionError("too deep"),
        MemoryError(),
    ],
)
@pytest.mark.parametrize("kind", [0, 1], ids=["resource", "stack"])
def test_a_rule_that_fails_is_a_violation(error: Exception, kind: int) -> None:
    found = violations(failing(error)[kind], [CASE])

    messages = [text for texts in found.values() for text in texts]
    assert messages[0] == f"{CASE.urn}: a: given 1; allowed: 2. Remedy: r."
    assert f"the rule could not be run ({type(error).__name__}" in messages[1]


def test_a_document_that_is_too_deep_is_refused_not_passed() -> None:
    deep = "[" * 5000 + "]" * 5000
    (rule,) = (rule for rule in RULES if rule.name == "residency-arn-region")

    found = violations(rule, [Case(type="a:b/c:D", name="x", props={"policy": deep})])

    assert "could not be run (RecursionError" in found["urn:pulumi:fixture::mizan::a:b/c:D::x"][0]
