"""The organisation: what no account in it can do, written as policies of AWS Organizations."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.organisation import declarations
from components.tags import Tags

__all__ = ["LARGEST", "Guard", "OrganisationPolicies", "OrganisationPoliciesArgs", "guards"]

LARGEST = {
    "SERVICE_CONTROL_POLICY": 5120,
    "RESOURCE_CONTROL_POLICY": 5120,
    "AISERVICES_OPT_OUT_POLICY": 2500,
    "TAG_POLICY": 10000,
}
"""Characters that AWS takes of each type at the least. It has since doubled that of service
control policies; no document here needs it.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html"""

SAID = {
    "regions": ("SERVICE_CONTROL_POLICY", "Every call goes to a region inside the country."),
    "borders": (
        "SERVICE_CONTROL_POLICY",
        "Nothing is copied, peered or served out of the country.",
    ),
    "guardrails": (
        "SERVICE_CONTROL_POLICY",
        "No account leaves the rules, or the sight of whoever watches.",
    ),
    "own-organisation": (
        "RESOURCE_CONTROL_POLICY",
        "Resources answer over TLS, to this organisation only.",
    ),
    "no-training": (
        "AISERVICES_OPT_OUT_POLICY",
        "No AI service keeps content or learns from it.",
    ),
}
"""Type of each policy that the law writes, and what it says in a sentence."""

_TARGET = re.compile(r"r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|[0-9]{12}")


@dataclass(frozen=True, kw_only=True)
class Guard:
    """One policy: its type, what it says, and that in a sentence."""

    type: str
    document: Mapping[str, Any]
    description: str

    @property
    def content(self) -> str:
        """The document as AWS gets it, without a space too many.

        Raises:
            ValueError: if it is longer than AWS takes.
        """
        text = json.dumps(self.document, separators=(",", ":"))
        if len(text) > LARGEST[self.type]:
            raise ValueError(
                f"{self.description} The {self.type} has {len(text)} characters, and AWS takes "
                f"{LARGEST[self.type]}: split it, or name less"
            )
        return text


@dataclass(frozen=True, kw_only=True)
class OrganisationPoliciesArgs:
    """What the law says, and what the policies hold for."""

    documents: Mapping[str, Mapping[str, Any]]
    """What the law says in each policy, by its name: those of `SAID`, and no others."""
    targets: Sequence[str]
    """Roots, organisational units or accounts that the policies are attached to."""
    tag_values: Mapping[str, Collection[str]]
    """Which values the mandatory tags may have, for those that not any value fits."""
    tags: Tags
    """What the policies themselves are for."""


def guards(args: OrganisationPoliciesArgs) -> dict[str, Guard]:
    """Every policy by its name, before anything is made.

    Raises:
        ValueError: if a document is missing, or one is nobody's.
    """
    if set(args.documents) != set(SAID):
        raise ValueError(
            f"documents are {', '.join(sorted(args.documents)) or '(none)'}; there must be one "
            f"for each of {', '.join(SAID)}"
        )
    found = {
        name: Guard(type=kind, document=args.documents[name], description=description)
        for name, (kind, description) in SAID.items()
    }
    return {
        **found,
        "tags": Guard(
            type="TAG_POLICY",
            document=declarations.tags(args.tag_values),
            description="Mandatory tags are spelt alike and have known values.",
        ),
    }


class OrganisationPolicies(pulumi.ComponentResource):
    """What holds for every account, whoever is its administrator.

    The management account is not bound by service control policies: nothing runs in it.
    """

    policy_ids: pulumi.Output[dict[str, str]]
    """Id of each policy, by its name."""

    def __init__(
        self, name: str, args: OrganisationPoliciesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the policies and attach them.

        Raises:
            ValueError: if an id is not one of its kind, there is no target, or a document is
                longer than AWS takes.
        """
        super().__init__("mizan:components:OrganisationPolicies", name, None, opts)
        strange = [target for target in args.targets if _TARGET.fullmatch(target) is None]
        if strange or not args.targets:
            raise ValueError(
                f"targets are {list(args.targets)}: give roots (r-…), organisational units "
                "(ou-…-…) or numbers of accounts, at least one"
            )
        made: dict[str, pulumi.Output[str]] = {}
        for role, guard in guards(args).items():
            policy = aws.organizations.Policy(
                f"{name}-{role}",
                type=guard.type,
                description=guard.description,
                content=guard.content,
                tags=args.tags.of(f"{name}-{role}"),
                opts=pulumi.ResourceOptions(parent=self),
            )
            for target in args.targets:
                aws.organizations.PolicyAttachment(
                    f"{name}-{role}-{target}",
                    policy_id=policy.id,
                    target_id=target,
                    opts=pulumi.ResourceOptions(parent=self),
                )
            made[role] = policy.id
        self.policy_ids = pulumi.Output.all(**made)
        self.register_outputs({"policy_ids": self.policy_ids})
