"""Who the nodes of a cluster are: a role with the least that a node needs, and its way in."""

from dataclasses import dataclass

import pulumi
from pulumi_aws.eks import AccessEntry
from pulumi_aws.iam import InstanceProfile, Role, RolePolicyAttachment

from components import iam
from components.tags import Tags

MANAGED_POLICIES = {
    "worker": "arn:aws:iam::aws:policy/AmazonEKSWorkerNodeMinimalPolicy",
    "pull": "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
}
"""What every node needs. The network plugin has a role of its own, so that pods which reach the
node's credentials cannot rewire its interfaces."""


@dataclass(frozen=True, kw_only=True)
class NodeIdentityArgs:
    """Nodes of which cluster."""

    cluster: pulumi.Input[str]
    """Name of the cluster."""
    tags: Tags
    """What the nodes are for."""


class NodeIdentity(pulumi.ComponentResource):
    """The role of all nodes, fixed and elastic, and its entry into the cluster."""

    role_arn: pulumi.Output[str]
    instance_profile: pulumi.Output[str]
    """Name of the profile by which a machine gets the role."""
    instance_profile_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: NodeIdentityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:components:NodeIdentity", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = Role(
            f"{name}-role",
            # EC2 says no account when it takes a role for a machine, so none can be asked for.
            assume_role_policy=iam.document(
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "ec2.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ),
            tags=args.tags.of(f"{name}-role"),
            opts=child,
        )
        rights = [
            RolePolicyAttachment(f"{name}-{part}", role=role.name, policy_arn=policy, opts=child)
            for part, policy in MANAGED_POLICIES.items()
        ]
        ready = pulumi.ResourceOptions(parent=self, depends_on=rights)
        profile = InstanceProfile(
            f"{name}-profile", role=role.name, tags=args.tags.of(f"{name}-profile"), opts=ready
        )
        entry = AccessEntry(
            f"{name}-entry",
            cluster_name=args.cluster,
            principal_arn=role.arn,
            type="EC2_LINUX",
            tags=args.tags.of(f"{name}-entry"),
            opts=ready,
        )
        # Whoever is given the role waits until the cluster lets its nodes in.
        self.role_arn = pulumi.Output.all(role.arn, entry.access_entry_arn).apply(
            lambda both: str(both[0])
        )
        self.instance_profile = profile.name
        self.instance_profile_arn = profile.arn
        self.register_outputs(
            {
                "role_arn": self.role_arn,
                "instance_profile": self.instance_profile,
                "instance_profile_arn": self.instance_profile_arn,
            }
        )
