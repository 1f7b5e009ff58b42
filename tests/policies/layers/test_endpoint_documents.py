"""What a private way to AWS lets through, by the evaluator that the stand-in asks for its pods."""

from typing import Any

import pytest

from sandbox.aws.cloud.policy_language import Request, Said, said
from stacks import law

REGION = "me-central-1"
OURS, THEIRS = "111122223333", "444455556666"
AWS = "602401143452"
"""An account of AWS."""
SERVICES = ("s3", "sts", "ecr.api", "ecr.dkr", "ssm", "ec2", "kms", "secretsmanager")


def asked(service: str, action: str, resource: str = "*", **facts: Any) -> Said:
    """What the endpoint of a service says of a request of this account's."""
    given = {
        "aws:PrincipalAccount": OURS,
        "aws:ResourceAccount": OURS,
        **{key.replace("__", ":"): value for key, value in facts.items()},
    }
    return said([law.endpoint_policy(REGION, service, OURS)], Request(action, resource, given))


@pytest.mark.parametrize("service", SERVICES)
def test_it_serves_this_account(service: str) -> None:
    action = f"{service.partition('.')[0]}:Anything"
    assert asked(service, action) is Said.ALLOWED
    assert asked(service, action, aws__PrincipalAccount=THEIRS) is Said.NOTHING
    assert asked(service, action, aws__ResourceAccount=THEIRS) is Said.NOTHING


@pytest.mark.parametrize("action", ["s3:PutObject", "s3:GetObject", "s3:ListBucket"])
def test_a_bucket_of_a_foreign_account_is_out_of_reach(action: str) -> None:
    bucket = "arn:aws:s3:::lake/key"
    assert asked("s3", action, bucket) is Said.ALLOWED
    assert asked("s3", action, bucket, aws__ResourceAccount=THEIRS) is Said.NOTHING


def test_layers_of_images_are_read_and_not_written() -> None:
    layer = f"arn:aws:s3:::prod-{REGION}-starport-layer-bucket/layer"
    elsewhere = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/layer"
    foreign = {"aws__ResourceAccount": AWS}
    assert asked("s3", "s3:GetObject", layer, **foreign) is Said.ALLOWED
    assert asked("s3", "s3:PutObject", layer, **foreign) is Said.NOTHING
    assert asked("s3", "s3:GetObject", elsewhere, **foreign) is Said.NOTHING


@pytest.mark.parametrize("service", ["ecr.api", "ecr.dkr"])
def test_images_are_pulled_from_the_listed_accounts_of_aws_only(service: str) -> None:
    def of(owner: str, region: str = REGION) -> str:
        return f"arn:aws:ecr:{region}:{owner}:repository/eks/pause"

    foreign = {"aws__ResourceAccount": THEIRS}
    listed = of("759879836304")
    assert asked(service, "ecr:BatchGetImage", listed, **foreign) is Said.ALLOWED
    assert asked(service, "ecr:PutImage", listed, **foreign) is Said.NOTHING
    assert asked(service, "ecr:BatchGetImage", of(THEIRS), **foreign) is Said.NOTHING
    abroad = of("759879836304", "eu-west-1")
    assert asked(service, "ecr:BatchGetImage", abroad, **foreign) is Said.NOTHING
    assert asked(service, "ecr:BatchGetImage", listed, aws__PrincipalAccount=THEIRS) is Said.NOTHING


def test_what_belongs_to_aws_is_asked_for_by_this_account_only() -> None:
    parameter = f"arn:aws:ssm:{REGION}::parameter/aws/service/bottlerocket"
    foreign = {"aws__ResourceAccount": AWS}
    assert asked("ssm", "ssm:GetParameter", parameter, **foreign) is Said.ALLOWED
    assert asked("ssm", "ssm:PutParameter", parameter, **foreign) is Said.NOTHING
    assert asked("ec2", "ec2:RunInstances", **foreign) is Said.ALLOWED
    assert asked("ec2", "ec2:CopySnapshot", **foreign) is Said.NOTHING
    for service, action in (("ssm", "ssm:GetParameter"), ("ec2", "ec2:RunInstances")):
        stranger = {"aws__PrincipalAccount": THEIRS, **foreign}
        assert asked(service, action, parameter, **stranger) is Said.NOTHING
