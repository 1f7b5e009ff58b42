"""Policies of the private ways to AWS: identities of one account reach resources of it only.

Without them, whoever gets hold of a pod could carry data to an account of his own through the very
same door.
"""

from collections.abc import Iterator
from typing import Final

from policies.layers.language import ACCOUNT, Document, allow, document

REST: Final = "rest"
"""Document of every service that is not named."""

REGISTRIES: Final = {"me-central-1": ("759879836304", "601769779514")}
"""Accounts in which AWS keeps the images that it runs on nodes, by region.

Those of EKS add-ons: https://docs.aws.amazon.com/eks/latest/userguide/add-ons-images.html
That of GuardDuty: https://docs.aws.amazon.com/guardduty/latest/ug/eks-runtime-agent-ecr-image-uri.html
"""
PULL: Final = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
)
START: Final = (
    "ec2:CreateFleet",
    "ec2:CreateLaunchTemplate",
    "ec2:Describe*",
    "ec2:RunInstances",
)

_OURS: Final = {"aws:PrincipalAccount": ACCOUNT}
_INSIDE: Final = allow(["*"], ["*"], {**_OURS, "aws:ResourceAccount": ACCOUNT})


def policies(region: str) -> Iterator[tuple[str, Document]]:
    """Yields the policy of each endpoint by its service, as AWS names it (`ecr.api`), and `rest`.

    Args:
        region: Region of the endpoints.
    """
    yield REST, document(_INSIDE)
    # ECR keeps the layers of images in a bucket of AWS's own.
    layers = f"arn:aws:s3:::prod-{region}-starport-layer-bucket/*"
    yield "s3", document(_INSIDE, allow(["s3:GetObject"], [layers], {}))
    if region in REGISTRIES:
        theirs = [f"arn:aws:ecr:{region}:{owner}:repository/*" for owner in REGISTRIES[region]]
        for service in ("ecr.api", "ecr.dkr"):
            yield service, document(_INSIDE, allow(PULL, theirs, _OURS))
    published = f"arn:aws:ssm:{region}::parameter/aws/service/*"
    yield (
        "ssm",
        document(_INSIDE, allow(["ssm:GetParameter", "ssm:GetParameters"], [published], _OURS)),
    )
    # A node starts from an image that AWS owns, so the resource's account cannot be asked.
    yield "ec2", document(_INSIDE, allow(START, ["*"], _OURS))
