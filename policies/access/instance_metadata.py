"""The metadata of machines answers signed requests only, so that a page cannot steal a role."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.accepting import one_of
from policies.judging import Declared, Demand, Finding, resource_rule, unmet

_TOKENS: Final = (one_of("required"), '"required"')
_OPTIONS: Final[tuple[Demand, ...]] = (("metadataOptions.httpTokens", *_TOKENS),)

TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:ec2/instance:Instance": _OPTIONS,
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": (("httpTokens", *_TOKENS),),
    "aws:ec2/launchConfiguration:LaunchConfiguration": _OPTIONS,
    "aws:ec2/launchTemplate:LaunchTemplate": _OPTIONS,
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": _OPTIONS,
    "aws:imagebuilder/infrastructureConfiguration:InfrastructureConfiguration": (
        ("instanceMetadataOptions.httpTokens", *_TOKENS),
    ),
    "aws:sagemaker/notebookInstance:NotebookInstance": (
        (
            "instanceMetadataServiceConfiguration.minimumInstanceMetadataServiceVersion",
            one_of("2"),
            '"2"',
        ),
    ),
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges what the metadata service asks for."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="The metadata of machines answers requests with a token only (IMDSv2).",
    severity=Severity.HIGH,
    remediation='set httpTokens to "required" in metadataOptions.',
    judge=judge,
)
