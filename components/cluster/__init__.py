"""The Kubernetes cluster of a cloud site: a control plane that only private networks can reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws.cloudwatch import LogGroup
from pulumi_aws.ec2 import SecurityGroup
from pulumi_aws.eks import AccessEntry, AccessPolicyAssociation
from pulumi_aws.eks import Cluster as EksCluster
from pulumi_aws.iam import Role, RolePolicy, RolePolicyAttachment
from pulumi_aws.vpc import SecurityGroupIngressRule

from components import iam
from components.cluster import add_ons
from components.cluster.add_ons import AddOns, AddOnsArgs
from components.cluster.kubeconfig import kubeconfig, private_blocks
from components.pod_identity import PodIdentity, PodIdentityArgs
from components.tags import Tags

__all__ = ["AddOns", "AddOnsArgs", "Cluster", "ClusterArgs"]

LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
CLUSTER_POLICY = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
ADMIN_POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
SERVICE_BLOCK = "172.20.0.0/16"
DNS_ADDRESS = "172.20.0.10"
"""Where EKS puts DNS in that block."""
HTTPS = 443


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """Where the cluster is, who administers it, and which keys it uses."""

    name: str
    """Name of the cluster: a contract, for its log group and its clients carry it."""
    kubernetes_version: str
    """Minor version of Kubernetes (`1.34`); see `components.cluster.add_ons.VERSIONS`."""
    region: str
    """Region of the cluster."""
    account: str
    """Number of the account."""
    vpc_id: pulumi.Input[str]
    """Network of the cluster."""
    subnet_ids: Mapping[str, pulumi.Input[str]]
    """Private subnet of each zone, two zones at least."""
    client_blocks: Sequence[str]
    """Private address blocks (CIDR) whose clients reach the API server."""
    secrets_key_arn: pulumi.Input[str]
    """Key under which Kubernetes keeps Secrets, on top of the encryption of its store."""
    log_key_arn: pulumi.Input[str]
    """Key of the control plane's logs."""
    log_days: int
    """How long these logs are kept, in days; one of the periods that CloudWatch knows."""
    admin_role_arns: Sequence[str]
    """Roles that administer the cluster, whoever deploys among them: nobody is by default."""
    may_be_deleted: bool = False
    """True only for the update before a reviewed deletion: EKS refuses to delete otherwise."""
    tags: Tags
    """What the cluster is for."""


