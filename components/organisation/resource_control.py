"""The resource control policy: who may reach the organisation's resources, whatever they allow."""

from typing import Any

from components.iam import VERSION

Document = dict[str, Any]

GUARDED = ("kms:*", "s3:*", "secretsmanager:*", "sqs:*")
"""Services with resources that a policy of their own could open to strangers."""
SESSIONS = ("sts:AssumeRole", "sts:SetContext")
"""Roles, which a trust policy could open. Whoever signs in with a token of an identity provider is
in no organisation yet: the trust policy names the provider, and the region deny the roles."""


def own_organisation(organisation_id: str) -> Document:
    """Denies plain HTTP, and everybody outside the organisation.

    A service of AWS is let through when it acts for an account of the organisation.

    Args:
        organisation_id: The organisation (`o-` and letters and digits).
    """
    everybody = {"Effect": "Deny", "Principal": "*", "Resource": "*"}
    return {
        "Version": VERSION,
        "Statement": [
            {
                "Sid": "OnlyTls",
                **everybody,
                "Action": [*GUARDED, "sts:*"],
                "Condition": {"BoolIfExists": {"aws:SecureTransport": "false"}},
            },
            {
                "Sid": "OnlyOwnOrganisation",
                **everybody,
                "Action": [*GUARDED, *SESSIONS],
                "Condition": {
                    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": organisation_id},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                },
            },
            {
                "Sid": "OnlyServicesOfOwnOrganisation",
                **everybody,
                "Action": [*GUARDED, *SESSIONS],
                "Condition": {
                    "StringNotEqualsIfExists": {"aws:SourceOrgID": organisation_id},
                    "Null": {"aws:SourceAccount": "false"},
                    "Bool": {"aws:PrincipalIsAWSService": "true"},
                },
            },
        ],
    }
