"""No policy of a resource lets in everybody: a wildcard principal needs a condition that narrows.

The policy of a VPC endpoint grants nothing, it narrows: there a named resource is enough.
"""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, resource_rule
from policies.statements import Statement, narrowed

TYPES: Final = {
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:kms/key:Key": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:iam/role:Role": "assumeRolePolicy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:opensearch/domainPolicy:DomainPolicy": "accessPolicies",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "policy",
}
_ENDPOINT: Final = "aws:ec2/vpcEndpoint"
_DEMAND: Final = "a named principal, or a condition on its account, organisation, network or source"


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges who each statement lets in; one in another form than a list of names is everybody."""
    if not resource.type.startswith("aws:"):
        return
    for statement in resource.statements:
        if statement.denies or narrowed(statement):
            continue
        if resource.type.startswith(_ENDPOINT) and not _any_resource(statement):
            continue
        if "notprincipal" in statement.elements:
            yield Finding(path=statement.path, given="NotPrincipal", allowed=_DEMAND)
        for _, value in statement.principals():
            if not isinstance(value, str) or value == "*":
                yield Finding(path=f"{statement.path}.Principal", given=value, allowed=_DEMAND)


def _any_resource(statement: Statement) -> bool:
    return "notresource" in statement.elements or "*" in statement.values("resource")


policy = resource_rule(
    __name__,
    description="No policy of a resource lets in everybody.",
    severity=Severity.CRITICAL,
    remediation="name the principal, or add a condition like aws:PrincipalOrgID or aws:SourceVpce.",
    judge=judge,
)