class Cluster(pulumi.ComponentResource):
    """A control plane without a public address, its calls logged, its Secrets under an own key.

    Who may enter is decided by access entries alone. The agents that nodes need are there before
    any node; `AddOns` brings the rest once there are nodes.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    certificate_authority: pulumi.Output[str]
    """Certificate of the API server, as base64."""
    security_group_id: pulumi.Output[str]
    """Group of control plane and nodes, whose members reach each other."""
    kubeconfig: pulumi.Output[str]
    """How clients reach it; holds no secret, and is known once administrators may enter."""
    log_group: pulumi.Output[str]
    service_block: str
    """Addresses of Services (CIDR)."""
    dns_address: str
    """Address of the Service that resolves names."""

    def __init__(
        self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the cluster.

        Raises:
            ValueError: if nobody administers it, if a client block is not private, if there are
                fewer than two zones, or if its version is not known.
        """
        super().__init__("mizan:components:Cluster", name, None, opts)
        _check(args)
        known = add_ons.versions(args.kubernetes_version)
        child = pulumi.ResourceOptions(parent=self)
        # EKS would make the group itself, without key and for ever.
        logs = LogGroup(
            f"{name}-log",
            name=f"/aws/eks/{args.name}/cluster",
            retention_in_days=args.log_days,
            kms_key_id=args.log_key_arn,
            tags=args.tags.of(f"{name}-log"),
            opts=child,
        )
        role, rights = self._role(name, args)
        clients = self._clients(name, args)
        cluster = EksCluster(
            f"{name}-control-plane",
            name=args.name,
            version=args.kubernetes_version,
            role_arn=role.arn,
            vpc_config={
                "subnet_ids": [args.subnet_ids[zone] for zone in sorted(args.subnet_ids)],
                "security_group_ids": [clients.id],
                "endpoint_private_access": True,
                "endpoint_public_access": False,
            },
            kubernetes_network_config={"ip_family": "ipv4", "service_ipv4_cidr": SERVICE_BLOCK},
            access_config={
                "authentication_mode": "API",
                "bootstrap_cluster_creator_admin_permissions": False,
            },
            encryption_config={
                "provider": {"key_arn": args.secrets_key_arn},
                "resources": ["secrets"],
            },
            enabled_cluster_log_types=list(LOGS),
            upgrade_policy={"support_type": "STANDARD"},
            # Add-ons that nobody declared would have no version, and stand in no plan.
            bootstrap_self_managed_addons=False,
            deletion_protection=not args.may_be_deleted,
            tags=args.tags.of(f"{name}-control-plane"),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[logs, *rights]),
        )
        admitted = self._administrators(name, args, cluster)
        self._agents(name, args, cluster, known)
        self.name = cluster.name
        self.arn = cluster.arn
        self.endpoint = cluster.endpoint
        self.certificate_authority = cluster.certificate_authority.apply(
            lambda authority: str(authority.data)
        )
        self.security_group_id = cluster.vpc_config.apply(
            lambda network: str(network.cluster_security_group_id)
        )
        self.log_group = logs.name
        self.service_block = SERVICE_BLOCK
        self.dns_address = DNS_ADDRESS
        self.kubeconfig = pulumi.Output.all(
            name=self.name,
            endpoint=self.endpoint,
            certificate_authority=self.certificate_authority,
            admitted=pulumi.Output.all(*[one.id for one in admitted]),
        ).apply(
            lambda late: kubeconfig(
                name=late["name"],
                endpoint=late["endpoint"],
                certificate_authority=late["certificate_authority"],
                region=args.region,
            )
        )
        self.register_outputs(
            {
                "name": self.name,
                "arn": self.arn,
                "endpoint": self.endpoint,
                "certificate_authority": self.certificate_authority,
                "security_group_id": self.security_group_id,
                "kubeconfig": self.kubeconfig,
                "log_group": self.log_group,
            }
        )

    def _role(self, name: str, args: ClusterArgs) -> tuple[Role, list[pulumi.Resource]]:
        """What the control plane may do, with its own key among it."""
        child = pulumi.ResourceOptions(parent=self)
        role = Role(
            f"{name}-role",
            assume_role_policy=iam.trusted("eks.amazonaws.com", account=args.account),
            tags=args.tags.of(f"{name}-role"),
            opts=child,
        )
        rights: list[pulumi.Resource] = [
            RolePolicyAttachment(
                f"{name}-rights", role=role.name, policy_arn=CLUSTER_POLICY, opts=child
            ),
            RolePolicy(
                f"{name}-secrets-key",
                role=role.name,
                policy=iam.document(
                    iam.allow(
                        ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"],
                        [args.secrets_key_arn],
                    )
                ),
                opts=child,
            ),
        ]
        return role, rights

    def _clients(self, name: str, args: ClusterArgs) -> SecurityGroup:
        """Who reaches the private endpoint besides nodes."""
        group = SecurityGroup(
            f"{name}-clients",
            vpc_id=args.vpc_id,
            description="Clients of the Kubernetes API server",
            tags=args.tags.of(f"{name}-clients"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        for block in private_blocks(args.name, args.client_blocks):
            SecurityGroupIngressRule(
                f"{name}-from-{block.replace('/', '-')}",
                security_group_id=group.id,
                description="Kubernetes API",
                ip_protocol="tcp",
                from_port=HTTPS,
                to_port=HTTPS,
                cidr_ipv4=block,
                tags=args.tags.of(f"{name}-from-{block}"),
                opts=pulumi.ResourceOptions(parent=self),
            )
        return group

    def _administrators(
        self, name: str, args: ClusterArgs, cluster: EksCluster
    ) -> list[AccessPolicyAssociation]:
        """Let the roles in."""
        admitted = []
        for role in args.admin_role_arns:
            who = role.rpartition("/")[2]
            entry = AccessEntry(
                f"{name}-{who}",
                cluster_name=cluster.name,
                principal_arn=role,
                type="STANDARD",
                tags=args.tags.of(f"{name}-{who}"),
                opts=pulumi.ResourceOptions(parent=self),
            )
            admitted.append(
                AccessPolicyAssociation(
                    f"{name}-{who}-admin",
                    cluster_name=cluster.name,
                    principal_arn=entry.principal_arn,
                    policy_arn=ADMIN_POLICY,
                    access_scope={"type": "cluster"},
                    opts=pulumi.ResourceOptions(parent=self),
                )
            )
        return admitted

    def _agents(
        self, name: str, args: ClusterArgs, cluster: EksCluster, known: Mapping[str, str]
    ) -> None:
        """What nodes need before they are ready."""
        identity = PodIdentity(
            f"{name}-network",
            PodIdentityArgs(
                cluster_name=cluster.name,
                namespace=add_ons.SYSTEM,
                service_account=add_ons.NETWORK_ACCOUNT,
                documents={
                    "interfaces": iam.document(
                        *add_ons.network_statements(args.account, args.region)
                    )
                },
                account=args.account,
                tags=args.tags,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        earlier: list[pulumi.Resource] = [identity]
        for add_on in add_ons.BEFORE_NODES:
            installed = add_ons.install(
                name,
                add_ons.AddOn(name=add_on, version=known[add_on]),
                cluster=cluster.name,
                tags=args.tags,
                opts=pulumi.ResourceOptions(parent=self, depends_on=earlier),
            )
            if add_on == "eks-pod-identity-agent":
                # The network plugin gets its credentials from the agent.
                earlier = [*earlier, installed]


def _check(args: ClusterArgs) -> None:
    if not args.admin_role_arns:
        raise ValueError(
            f"cluster {args.name}: nobody would administer it, not even who makes it: name at "
            "least one role in `admin_role_arns`"
        )
    if len(args.subnet_ids) < 2:  # noqa: PLR2004 - EKS wants two zones
        raise ValueError(
            f"cluster {args.name}: it was given subnets in "
            f"{', '.join(args.subnet_ids) or 'no zone'}; EKS wants two zones at least"
        )
    private_blocks(args.name, args.client_blocks)
