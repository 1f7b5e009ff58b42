"""The registry on AWS: ECR repositories with immutable tags, a key and continuous scanning.

ECR replicates to other regions of AWS and to nothing else, so nothing is replicated here. The
second site in the country pulls: a job there copies by digest what its own registry lacks, with a
role of the account that may pull and no more.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_aws import ecr

from components import iam
from components.tags import Tags

PULL: Final = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:DescribeImages",
    "ecr:GetDownloadUrlForLayer",
)
PUSH: Final = (
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
DESTROY: Final = ("ecr:BatchDeleteImage",)
EVERYONE: Final = "*"


@dataclass(frozen=True, kw_only=True)
class Aws:
    """What the registry is made of where Amazon ECR is the registry."""

    account: str
    """Number of the account; no other can pull."""
    region: str
    """Region of the registry."""
    key_arn: pulumi.Input[str]
    """Key that encrypts every layer."""
    publisher_role_arn: str
    """ARN, or pattern of one, of the role that pushes (`arn:aws:iam::…:role/mizan-publisher-*`)."""
    tags: Tags
    """Whose registry it is."""
    untagged_days: int = 14
    """Days after which an image that no tag names is removed; what a tag names stays."""


def host(account: str, region: str) -> str:
    """How image references begin."""
    return f"{account}.dkr.ecr.{region}.amazonaws.com"


def build(
    parent: pulumi.ComponentResource, name: str, site: Aws, *, repositories: Sequence[str]
) -> None:
    """Make the repositories, and what holds for the registry as a whole.

    Raises:
        ValueError: if who may push is not a role of the account.
    """
    if not site.publisher_role_arn.startswith(f"arn:aws:iam::{site.account}:role/"):
        raise ValueError(
            f"images are pushed by {site.publisher_role_arn}: give a role of the account "
            f"{site.account}, as arn:aws:iam::{site.account}:role/…, in `publisher_role_arn`"
        )
    child = pulumi.ResourceOptions(parent=parent)
    ecr.RegistryScanningConfiguration(
        f"{name}-scanning",
        scan_type="ENHANCED",
        rules=[
            {
                "scan_frequency": "CONTINUOUS_SCAN",
                "repository_filters": [{"filter": "*", "filter_type": "WILDCARD"}],
            }
        ],
        opts=child,
    )
    ecr.RegistryPolicy(
        f"{name}-registry-policy",
        policy=iam.document(_nothing_from_elsewhere(site)),
        opts=child,
    )
    for repository in repositories:
        _repository(parent, name, site, repository)


def _repository(parent: pulumi.ComponentResource, name: str, site: Aws, repository: str) -> None:
    """One repository, who may pull and push, and what is removed from it."""
    child = pulumi.ResourceOptions(parent=parent)
    role = repository.replace("/", "-")
    made = ecr.Repository(
        f"{name}-{role}",
        # Image references, in which people and clusters spell it out, are a contract.
        name=repository,
        image_tag_mutability="IMMUTABLE",
        encryption_configurations=[{"encryption_type": "KMS", "kms_key": site.key_arn}],
        image_scanning_configuration={"scan_on_push": True},
        tags=site.tags.of(repository),
        opts=child,
    )
    ecr.LifecyclePolicy(
        f"{name}-{role}-lifecycle",
        repository=made.name,
        policy=json.dumps(lifecycle(site.untagged_days)),
        opts=child,
    )
    ecr.RepositoryPolicy(
        f"{name}-{role}-policy",
        repository=made.name,
        policy=iam.document(*repository_policy(site.account, site.publisher_role_arn)),
        opts=child,
    )


def repository_policy(account: str, publisher_role_arn: str) -> list[dict[str, Any]]:
    """The account pulls, one role pushes, and everybody else is refused.

    A policy of a repository speaks of that repository, so its statements name no resource.
    """
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    return [
        {"Sid": "PullFromTheAccount", "Effect": "Allow", "Principal": root, "Action": list(PULL)},
        {
            "Sid": "NobodyFromOutside",
            "Effect": "Deny",
            "Principal": EVERYONE,
            "Action": [*PULL, *PUSH, *DESTROY],
            "Condition": {
                "StringNotEquals": {"aws:PrincipalAccount": account},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        },
        {
            "Sid": "PushByThePublisherOnly",
            "Effect": "Deny",
            "Principal": EVERYONE,
            "Action": [*PUSH, *DESTROY],
            "Condition": {
                "ArnNotLike": {"aws:PrincipalArn": publisher_role_arn},
                # ECR's own lifecycle, which removes what no tag names.
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        },
    ]


def lifecycle(untagged_days: int) -> dict[str, Any]:
    """What is removed: images that no tag names any more."""
    return {
        "rules": [
            {
                "rulePriority": 1,
                "description": f"Untagged images go after {untagged_days} days",
                "selection": {
                    "tagStatus": "untagged",
                    "countType": "sinceImagePushed",
                    "countUnit": "days",
                    "countNumber": untagged_days,
                },
                "action": {"type": "expire"},
            }
        ]
    }


def _nothing_from_elsewhere(site: Aws) -> dict[str, Any]:
    """Images come in by a push alone: not by replication, not through a cache of a foreign one."""
    return iam.deny(
        ["ecr:BatchImportUpstreamImage", "ecr:ReplicateImage"],
        [f"arn:aws:ecr:{site.region}:{site.account}:repository/*"],
        Sid="NothingFromElsewhere",
        Principal=EVERYONE,
    )
