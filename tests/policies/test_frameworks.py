"""Frameworks fit the pack: no rule without a control, no control without a rule or a reason."""

from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import ValidationError

from environments.governance import DataClass as OfEnvironments
from environments.governance import Perimeter as PerimeterOfEnvironments
from environments.governance import Sector as SectorOfEnvironments
from policies import catalog
from policies.frameworks import framework, shelf
from policies.frameworks.framework import Binding, Control, Evidence, Framework, Scope
from policies.guards import guards

REPOSITORY = Path(__file__).resolve().parents[2]
SHELF = shelf.load()
CONTROLS = [
    pytest.param(one, control, id=f"{one.id}: {control.id}")
    for one in SHELF.frameworks
    for control in one.controls
]
VERIFIED = {"level": "primary", "where": "the text"}
CONTROL = {
    "id": "1",
    "title": "A title",
    "requirement": "What is asked.",
    "themes": ["location"],
    "verified": VERIFIED,
}
FRAMEWORK: dict[str, Any] = {
    "id": "a-law",
    "short": "Law",
    "title": "A law",
    "edition": "1",
    "issuer": "somebody",
    "force": "law",
    "binds": {"everybody": True},
    "about": "A law for a test.",
    "controls": [CONTROL],
}
THEMES = {"location": {"title": "In the country", "rules": ["residency-arn-region"]}}


def test_every_rule_has_a_control_and_every_named_rule_is_in_the_pack() -> None:
    rules = [rule.name for rule in (*catalog.discover(), *guards())]

    offences = "\n".join(SHELF.offences(rules))

    assert not offences, f"\n{offences}"


@pytest.mark.parametrize(("one", "control"), CONTROLS)
def test_a_control_is_answered_by_what_is_there(one: Framework, control: Control) -> None:
    assert SHELF.rules_of(control) or control.not_checkable, one.id
    missing = [
        evidence.where
        for evidence in control.evidence
        if evidence.kind != "process" and not (REPOSITORY / evidence.where).exists()
    ]
    assert not missing


def test_the_frameworks_that_the_law_is_made_of_are_there() -> None:
    assert {one.id for one in SHELF.frameworks} == {
        "adgm-dpr",
        "adhics-v1",
        "adhics-v2",
        "cbuae-consumer-protection",
        "cbuae-outsourcing",
        "difc-dp-law",
        "difc-regulation-10",
        "dubai-isr",
        "mizan-baseline",
        "uae-ai-charter",
        "uae-cloud-security",
        "uae-health-law",
        "uae-ias",
        "uae-pdpl",
    }


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (framework.Perimeter, PerimeterOfEnvironments),
        (framework.Sector, SectorOfEnvironments),
        (framework.DataClass, OfEnvironments),
    ],
)
def test_law_and_environments_know_the_same_kinds(here: Any, there: Any) -> None:
    assert set(get_args(here)) == {kind.value for kind in there}


@pytest.mark.parametrize(
    ("kind", "bound"),
    [
        (
            ("onshore", "bank", ["financial", "personal"]),
            {"cbuae-consumer-protection", "cbuae-outsourcing", "uae-pdpl"},
        ),
        (("onshore", "general", ["internal"]), set()),
        (("onshore", "general", ["personal"]), {"uae-pdpl"}),
        (("onshore", "health", ["health"]), {"adhics-v1", "adhics-v2", "uae-health-law"}),
        (("difc", "general", ["health"]), {"difc-dp-law", "difc-regulation-10", "uae-health-law"}),
        (("adgm", "general", ["personal"]), {"adgm-dpr"}),
        (
            ("onshore", "government", ["internal"]),
            {"dubai-isr", "uae-cloud-security", "uae-ias"},
        ),
    ],
)
def test_an_environment_is_bound_by_its_kind(
    kind: tuple[str, str, list[str]], bound: set[str]
) -> None:
    for_all = {"mizan-baseline", "uae-ai-charter"}

    assert {one.id for one in SHELF.frameworks if one.binds.holds(*kind)} == bound | for_all


