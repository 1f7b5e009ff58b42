"""No plan loses data: the real engine, real components, and AWS played by its stand-in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from sandbox.aws import running
from tests.sandbox.provider.project import Project

pytestmark = pytest.mark.engine

PROGRAM = Path(__file__).parent / "data_loss" / "program.py"
ALLOWANCES = "MIZAN_ALLOWANCES"
ACCESS = {
    "region_name": "me-central-1",
    "aws_access_key_id": "stand-in",
    "aws_secret_access_key": "stand-in",
}
RENAMED = {"store": "depot", "lake-key": "data-key", "streaming": "events"}
UNTOLD = {
    "bucket": ({"store": "depot"}, "store-lake"),
    "key": ({"spare-key": "old-key"}, "spare-key-alias"),
    "broker": ({"streaming": "events"}, "streaming-cluster"),
}
REPLACEMENTS = {
    "bucket": ("estate(lock=Lock.GOVERNANCE)", "store-lake"),
    "key by its regions": (
        "estate(properties={'spare-key-key': {'multiRegion': True}})",
        "spare-key-key",
    ),
    "key by its kind": (
        "estate(properties={'spare-key-key': {'customerMasterKeySpec': 'RSA_4096'}})",
        "spare-key-key",
    ),
    "broker by its subnets": ("estate(subnets='two')", "streaming-cluster"),
    "broker by its name": (
        "estate(properties={'streaming-cluster': {'clusterName': 'other'}})",
        "streaming-cluster",
    ),
}
DELETIONS = {
    "bucket": ("estate(without=['store'])", "store-lake"),
    # The alias of a key would go first, and is protected too.
    "key": ("estate(without=['spare-key'])", "spare-key-alias"),
    "broker": ("estate(without=['streaming'])", "streaming-cluster"),
}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("aws")
    yield running.start(folder).endpoint
    running.stop(folder)


@pytest.fixture(scope="module")
def estate(cloud: str, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return started(cloud, tmp_path_factory.mktemp("estate"), "estate()")


@pytest.fixture(scope="module")
def first(estate: Project) -> list[dict[str, Any]]:
    return estate.state()


def started(cloud: str, folder: Path, program: str) -> Project:
    project = Project(folder, "trial", {"MIZAN_AWS_ENDPOINT": cloud}, PROGRAM.read_text())
    project.write(program)
    project.up().expect_success()
    return project


def allowing(file: Path, *resources: str, days: int = 1) -> dict[str, str]:
    """The variable that names a file of allowances."""
    expires = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
    entries = [
        {"resource": one, "reason": "moves elsewhere", "approver": "somebody", "expires": expires}
        for one in resources
    ]
    file.write_text(yaml.safe_dump({"allowances": entries}))
    return {ALLOWANCES: str(file)}


def held(cloud: str) -> dict[str, list[str]]:
    """The buckets, keys and brokers that AWS itself has."""
    s3, kms, kafka = (
        boto3.client(name, endpoint_url=cloud, **ACCESS) for name in ("s3", "kms", "kafka")
    )
    keys = [one["KeyId"] for one in kms.list_keys()["Keys"]]
    return {
        "buckets": sorted(one["Name"] for one in s3.list_buckets()["Buckets"]),
        "keys": sorted(
            key
            for key in keys
            if kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
        ),
        "brokers": sorted(one["ClusterArn"] for one in kafka.list_clusters_v2()["ClusterInfoList"]),
    }


def ids(state: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted((one["type"], one["id"]) for one in state if "id" in one)


def id_of(project: Project, name: str) -> str:
    """Physical id of a resource."""
    (found,) = [one["id"] for one in project.state() if one["urn"].endswith(f"::{name}")]
    return str(found)


@pytest.mark.parametrize(("program", "resource"), REPLACEMENTS.values(), ids=REPLACEMENTS)
def test_a_plan_that_replaces_what_holds_data_is_refused(
    cloud: str, estate: Project, first: list[dict[str, Any]], program: str, resource: str
) -> None:
    before = held(cloud)
    estate.write(program)

    refused = estate.up(skip_preview=False).expect_failure().output

    assert f'::{resource}"\n    as it is currently marked for protection' in refused
    assert "preview failed" in refused
    assert "Updating" not in refused
    assert estate.state() == first
    assert held(cloud) == before


@pytest.mark.parametrize(("program", "resource"), DELETIONS.values(), ids=DELETIONS)
def test_a_plan_that_deletes_what_holds_data_is_refused(
    cloud: str, estate: Project, first: list[dict[str, Any]], program: str, resource: str
) -> None:
    before = held(cloud)
    estate.write(program)

    refused = estate.up(skip_preview=False).expect_failure().output

    assert f'::{resource}" cannot be deleted\n    because it is protected' in refused
    assert "Updating" not in refused
    assert estate.state() == first
    assert held(cloud) == before


def test_without_a_preview_it_is_refused_too(cloud: str, estate: Project) -> None:
    before = held(cloud)
    estate.write("estate(subnets='two')")

    refused = estate.up().expect_failure().output

    assert 'streaming-cluster"\n    as it is currently marked for protection' in refused
    assert held(cloud) == before


def test_a_renamed_component_with_an_alias_replaces_nothing(
    cloud: str, estate: Project, first: list[dict[str, Any]]
) -> None:
    before = held(cloud)
    ways = {
        f"estate(names={RENAMED}, before={ {old: old for old in RENAMED} })": "depot-lake",
        f"estate(before={RENAMED})": "store-lake",
    }
    for program, bucket in ways.items():
        estate.write(program)
        done = estate.up(skip_preview=False).expect_success().output
        for word in ("replace", "delete", "create"):
            assert word not in done
        assert ids(estate.state()) == ids(first)
        assert held(cloud) == before
        assert id_of(estate, bucket).startswith("store-lake-"), "it keeps its first name"


@pytest.mark.parametrize(("names", "resource"), UNTOLD.values(), ids=UNTOLD)
def test_a_renamed_component_without_an_alias_is_refused(
    cloud: str, estate: Project, first: list[dict[str, Any]], names: dict[str, str], resource: str
) -> None:
    before = held(cloud)
    estate.write(f"estate(names={names})")

    refused = estate.up(skip_preview=False).expect_failure().output

    assert f'::{resource}" cannot be deleted\n    because it is protected' in refused
    assert ids(estate.state()) == ids(first)
    assert held(cloud) == before


def test_an_expired_allowance_stops_the_program(
    cloud: str, estate: Project, tmp_path: Path
) -> None:
    before = held(cloud)
    estate.environment |= allowing(tmp_path / "allowances.yaml", "store-lake", days=-1)
    estate.write("estate()")
    try:
        refused = estate.up(skip_preview=False).expect_failure().output
    finally:
        del estate.environment[ALLOWANCES]

    assert "allowances[0].expires" in refused
    assert "the permission has expired" in refused
    assert held(cloud) == before


def test_what_a_reviewed_allowance_names_may_go_and_nothing_else(tmp_path: Path) -> None:
    account = tmp_path / "aws"
    account.mkdir()
    cloud = running.start(account).endpoint
    rest = "without=['streaming']"
    removal = "without=['streaming', 'spare-key'], lock=Lock.GOVERNANCE"
    try:
        project = started(cloud, tmp_path, f"estate({rest})")
        bucket, key = id_of(project, "store-lake"), id_of(project, "spare-key-key")
        project.environment |= allowing(tmp_path / "allowances.yaml", "store-lake", "spare-key-key")

        project.write(f"estate({rest}, properties={{'store-logs': {{'objectLockEnabled': True}}}})")
        assert '::store-logs"' in project.up(skip_preview=False).expect_failure().output
        project.write(f"estate({removal})")
        # The engine goes by what the last update said of a resource that is no longer declared.
        assert (
            'spare-key-alias" cannot be' in project.up(skip_preview=False).expect_failure().output
        )
        assert bucket in held(cloud)["buckets"]

        project.write(f"estate({rest}, lock=Lock.GOVERNANCE)")
        replaced = project.up(skip_preview=False).expect_success().output
        assert "store-lake may be deleted or replaced with its data: moves elsewhere" in replaced
        assert id_of(project, "store-lake") != bucket
        assert bucket not in held(cloud)["buckets"]

        project.write(f"estate({removal})")
        project.up(skip_preview=False).expect_success()
        assert "spare-key-key" not in project.state_text()
        assert key in held(cloud)["keys"], "a key outlives its stack"
    finally:
        running.stop(account)
