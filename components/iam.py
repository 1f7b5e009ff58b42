"""Policy documents: who may do what, as AWS writes it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

VERSION = "2012-10-17"
"""The only version of the policy language that knows variables."""


def document(*statements: Mapping[str, Any]) -> pulumi.Output[str]:
    """The statements as one policy document; late values may stand anywhere inside."""
    return pulumi.Output.json_dumps({"Version": VERSION, "Statement": list(statements)})


def allow(
    actions: Sequence[str],
    resources: Sequence[pulumi.Input[str]],
    **more: Any,
) -> dict[str, Any]:
    """A statement that allows; `more` are its other elements, such as `Condition`."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources), **more}


def deny(
    actions: Sequence[str],
    resources: Sequence[pulumi.Input[str]],
    **more: Any,
) -> dict[str, Any]:
    """A statement that denies, whatever else allows."""
    return {"Effect": "Deny", "Action": list(actions), "Resource": list(resources), **more}


def trusted(*services: str, account: str) -> pulumi.Output[str]:
    """Who may take a role: these services, and only when they act for this account.

    Args:
        services: Service principals (`vpc-flow-logs.amazonaws.com`).
        account: Number of the account, against a confused deputy.
    """
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": list(services)},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        }
    )