def test_a_theme_and_a_control_name_a_rule_once() -> None:
    control = Control.model_validate({**CONTROL, "rules": ["residency-arn-region"]})
    made = shelf.Shelf((), {"location": framework.Theme.model_validate(THEMES["location"])})

    assert made.rules_of(control) == ("residency-arn-region",)


def test_a_rule_without_control_is_named_in_one_message(tmp_path: Path) -> None:
    _write(tmp_path, FRAMEWORK)

    (offence,) = shelf.load(tmp_path).offences(["residency-arn-region", "access-new", "cost-new"])

    assert "no control names" in offence
    assert "themes.yaml" in offence
    assert offence.endswith("\n  access-new\n  cost-new")


def test_a_named_rule_that_is_not_in_the_pack_is_an_offence(tmp_path: Path) -> None:
    _write(tmp_path, FRAMEWORK)

    (offence,) = shelf.load(tmp_path).offences([])

    assert offence == "rules that the pack does not have:\n  residency-arn-region"


def test_a_theme_that_no_control_uses_is_an_offence(tmp_path: Path) -> None:
    _write(tmp_path, {**FRAMEWORK, "controls": [{**CONTROL, "themes": [], "not_checkable": "No."}]})

    assert list(shelf.load(tmp_path).offences(["residency-arn-region"]))[-1] == (
        "themes that no control uses: location"
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"controls": [{**CONTROL, "themes": []}]}, "neither themes, rules nor a reason"),
        ({"controls": [CONTROL, CONTROL]}, "stand twice: 1"),
        ({"controls": [{**CONTROL, "themes": ["nowhere"]}]}, "themes ['nowhere']; allowed"),
        ({"controls": []}, "at least 1 item"),
        (
            {"controls": [{**CONTROL, "verified": {"level": "sure", "where": "x"}}]},
            "verified.level",
        ),
        ({"id": "another"}, "its id is 'another'; allowed: 'a-law'"),
        ({"superseded_by": "nothing"}, "superseded_by 'nothing'; allowed: ['a-law']"),
        ({"binds": {}}, "either everybody or the kinds"),
        ({"binds": {"any_of": [{}]}}, "a scope without a list binds nobody"),
        ({"binds": {"any_of": [{"sectors": ["banking"]}]}}, "sectors.0"),
        ({"unknown": 1}, "unknown: Extra inputs"),
        ({"edition": 2021}, "edition: Input should be a valid string"),
    ],
)
def test_a_faulty_framework_is_refused_with_its_place(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    _write(tmp_path, {**FRAMEWORK, **changed})

    with pytest.raises(shelf.FrameworkError, match=r"^a-law\.yaml") as refused:
        shelf.load(tmp_path)

    assert said in str(refused.value)


@pytest.mark.parametrize("text", ["- a list", "[unclosed", "location: {title: No rules}"])
def test_faulty_themes_are_refused(tmp_path: Path, text: str) -> None:
    _write(tmp_path, FRAMEWORK)
    (tmp_path / shelf.THEMES).write_text(text)

    with pytest.raises(shelf.FrameworkError, match=r"^themes\.yaml"):
        shelf.load(tmp_path)


def test_only_components_name_types() -> None:
    with pytest.raises(ValidationError, match="names the types"):
        Evidence.model_validate({"kind": "component", "where": "x", "says": "y"})
    with pytest.raises(ValidationError, match="names the types"):
        Evidence.model_validate({"kind": "test", "where": "x", "says": "y", "types": ["a:b/c:D"]})


def test_whom_a_framework_binds_is_said_in_words() -> None:
    both = Binding(
        any_of=[Scope(perimeters=["onshore"], data_classes=["personal"]), Scope(sectors=["bank"])]
    )

    assert both.words() == "perimeter onshore, data class personal; or sector bank"
    assert Binding(everybody=True).words() == "every environment"


def _write(folder: Path, document: dict[str, Any]) -> None:
    (folder / "a-law.yaml").write_text(yaml.safe_dump(document))
    (folder / shelf.THEMES).write_text(yaml.safe_dump(THEMES))
