"""What EKS itself runs in a cluster: the version of each add-on, and how it is set."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import pulumi
from pulumi_aws.eks import Addon
from pulumi_aws.iam import RolePolicyAttachment

from components import iam
from components.pod_identity import PodIdentity, PodIdentityArgs
from components.tags import Tags

VERSIONS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "1.34": {
            "vpc-cni": "v1.20.4-eksbuild.2",
            "kube-proxy": "v1.34.0-eksbuild.2",
            "eks-pod-identity-agent": "v1.3.10-eksbuild.2",
            "coredns": "v1.12.3-eksbuild.1",
            "aws-ebs-csi-driver": "v1.54.0-eksbuild.1",
        },
        "1.35": {
            "vpc-cni": "v1.21.1-eksbuild.3",
            "kube-proxy": "v1.35.0-eksbuild.2",
            "eks-pod-identity-agent": "v1.3.10-eksbuild.2",
            "coredns": "v1.13.2-eksbuild.1",
            "aws-ebs-csi-driver": "v1.54.0-eksbuild.1",
        },
    }
)
"""Kubernetes version to add-on versions, as public configurations named them in 2026-11. Compare
`aws eks describe-addon-versions --kubernetes-version <version>` before relying on them."""

BEFORE_NODES: Final = ("eks-pod-identity-agent", "vpc-cni", "kube-proxy")
"""Agents of nodes: a node without them is never ready."""
ON_NODES: Final = ("coredns", "aws-ebs-csi-driver")
"""Pods like any other: ready only where there are nodes."""

SYSTEM: Final = "kube-system"
NETWORK_ACCOUNT: Final = "aws-node"
VOLUME_ACCOUNT: Final = "ebs-csi-controller-sa"
VOLUME_POLICY: Final = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"


def versions(kubernetes_version: str) -> Mapping[str, str]:
    """The version of each add-on.

    Raises:
        ValueError: if none are known for this Kubernetes version.
    """
    if kubernetes_version not in VERSIONS:
        raise ValueError(
            f"no add-on versions are known for Kubernetes {kubernetes_version}; known are "
            f"{', '.join(VERSIONS)}: choose one, or add a row to VERSIONS in "
            "components/cluster/add_ons.py"
        )
    return VERSIONS[kubernetes_version]


def settings(add_on: str, machine_tags: Mapping[str, str]) -> str | None:
    """How an add-on is set; None where its defaults hold.

    Args:
        add_on: Name of the add-on.
        machine_tags: Tags of whatever it makes in the cloud.
    """
    found: dict[str, dict[str, object]] = {
        # Without it, every NetworkPolicy of the cluster would be ink on paper.
        "vpc-cni": {
            "enableNetworkPolicy": "true",
            "nodeAgent": {"enablePolicyEventLogs": "true"},
        },
        "coredns": {"replicaCount": 2, "podDisruptionBudget": {"enabled": True}},
        "aws-ebs-csi-driver": {
            "controller": {"extraVolumeTags": dict(machine_tags), "loggingFormat": "json"},
            "defaultStorageClass": {"enabled": False},
        },
    }
    return json.dumps(found[add_on], sort_keys=True) if add_on in found else None


@dataclass(frozen=True, kw_only=True)
class AddOn:
    """One add-on, as it is to be in a cluster."""

    name: str
    """What EKS calls it."""
    version: str
    """Its version."""
    machine_tags: Mapping[str, str] = field(default_factory=dict)
    """Tags of whatever it makes in the cloud."""


def install(
    name: str,
    add_on: AddOn,
    *,
    cluster: pulumi.Input[str],
    tags: Tags,
    opts: pulumi.ResourceOptions,
) -> Addon:
    """One add-on by its version; what somebody changed in it by hand is put back.

    Args:
        name: Name of the component that it belongs to.
        add_on: The add-on.
        cluster: Name of the cluster.
        tags: What it is for.
        opts: Options of the resource.
    """
    return Addon(
        f"{name}-{add_on.name}",
        addon_name=add_on.name,
        addon_version=add_on.version,
        cluster_name=cluster,
        configuration_values=settings(add_on.name, add_on.machine_tags),
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="OVERWRITE",
        tags=tags.of(f"{name}-{add_on.name}"),
        opts=opts,
    )


@dataclass(frozen=True, kw_only=True)
class AddOnsArgs:
    """Which cluster, and the key of its volumes."""

    cluster: pulumi.Input[str]
    """Name of the cluster."""
    kubernetes_version: str
    """Its version (`1.34`)."""
    account: str
    """Number of the account."""
    volume_key_arn: pulumi.Input[str]
    """Key of the volumes that pods claim."""
    machine_tags: Mapping[str, str]
    """Tags that the provider gives to all that it makes; volumes are not made by it."""
    tags: Tags
    """What the add-ons are for."""


class AddOns(pulumi.ComponentResource):
    """The add-ons that run as pods: names inside the cluster, and encrypted volumes.

    Make it depend on the fixed node pools: without nodes it waits until EKS gives up.
    """

    ready: pulumi.Output[bool]
    """True once all of them run."""

    def __init__(
        self, name: str, args: AddOnsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:components:AddOns", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        identity = PodIdentity(
            f"{name}-volumes",
            PodIdentityArgs(
                cluster_name=args.cluster,
                namespace=SYSTEM,
                service_account=VOLUME_ACCOUNT,
                documents={"key": iam.document(*volume_key_statements(args.volume_key_arn))},
                account=args.account,
                tags=args.tags,
            ),
            opts=child,
        )
        rights = RolePolicyAttachment(
            f"{name}-volumes-rights",
            role=identity.role_name,
            policy_arn=VOLUME_POLICY,
            opts=child,
        )
        known = versions(args.kubernetes_version)
        installed = [
            install(
                name,
                AddOn(
                    name=add_on,
                    version=known[add_on],
                    machine_tags={**args.machine_tags, **args.tags.of("volume")},
                ),
                cluster=args.cluster,
                tags=args.tags,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[identity, rights]),
            )
            for add_on in ON_NODES
        ]
        self.ready = pulumi.Output.all(*[one.arn for one in installed]).apply(lambda _: True)
        self.register_outputs({"ready": self.ready})


def volume_key_statements(key_arn: pulumi.Input[str]) -> list[dict[str, object]]:
    """What whoever attaches encrypted volumes may do with their key: use it, through EC2 only."""
    return [
        iam.allow(
            ["kms:CreateGrant"],
            [key_arn],
            Condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
        iam.allow(
            [
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
            [key_arn],
        ),
    ]


def network_statements(account: str, region: str) -> list[dict[str, object]]:
    """What the network plugin may do: give nodes' interfaces addresses for pods."""
    interfaces = f"arn:aws:ec2:{region}:{account}:network-interface/*"
    machines = f"arn:aws:ec2:{region}:{account}:instance/*"
    attached = [
        interfaces,
        machines,
        f"arn:aws:ec2:{region}:{account}:subnet/*",
        f"arn:aws:ec2:{region}:{account}:security-group/*",
    ]
    return [
        # EC2 knows no resource in these calls, so the region is all that can be asked for.
        iam.allow(
            [
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeInstances",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeTags",
            ],
            ["*"],
            Condition={"StringEquals": {"aws:RequestedRegion": region}},
        ),
        iam.allow(
            [
                "ec2:AssignPrivateIpAddresses",
                "ec2:AttachNetworkInterface",
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:DetachNetworkInterface",
                "ec2:ModifyNetworkInterfaceAttribute",
                "ec2:UnassignPrivateIpAddresses",
            ],
            attached,
        ),
        iam.allow(["ec2:CreateTags"], [interfaces]),
    ]
