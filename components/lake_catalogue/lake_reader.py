"""One role that reads some databases of the lake, for the people who analyse them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import iam as aws_iam

from components import iam
from components.lake_catalogue.lake_grant import LakeAccess, LakeGrant, LakeGrantArgs
from components.tags import Tags

SESSION_SECONDS = 3600
"""How long its credentials hold before they are asked for again."""


@dataclass(frozen=True, kw_only=True)
class LakeReaderArgs:
    """Who reads what."""

    taken_by: Sequence[str]
    """ARNs of the roles that may take this one; the organisation gives those to people."""
    document: pulumi.Input[str]
    """What it may ask (`LakeCatalogue.reader_document`); grants say which tables answer."""
    databases: Mapping[str, pulumi.Input[str]]
    """Name of each database that it reads, by zone."""
    location_arns: Mapping[str, pulumi.Input[str]]
    """Where each of them lies (`LakeCatalogue.location_arns`)."""
    account: str
    """Number of the account that the catalogue belongs to."""
    tags: Tags
    """Whose role it is."""


class LakeReader(pulumi.ComponentResource):
    """A role that queries the tables of the databases it was given, and of no other.

    It reaches no bucket but the one of the results: Lake Formation reads the data for it.
    """

    role_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: LakeReaderArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the role.

        Raises:
            ValueError: if nobody may take it, or it would read nothing.
        """
        super().__init__("mizan:components:LakeReader", name, None, opts)
        for what, given in (("taken_by", args.taken_by), ("databases", args.databases)):
            if not given:
                raise ValueError(f"`{what}` of the reader {name} is empty: give one, or no reader")
        role = aws_iam.Role(
            f"{name}-role",
            description=f"Reads {', '.join(sorted(args.databases))} in the lake",
            assume_role_policy=trust(args.taken_by),
            max_session_duration=SESSION_SECONDS,
            tags=args.tags.of(name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws_iam.RolePolicy(
            f"{name}-queries",
            role=role.name,
            policy=args.document,
            opts=pulumi.ResourceOptions(parent=self),
        )
        for zone, database in sorted(args.databases.items()):
            LakeGrant(
                f"{name}-{zone}",
                LakeGrantArgs(
                    role_arn=role.arn,
                    database=database,
                    location_arn=args.location_arns[zone],
                    access=LakeAccess.READ,
                    account=args.account,
                ),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.role_arn = role.arn
        self.register_outputs({"role_arn": self.role_arn})


def trust(taken_by: Sequence[str]) -> pulumi.Output[str]:
    """Who may take the role: these roles and nobody else."""
    return iam.document(
        {"Effect": "Allow", "Principal": {"AWS": sorted(taken_by)}, "Action": "sts:AssumeRole"}
    )
