"""Every rule against its good and its bad fixture; a new rule needs files, not a test."""

import re
from types import ModuleType

import pytest
from pulumi_policy import EnforcementLevel, Policy

from policies import catalog
from policies.kinds import KINDS
from policies.pods import POD_TYPES, PREFIX
from tests.support.policy_fixtures import FIXTURES, load, violations
from tests.support.policy_types import arguments

MODULES = {module.policy.name: module for module in catalog.modules()}
# What a rule reads but never blames: the namespace or the bucket is at fault.
OF_THE_SDK = {
    "core",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "admissionregistration.k8s.io",
    "apps",
    "batch",
    "discovery.k8s.io",
    "helm.sh",
    "kustomize",
    "networking.k8s.io",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "yaml",
}
JOINED = {"kubernetes:networking.k8s.io/v1:NetworkPolicy"}


@pytest.mark.parametrize("rule", MODULES)
def test_good_fixture_passes(rule: str) -> None:
    cases = load(FIXTURES / rule / "good.yaml")

    assert violations(MODULES[rule].policy, cases) == {}


@pytest.mark.parametrize("rule", MODULES)
def test_bad_fixture_is_refused_where_it_says(rule: str) -> None:
    cases = load(FIXTURES / rule / "bad.yaml")

    found = violations(MODULES[rule].policy, cases)

    expected = {case.urn: case.expect for case in cases if case.expect is not None}
    assert expected, "a bad fixture expects something"
    assert set(found) == set(expected)
    for urn, path in expected.items():
        for message in found[urn]:
            assert message.startswith(f"{urn}: {path}: given "), message
            assert "; allowed: " in message
            assert "Remedy: " in message


def test_fixtures_are_those_of_the_rules() -> None:
    assert {path.name for path in FIXTURES.iterdir()} == set(MODULES)


def allowed_types(module: ModuleType) -> set[str]:
    return set(getattr(module, "TYPES", {}))


def judged_types(module: ModuleType) -> set[str]:
    return allowed_types(module) | set(getattr(module, "REFUSED", {}))


@pytest.mark.parametrize("rule", MODULES)
def test_fixtures_exercise_every_type_of_the_rule(rule: str) -> None:
    good = {case.type for case in load(FIXTURES / rule / "good.yaml")}
    bad = {case.type for case in load(FIXTURES / rule / "bad.yaml") if case.expect}

    assert allowed_types(MODULES[rule]) - good == set()
    assert judged_types(MODULES[rule]) - bad - JOINED == set()


@pytest.mark.parametrize("rule", MODULES)
def test_rule_says_all_that_a_user_needs(rule: str) -> None:
    policy: Policy = MODULES[rule].policy

    assert policy.enforcement_level is EnforcementLevel.MANDATORY
    assert policy.severity is not None
    assert policy.description.endswith(".")
    assert policy.remediation_steps
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", policy.name)


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES.keys())
def test_rule_is_short(module: ModuleType) -> None:
    assert module.__file__ is not None
    with open(module.__file__, encoding="utf-8") as file:  # noqa: PTH123 - a plain read
        assert len(file.readlines()) <= 60


def has_class(token: str) -> bool:
    """Whether the SDK has a class for a type: it has none for kinds that definitions bring."""
    group, _, kind = token.removeprefix(PREFIX).partition("/")
    brought = f"{group}/{kind.partition(':')[2]}" in KINDS and group not in OF_THE_SDK
    return not (token.startswith(PREFIX) and brought)


TOKENS = {
    token
    for module in MODULES.values()
    for token in judged_types(module)
    if not token.startswith("pulumi:")
}
TABLES = {
    (token, demand[0])
    for module in MODULES.values()
    for token, demands in getattr(module, "TYPES", {}).items()
    if isinstance(demands, tuple) and token in TOKENS and has_class(token)
    for demand in demands
}


@pytest.mark.parametrize(("token", "path"), sorted(TABLES))
def test_tables_name_properties_that_exist(token: str, path: str) -> None:
    assert re.split(r"[.\[?]", path)[0] in arguments(token)


@pytest.mark.parametrize("token", sorted(filter(has_class, TOKENS)))
def test_tables_name_types_that_exist(token: str) -> None:
    assert arguments(token)


def test_pod_types_are_all_the_kinds_of_the_sdk_that_bear_a_pod() -> None:
    assert all(arguments(token) & {"spec", "template"} for token in POD_TYPES)
