"""Nobody has a credential that does not expire: people and programs take roles instead."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, resource_rule

REFUSED: Final = {
    "aws:iam/accessKey:AccessKey": "a key that does not expire",
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": "a password of a program",
    "aws:iam/signingCertificate:SigningCertificate": "a credential of a user",
    "aws:iam/sshKey:SshKey": "a credential of a user",
    "aws:iam/user:User": "an identity outside the identity provider",
    "aws:iam/userLoginProfile:UserLoginProfile": "a password of the console",
    "aws:ec2/keyPair:KeyPair": "a way into machines that no log knows by name",
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Refuses what is or bears such a credential."""
    if resource.type in REFUSED:
        given = f"{resource.type}: {REFUSED[resource.type]}"
        yield Finding(path="type", given=given, allowed="a role that is assumed for a while")


policy = resource_rule(
    __name__,
    description="Nobody has a credential that does not expire.",
    severity=Severity.HIGH,
    remediation="use roles: pod identities, IAM Roles Anywhere, or the identity provider.",
    judge=judge,
)
