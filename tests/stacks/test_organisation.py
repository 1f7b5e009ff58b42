"""The organisation's own program, built as the language host builds it."""

import json
import runpy
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from policies import catalog
from policies.boundary import BOUNDARY
from stacks.organisation import settings
from tests.support.engine import ROOT, Plan, build
from tests.support.policy_fixtures import Case, violations

FOLDER = ROOT / "stacks" / "organisation"
PROJECT = yaml.safe_load((FOLDER / "Pulumi.yaml").read_text(encoding="utf-8"))
CONFIG = {
    "organisationId": "o-abcdefghij",
    "targets": '["ou-abcd-12345678"]',
    "owner": "security",
    "costCentre": "cc-1",
}
POLICY = "aws:organizations/policy:Policy"


def plan(**config: str) -> Plan:
    given = {**CONFIG, **config}
    return build(
        "organisation",
        config={f"{PROJECT['name']}:{key}": value for key, value in given.items()},
        program=lambda: runpy.run_path(str(FOLDER / "__main__.py"), run_name="__main__"),
        project=PROJECT["name"],
    )


@pytest.fixture(scope="module")
def built() -> Plan:
    return plan()


def contents(built: Plan) -> dict[str, Any]:
    return {
        record.name: json.loads(record.inputs["content"])
        for record in built.records
        if record.type == POLICY
    }


def test_the_regions_are_those_of_the_law(built: Plan) -> None:
    assert set(settings.regions()) == BOUNDARY.region_names
    (statement,) = contents(built)["organisation-regions"]["Statement"]
    allowed = statement["Condition"]["StringNotEquals"]["aws:RequestedRegion"]
    assert set(allowed) == BOUNDARY.region_names


def test_the_configuration_that_it_reads_is_declared() -> None:
    required = {key for key, entry in PROJECT["config"].items() if "default" not in entry}
    assert required == set(CONFIG)


def test_it_breaks_no_rule(built: Plan) -> None:
    (provider,) = (record for record in built.records if record.type == "pulumi:providers:aws")
    cases = [
        Case(
            type=record.type,
            name=record.name,
            props=record.inputs,
            provider={"type": provider.type, "props": provider.inputs} if record.custom else None,
        )
        for record in built.records
    ]
    assert len(cases) > 12
    said = {
        module.policy.name: dict(violations(module.policy, cases)) for module in catalog.modules()
    }
    assert {name: told for name, told in said.items() if told} == {}


def test_every_policy_bears_the_mandatory_tags(built: Plan) -> None:
    (provider,) = (record for record in built.records if record.type == "pulumi:providers:aws")
    default = set(json.loads(provider.inputs["defaultTags"])["tags"])
    for record in built.records:
        if record.type == POLICY:
            assert {
                "owner",
                "cost-centre",
                "environment",
                "workload",
                "data-class",
                "profile",
            } <= default | set(record.inputs["tags"])


def test_what_is_no_organisation_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match="organisationId is 'abc': give o- and 10 to 32"):
        plan(organisationId="abc")


def test_a_list_that_is_none_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match="targets is 'r-abcd': give a list of texts"):
        plan(targets='"r-abcd"')


@pytest.mark.parametrize("text", ["regions: []", "regions: [{}]", "regions: 1", "- :", "{"])
def test_a_boundary_that_cannot_be_read_stops_it(text: str, tmp_path: Path) -> None:
    path = tmp_path / "boundary.yaml"
    path.write_text(text)
    with pytest.raises(pulumi.RunError, match=r"boundary\.yaml"):
        settings.regions(path)
