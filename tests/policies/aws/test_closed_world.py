"""Every type of the installed AWS provider is classified, and so are its telling inputs."""

import re

import pytest

from policies import catalog
from policies.aws import sdk, world
from policies.aws.world import WORLD

TYPES = sdk.inputs()
COMMITTED = world.TYPES.read_text(encoding="utf-8")
QUEUE = "aws:sqs/queue:Queue"
RULES = {module.policy.name for module in catalog.modules()}


def unknown(types: dict[str, tuple[str, ...]]) -> list[str]:
    """What a provider with these types has that the committed list does not, and the reverse."""
    listed = set(COMMITTED.splitlines())
    now = set(world.listing(types).splitlines())
    return sorted(listed ^ now)


def test_list_is_that_of_the_installed_provider() -> None:
    """If this fails: `python -m policies.aws`, and classify what the difference shows."""
    assert len(TYPES) > 1700
    assert unknown(TYPES) == []


def test_every_type_is_classified() -> None:
    assert set(WORLD) == set(TYPES)


def test_a_new_type_is_noticed() -> None:
    assert unknown({**TYPES, "aws:sqs/lake:Lake": ("region", "name")}) == [
        "aws:sqs/lake:Lake\tregion\t"
    ]
    assert "aws:sqs/lake:Lake" not in WORLD


def test_a_type_that_is_gone_is_noticed() -> None:
    assert unknown({token: paths for token, paths in TYPES.items() if token != QUEUE})


@pytest.mark.parametrize(
    "path", ["mirror[].targetRegion", "standbyZone", "outpostArn", "outerKmsKeyId", "a.minimumTls"]
)
def test_a_new_telling_input_is_noticed(path: str) -> None:
    assert unknown({**TYPES, QUEUE: (*TYPES[QUEUE], path)})


def test_a_new_input_that_tells_nothing_is_not() -> None:
    assert not unknown({**TYPES, QUEUE: (*TYPES[QUEUE], "maximumDepth")})


def test_services_are_those_of_the_provider() -> None:
    assert set(world.entries()) == {token.split(":")[1].split("/")[0] for token in TYPES}


def test_exceptions_name_types_that_exist() -> None:
    named = {
        f"{module}/{name}"
        for module, service in world.entries().items()
        for group in service.types
        for name in group.names.split()
    }

    assert named - {token.split(":")[1] for token in TYPES} == set()


@pytest.mark.parametrize("token", sorted(token for token, known in WORLD.items() if known.rule))
def test_rules_that_judge_instead_exist(token: str) -> None:
    assert WORLD[token].rule in RULES


def test_regional_types_are_those_that_take_a_region() -> None:
    # A deprecated region that names another one than the resource's own is on top of them.
    regional = {token for token, known in WORLD.items() if known.scope == "regional"}

    assert regional == {token for token, paths in TYPES.items() if "region" in paths}


def test_what_cannot_be_used_here_is_refused() -> None:
    for token, known in WORLD.items():
        if known.offered in ("absent", "disputed"):
            assert known.refused or known.rule, token


def test_every_reason_is_a_sentence() -> None:
    for token, known in WORLD.items():
        assert re.fullmatch(r"[A-Z].{10,}\.", known.why), token


def test_no_environment_uses_what_is_refused() -> None:
    # Fast, by the types alone; tests/test_environments_comply.py judges whole plans.
    used = set()
    for folder in ("components", "stacks"):
        for file in (world.SERVICES.parents[2] / folder).rglob("*.py"):
            used |= set(re.findall(r"aws:\w+/\w+:\w+", file.read_text(encoding="utf-8")))

    known = used & set(WORLD)
    assert len(known) > 5
    assert [token for token in sorted(known) if WORLD[token].refused] == []
