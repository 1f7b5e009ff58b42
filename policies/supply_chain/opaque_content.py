"""Nothing out of sight: no resource that makes others, and no script that nobody can read."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.encoded import sealed
from policies.judging import Declared, Finding, resource_rule

TYPES: Final = {
    "aws:ec2/instance:Instance": "userData, userDataBase64",
    "aws:ec2/launchTemplate:LaunchTemplate": "userData",
}
REFUSED: Final = {
    "kubernetes:helm.sh/v3:Release": "chart",
    "aws:cfg/conformancePack:ConformancePack": "templateBody",
    "aws:cfg/organizationConformancePack:OrganizationConformancePack": "templateBody",
    "aws:cloudcontrol/resource:Resource": "desiredState",
    "aws:cloudformation/cloudFormationType:CloudFormationType": "schemaHandlerPackage",
    "aws:cloudformation/stack:Stack": "templateBody",
    "aws:cloudformation/stackInstances:StackInstances": "stackSetName",
    "aws:cloudformation/stackSet:StackSet": "templateBody",
    "aws:cloudformation/stackSetInstance:StackSetInstance": "stackSetName",
    "aws:elasticbeanstalk/application:Application": "name",
    "aws:elasticbeanstalk/applicationVersion:ApplicationVersion": "bucket",
    "aws:elasticbeanstalk/configurationTemplate:ConfigurationTemplate": "solutionStackName",
    "aws:elasticbeanstalk/environment:Environment": "application",
    "aws:serverlessrepository/cloudFormationStack:CloudFormationStack": "applicationId",
    "aws:servicecatalog/product:Product": "provisioningArtifactParameters",
    "aws:servicecatalog/provisionedProduct:ProvisionedProduct": "productId",
    "aws:servicecatalog/provisioningArtifact:ProvisioningArtifact": "templateUrl",
    "aws:servicecatalog/serviceAction:ServiceAction": "definition",
    "aws:ssm/quicksetupConfigurationManager:QuicksetupConfigurationManager": (
        "configurationDefinitions"
    ),
}

# Programs and states of others, whatever the boundary lists as providers.
_PROGRAMS: Final = ("pulumi-python:dynamic", "pulumi-nodejs:dynamic", "command:", "terraform:")


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the type, which no content makes readable, and what machines run as they start."""
    path = "type" if resource.type.startswith(_PROGRAMS) else REFUSED.get(resource.type)
    if path is not None:
        demand = "resources that the plan shows one by one"
        yield Finding(path=path, given=resource.type, allowed=demand)
    for place in sealed(resource.leaves):
        yield Finding(path=place, given="no text", allowed="a text, gzip of 1 MiB at most unpacked")


policy = resource_rule(
    __name__,
    description="No resource creates others, or runs a script, that the plan does not show.",
    severity=Severity.HIGH,
    remediation="declare the resources themselves, and scripts as text, so that each is judged.",
    judge=judge,
)
