"""The real engine with the provider, from the first preview to the end."""

from pathlib import Path

import pytest

from tests.sandbox.provider.project import Project

pytestmark = pytest.mark.engine

PROGRAM = """
provider = aws.Provider(
    "aws",
    region="me-central-1",
    allowed_account_ids=["111122223333"],
    default_tags={"tags": {"owner": "OWNER"}},
)
options = pulumi.ResourceOptions(provider=provider)
key = aws.kms.Key("lake", description="DESCRIPTION", multi_region=MULTI, opts=options)
bucket = aws.s3.Bucket("lake", opts=options)
aws.s3.BucketServerSideEncryptionConfiguration(
    "lake",
    bucket=bucket.bucket,
    rules=[{"apply_server_side_encryption_by_default": {
        "sse_algorithm": "aws:kms", "kms_master_key_id": key.arn,
    }}],
    opts=options,
)
pulumi.export("key", key.arn)
pulumi.export("bucket", bucket.arn)
pulumi.export("account", aws.get_caller_identity_output(
    opts=pulumi.InvokeOptions(provider=provider)).account_id)
"""


@pytest.fixture
def project(stand_in: str, tmp_path: Path) -> Project:
    head = "import pulumi\nimport pulumi_aws as aws\n"
    return Project(tmp_path, "trial", {"MIZAN_AWS_ENDPOINT": stand_in}, head)


def program(description: str = "one", owner: str = "platform", multi: str = "False") -> str:
    filled = PROGRAM.replace("DESCRIPTION", description).replace("OWNER", owner)
    return filled.replace("MULTI", multi)


def test_resources_live_from_preview_to_destroy(project: Project) -> None:
    project.write(program())
    assert "[unknown]" in project.preview().expect_success().output
    project.up().expect_success()
    outputs = project.outputs()
    assert outputs["key"].startswith("arn:aws:kms:me-central-1:111122223333:key/")
    assert outputs["bucket"].startswith("arn:aws:s3:::lake-")
    assert outputs["account"] == "111122223333"

    assert "5 unchanged" in project.up(skip_preview=False).expect_success().output
    assert "5 unchanged" in project.refresh().expect_success().output

    project.write(program("two", "team"))
    changed = project.up().expect_success().output
    assert "[diff: ~description,tags]" in changed
    assert "[diff: ~tags]" in changed
    assert project.outputs() == outputs, "names and ids are kept"

    project.write(program("two", "team", "True"))
    replaced = project.up().expect_success().output
    assert "+-1 replaced" in replaced
    assert "~ 1 updated" in replaced

    project.destroy().expect_success()
    assert project.state() == []


def test_what_failed_half_way_is_finished_by_the_next_update(project: Project, fault) -> None:
    project.write(
        "aws.kms.Key('half', enable_key_rotation=True, "
        "opts=pulumi.ResourceOptions(provider=aws.Provider('a', region='me-central-1')))"
    )
    fault(service="kms", operation="EnableKeyRotation", code="AccessDenied", status=403)
    failed = project.up().expect_failure().output
    assert "aws:kms/key:Key half: kms:EnableKeyRotation failed: AccessDenied" in failed
    [half] = project.state()
    assert "1 updated" in project.up().expect_success().output
    [whole] = project.state()
    assert half["id"] == whole["id"], "it is not made a second time"
    assert "3 unchanged" in project.up().expect_success().output
    project.destroy().expect_success()
