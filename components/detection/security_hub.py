"""Security Hub: which standards the account is held to, and which controls the law overrules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
from pulumi_aws import securityhub

Standard = Literal["fsbp", "cis", "nist"]

STANDARDS: Final[dict[Standard, str]] = {
    "fsbp": "aws-foundational-security-best-practices/v/1.0.0",
    "cis": "cis-aws-foundations-benchmark/v/3.0.0",
    "nist": "nist-800-53/v/5.0.0",
}
"""The standards by their path in the ARN."""


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A control that asks for what the law forbids."""

    control: str
    """Id of the control."""
    standards: tuple[Standard, ...]
    """The standards above that hold it."""
    reason: str
    """Why it is switched off, for the auditor."""


CONFLICTS: Final = (
    Conflict(
        control="S3.7",
        standards=("nist",),
        reason="Asks for a copy of each bucket in another region. Protected data stays in the "
        "country, which has one region; the copy is kept on the second site in the country.",
    ),
)


def security_hub(
    name: str, *, region: str, standards: Sequence[Standard], parent: pulumi.Resource
) -> None:
    """Switches Security Hub on, with these standards and without what the law overrules."""
    hub = securityhub.Account(
        f"{name}-hub",
        # The standards below, and not the set that AWS would choose.
        enable_default_standards=False,
        auto_enable_controls=True,
        # One finding for a control, however many standards hold it.
        control_finding_generator="SECURITY_CONTROL",
        opts=pulumi.ResourceOptions(parent=parent),
    )
    for standard in standards:
        arn = f"arn:aws:securityhub:{region}::standards/{STANDARDS[standard]}"
        subscription = securityhub.StandardsSubscription(
            f"{name}-{standard}",
            standards_arn=arn,
            opts=pulumi.ResourceOptions(parent=parent, depends_on=[hub]),
        )
        for conflict in CONFLICTS:
            if standard in conflict.standards:
                securityhub.StandardsControlAssociation(
                    f"{name}-{standard}-{conflict.control.lower().replace('.', '-')}",
                    standards_arn=arn,
                    security_control_id=conflict.control,
                    association_status="DISABLED",
                    updated_reason=conflict.reason,
                    opts=pulumi.ResourceOptions(parent=parent, depends_on=[subscription]),
                )
