"""A role for who runs outside AWS and proves itself with a certificate: IAM Roles Anywhere."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import iam

from components.iam import document
from components.tags import Tags

SESSION_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class RemoteIdentityArgs:
    """Who it is, and what it may do."""

    subject: str
    """Common name in the certificate that it shows."""
    policy: pulumi.Input[str]
    """Policy document with everything that it may do."""
    account: str
    """Number of the account."""
    region: str
    """Region whose trust anchors vouch for it."""
    tags: Tags
    """What it is for."""


class RemoteIdentity(pulumi.ComponentResource):
    """A role that opens with a certificate of this name, from a trust anchor of this account only.

    The anchor, with the certificate of the outside's own authority, and the profile are its
    operator's to make: whoever makes them decides whom the account trusts.
    """

    role_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: RemoteIdentityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:components:RemoteIdentity", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        anchors = f"arn:aws:rolesanywhere:{args.region}:{args.account}:trust-anchor/*"
        role = iam.Role(
            f"{name}-role",
            description=f"{args.subject}, outside AWS, by its certificate",
            assume_role_policy=document(
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "rolesanywhere.amazonaws.com"},
                    "Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
                    "Condition": {
                        "StringEquals": {"aws:PrincipalTag/x509Subject/CN": args.subject},
                        "ArnLike": {"aws:SourceArn": anchors},
                    },
                }
            ),
            max_session_duration=SESSION_SECONDS,
            tags=args.tags.of(name),
            opts=child,
        )
        policy = iam.RolePolicy(f"{name}-policy", role=role.name, policy=args.policy, opts=child)
        self.role_arn = pulumi.Output.all(role.arn, policy.id).apply(lambda both: str(both[0]))
        self.register_outputs({"role_arn": self.role_arn})
