"""No data loss by plan: what holds data is protected unless a reviewed allowance names it.

Pulumi itself then refuses, at preview, every plan that deletes or replaces such a resource. With
an allowance a replacement goes through; a deletion takes one `up` more, before the resource leaves
the program, which lifts the protection. It is one transform for the whole stack, so that no
component can forget it.
"""

from collections.abc import Callable
from typing import Final

import pulumi

from environments import Allowances
from stacks import settings

ALIAS: Final = "aws:kms/alias:Alias"
STATEFUL: Final = frozenset(
    {
        "aws:acmpca/certificateAuthority:CertificateAuthority",
        "aws:backup/vault:Vault",
        "aws:ebs/volume:Volume",
        "aws:ecr/repository:Repository",
        "aws:eks/cluster:Cluster",
        "aws:glue/catalogDatabase:CatalogDatabase",
        ALIAS,
        "aws:kms/key:Key",
        "aws:msk/cluster:Cluster",
        "aws:s3/bucket:Bucket",
    }
)
"""Types whose deletion loses data, or the only key to them.

An alias of a key is one of them, so that a key which somebody deleted in the account is not made
anew beneath its name: what it encrypted would be lost while it could still be had back.
"""


def protect(stack: str) -> None:
    """Protect everything stateful that the stack declares from here on.

    Raises:
        pulumi.RunError: if an allowance is wrong or has expired.
    """
    allowed = settings.allowed(stack)
    for entry in allowed.entries:
        pulumi.warn(
            f"until {entry.expires}, {entry.resource} may be deleted or replaced with its data: "
            f"{entry.reason} (approved by {entry.approver})"
        )
    pulumi.runtime.register_resource_transform(transform(allowed))


def transform(
    allowed: Allowances,
) -> Callable[[pulumi.ResourceTransformArgs], pulumi.ResourceTransformResult | None]:
    """The transform that `protect` registers."""

    def apply(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        if args.type_ not in STATEFUL:
            return None
        # Whoever may let a key go may let its alias go.
        key = f"{args.name.removesuffix('alias')}key" if args.type_ == ALIAS else args.name
        args.opts.protect = not (allowed.names(args.name) or allowed.names(key))
        return pulumi.ResourceTransformResult(props=args.props, opts=args.opts)

    return apply
