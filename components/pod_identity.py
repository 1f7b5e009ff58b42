"""An identity of a workload's own on AWS: a role that the pods of one service account take."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import eks, iam

from components.iam import document
from components.tags import Tags

AGENT_BLOCK = "169.254.170.23/32"
AGENT_PORT = 80
"""Where a pod gets its credentials; the address does not leave the node.
https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html"""
SESSION_SECONDS = 3600
"""How long a pod's credential holds before the agent on its node fetches the next."""


@dataclass(frozen=True, kw_only=True)
class PodIdentityArgs:
    """Which pods they are, and what they may do."""

    cluster_name: pulumi.Input[str]
    """Name of the EKS cluster."""
    namespace: str
    """Namespace of the pods."""
    service_account: str
    """Service account of the pods."""
    documents: Mapping[str, pulumi.Input[str]]
    """Policy documents by what they allow (`store`); nothing else is allowed."""
    account: str
    """Number of the account."""
    tags: Tags
    """Whose identity it is."""
    permissions_boundary: pulumi.Input[str] | None = None
    """ARN of a policy that the role never exceeds, where the organisation has one."""


class PodIdentity(pulumi.ComponentResource):
    """A role that only the pods of one service account in one cluster get credentials of.

    No credential is stored: the agent of EKS Pod Identity hands out short ones on the node.
    """

    role_arn: pulumi.Output[str]
    role_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: PodIdentityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the role and hand it to the service account.

        Raises:
            ValueError: if the role would be allowed nothing.
        """
        super().__init__("mizan:components:PodIdentity", name, None, opts)
        if not args.documents:
            raise ValueError(
                f"the identity {name} of {args.namespace}/{args.service_account} is allowed "
                "nothing: give at least one policy document, or make no identity"
            )
        role = iam.Role(
            f"{name}-role",
            description=f"Pods of {args.namespace}/{args.service_account}",
            assume_role_policy=trust(args),
            max_session_duration=SESSION_SECONDS,
            permissions_boundary=args.permissions_boundary,
            tags=args.tags.of(name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        policies = [
            iam.RolePolicy(
                f"{name}-{allowed}",
                role=role.name,
                policy=policy,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for allowed, policy in sorted(args.documents.items())
        ]
        association = eks.PodIdentityAssociation(
            f"{name}-association",
            cluster_name=args.cluster_name,
            namespace=args.namespace,
            service_account=args.service_account,
            role_arn=role.arn,
            tags=args.tags.of(name),
            # A pod that started earlier would be refused what it is about to be allowed.
            opts=pulumi.ResourceOptions(parent=self, depends_on=policies),
        )
        self.role_arn = pulumi.Output.all(role.arn, association.id).apply(lambda both: str(both[0]))
        self.role_name = role.name
        self.register_outputs({"role_arn": self.role_arn, "role_name": self.role_name})


def trust(args: PodIdentityArgs) -> pulumi.Output[str]:
    """Who may take the role: EKS for these pods, by the tags with which it opens a session."""
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {
                "StringEquals": {
                    "aws:SourceAccount": args.account,
                    "aws:RequestTag/eks-cluster-name": args.cluster_name,
                    "aws:RequestTag/kubernetes-namespace": args.namespace,
                    "aws:RequestTag/kubernetes-service-account": args.service_account,
                }
            },
        }
    )
