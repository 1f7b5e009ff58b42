"""What goes wrong in an account: one clear error, nothing half told, nothing made twice."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from sandbox.aws import running
from tests.sandbox.provider.project import Project

pytestmark = pytest.mark.engine

ACCESS: dict[str, Any] = {
    "region_name": "me-central-1",
    "aws_access_key_id": "stand-in",
    "aws_secret_access_key": "stand-in",
}
HEAD = """
from types import SimpleNamespace

import pulumi

from components.encryption_key import EncryptionKey, EncryptionKeyArgs, Service
from components.tags import Tags
from stacks.region import providers
from stacks.safeguard import protect


def estate(account="111122223333"):
    protect(pulumi.get_stack())
    environment = SimpleNamespace(tags={"owner": "platform"})
    facts = SimpleNamespace(region="me-central-1", account=account, environment=environment)
    EncryptionKey(
        "lake-key",
        EncryptionKeyArgs(
            purpose="lake",
            services=[Service.S3],
            account=account,
            region=facts.region,
            tags=Tags(workload="platform", data_class="internal", profile="shared"),
        ),
        opts=pulumi.ResourceOptions(providers=[providers.aws(facts)]),
    )


"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("aws")
    yield running.start(folder).endpoint
    running.stop(folder)


@pytest.fixture
def kms(cloud: str) -> Any:
    return boto3.client("kms", endpoint_url=cloud, **ACCESS)


@pytest.fixture
def faults(cloud: str) -> Iterator[SimpleNamespace]:
    """Let the next calls of an operation fail."""

    def told(method: str, body: Any) -> None:
        connection = http.client.HTTPConnection(cloud.removeprefix("http://"))
        connection.request(method, "/mizan/faults", json.dumps(body))
        assert connection.getresponse().status == 200
        connection.close()

    yield SimpleNamespace(add=lambda **given: told("POST", given), clear=lambda: told("DELETE", {}))
    told("DELETE", {})


@pytest.fixture
def project(cloud: str, tmp_path: Path) -> Project:
    made = Project(tmp_path, "trial", {"MIZAN_AWS_ENDPOINT": cloud}, HEAD)
    made.write("estate()")
    return made


def usable(kms: Any) -> list[str]:
    states = (kms.describe_key(KeyId=one["KeyId"]) for one in kms.list_keys()["Keys"])
    return [one["KeyMetadata"]["KeyId"] for one in states
            if one["KeyMetadata"]["KeyState"] == "Enabled"]  # fmt: skip


def end(project: Project) -> None:
    """Let go what is protected: the name of a key is one for the whole account."""
    project.run("state", "unprotect", "--all", "--yes").expect_success()
    project.destroy().expect_success()


def errors(output: str) -> list[str]:
    return [line.strip() for line in output.splitlines() if "error:" in line]


def test_credentials_that_do_not_hold_are_told_before_anything_changes(
    project: Project, kms: Any, faults: SimpleNamespace
) -> None:
    before = usable(kms)
    faults.add(
        service="sts",
        operation="GetCallerIdentity",
        code="ExpiredToken",
        message="The security token included in the request is expired",
        status=403,
        times=99,
    )

    refused = project.up(skip_preview=False).expect_failure().output

    assert "sts:GetCallerIdentity failed: ExpiredToken: The security token included" in refused
    assert "Updating" not in refused
    assert project.state() == []
    assert usable(kms) == before


def test_where_there_is_no_account_at_all_that_is_told(tmp_path: Path) -> None:
    nowhere = {"MIZAN_AWS_ENDPOINT": "http://127.0.0.1:9"}
    project = Project(tmp_path, "trial", nowhere, HEAD)
    project.write("estate()")

    refused = project.up(skip_preview=False).expect_failure().output

    assert "nothing answers at http://127.0.0.1:9: sts:GetCallerIdentity was not called" in refused
    assert "Updating" not in refused
    assert project.state() == []


def test_credentials_of_another_account_are_refused_by_its_number(
    project: Project, kms: Any
) -> None:
    before = usable(kms)
    project.write('estate(account="444455556666")')

    refused = project.up(skip_preview=False).expect_failure().output

    assert "111122223333" in refused
    assert "444455556666" in refused
    assert "Updating" not in refused
    assert project.state() == []
    assert usable(kms) == before


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 400), ("InternalFailure", 500)]
)
def test_what_is_throttled_or_fails_for_a_while_is_tried_again_and_made_once(
    project: Project, kms: Any, faults: SimpleNamespace, code: str, status: int
) -> None:
    before = usable(kms)
    faults.add(service="kms", operation="CreateKey", code=code, status=status, times=2)

    project.up().expect_success()

    assert len(usable(kms)) == len(before) + 1
    end(project)


def test_what_fails_for_too_long_is_told_in_one_line_and_the_next_update_completes(
    project: Project, kms: Any, faults: SimpleNamespace
) -> None:
    before = usable(kms)
    faults.add(service="kms", operation="CreateAlias", code="InternalFailure", status=500, times=99)
    failed = project.up().expect_failure().output
    told = {line for line in errors(failed) if "CreateAlias" in line}
    assert all("kms:CreateAlias failed (5 attempts): InternalFailure" in line for line in told)
    assert told
    assert len(usable(kms)) == len(before) + 1

    faults.clear()
    assert "1 created" in project.up().expect_success().output
    assert len(usable(kms)) == len(before) + 1
    end(project)


def test_a_key_that_was_deleted_in_the_account_is_not_made_anew_beneath_its_name(
    project: Project, kms: Any
) -> None:
    project.up().expect_success()
    (key,) = [one["id"] for one in project.state() if one["type"] == "aws:kms/key:Key"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    before = usable(kms)

    refreshed = project.refresh().expect_success().output
    assert "aws:kms:Key lake-key-key deleted" in " ".join(refreshed.split())

    refused = project.up(skip_preview=False).expect_failure().output
    assert '::lake-key-alias"\n    as it is currently marked for protection' in refused
    assert "Updating" not in refused
    assert usable(kms) == before
