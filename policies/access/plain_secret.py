"""No secret stands in plain text where whoever may describe a resource reads it."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.accepting import absent, one_of, yes
from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.secrets_in_text import by_name, shaped

_HELD: Final = (absent, "none: let the service keep it in Secrets Manager")
_MANAGED: Final = (yes, "true: the service makes the password and keeps it in Secrets Manager")

TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:rds/cluster:Cluster": (("masterPassword", *_HELD),),
    "aws:rds/instance:Instance": (("password", *_HELD),),
    "aws:redshift/cluster:Cluster": (
        ("masterPassword", *_HELD),
        ("manageMasterPassword", *_MANAGED),
    ),
    "aws:docdb/cluster:Cluster": (("masterPassword", *_HELD),),
    "aws:opensearch/domain:Domain": (
        ("advancedSecurityOptions?.masterUserOptions?.masterUserPassword", *_HELD),
    ),
    "aws:ssm/parameter:Parameter": (("type", one_of("SecureString"), '"SecureString"'),),
    "aws:lambda/function:Function": (),
    "aws:ecs/taskDefinition:TaskDefinition": (),
    "aws:codebuild/project:Project": (),
    "aws:ec2/launchTemplate:LaunchTemplate": (),
}
_HOLDERS: Final = {
    "aws:lambda/function:Function": ("environment?.variables?",),
    "aws:ecs/taskDefinition:TaskDefinition": ("containerDefinitions",),
    "aws:codebuild/project:Project": ("environment?.environmentVariables?",),
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges passwords that are given, variables by their name, and every text by its shape."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))
    for path, given in shaped(resource) if resource.type.startswith("aws:") else ():
        yield Finding(path=path, given=given, allowed="no secret in plain text")
    for path, given in by_name(resource, _HOLDERS.get(resource.type, ())):
        yield Finding(path=path, given=given, allowed="a reference to a secret, or no such name")


policy = resource_rule(
    __name__,
    description="No secret stands in plain text.",
    severity=Severity.HIGH,
    remediation="keep it in Secrets Manager and refer to it, or use a role instead.",
    judge=judge,
)
