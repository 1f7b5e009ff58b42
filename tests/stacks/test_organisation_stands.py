"""The organisation's program with the real engine, beside the stand-in of AWS."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from policies.layers import service_control
from sandbox.aws import running
from stacks.organisation import settings
from tests.sandbox.provider.project import Project
from tests.support.engine import ROOT

pytestmark = pytest.mark.engine

FOLDER = ROOT / "stacks" / "organisation"
NAME = yaml.safe_load((FOLDER / "Pulumi.yaml").read_text(encoding="utf-8"))["name"]
PROGRAM = f"""
import runpy

runpy.run_path({str(FOLDER / "__main__.py")!r}, run_name="__main__")
"""
KINDS = (
    "AISERVICES_OPT_OUT_POLICY",
    "RESOURCE_CONTROL_POLICY",
    "SERVICE_CONTROL_POLICY",
    "TAG_POLICY",
)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "aws"
    folder.mkdir()
    yield running.start(folder).endpoint
    running.stop(folder)


@pytest.fixture
def organisation(cloud: str) -> Any:
    client = boto3.client(
        "organizations",
        endpoint_url=cloud,
        region_name="me-central-1",
        aws_access_key_id="stand-in",
        aws_secret_access_key="stand-in",  # noqa: S106 - the stand-in asks for none
    )
    client.create_organization(FeatureSet="ALL")
    (root,) = client.list_roots()["Roots"]
    for kind in KINDS:
        client.enable_policy_type(RootId=root["Id"], PolicyType=kind)
    return client


def own_policies(client: Any) -> dict[str, str]:
    """Name of each policy that is not AWS's own, with its id."""
    return {
        one["Name"]: one["Id"]
        for kind in KINDS
        for one in client.list_policies(Filter=kind)["Policies"]
        if not one["AwsManaged"]
    }


def test_its_policies_come_stay_and_go(cloud: str, organisation: Any, tmp_path: Path) -> None:
    (root,) = organisation.list_roots()["Roots"]
    unit = organisation.create_organizational_unit(ParentId=root["Id"], Name="first")
    target = unit["OrganizationalUnit"]["Id"]
    known = organisation.describe_organization()["Organization"]["Id"]
    project = Project(tmp_path, NAME, {"MIZAN_AWS_ENDPOINT": cloud}, "")
    project.write(PROGRAM)
    for key, value in {"organisationId": known, "owner": "security", "costCentre": "cc-1"}.items():
        project.run("config", "set", key, value).expect_success()
    project.run("config", "set", "--path", "targets[0]", target).expect_success()

    project.up().expect_success()
    made = own_policies(organisation)
    assert sorted(project.outputs()["policies"].values()) == sorted(made.values())
    assert len(made) == 6
    attached = {
        one["Id"]
        for kind in KINDS
        for one in organisation.list_policies_for_target(TargetId=target, Filter=kind)["Policies"]
    }
    assert set(made.values()) <= attached
    contents = [
        json.loads(organisation.describe_policy(PolicyId=one)["Policy"]["Content"])
        for one in made.values()
    ]
    assert service_control.regions(settings.regions()) in contents

    again = project.up(skip_preview=False).expect_success().output
    for word in ("created", "updated", "replaced", "deleted"):
        assert word not in again

    project.destroy().expect_success()
    assert own_policies(organisation) == {}
    assert project.state() == []
