"""The resource control policy: who may reach the organisation's resources, whatever they allow."""

from collections.abc import Sequence

from policies.layers.language import ORGANISATION, Document, deny, document

GUARDED = ("kms:*", "s3:*", "secretsmanager:*", "sqs:*")
"""Services with resources that a policy of their own could open to strangers."""
SESSIONS = ("sts:AssumeRole", "sts:SetContext")
"""Roles, which a trust policy could open. Whoever signs in with a token of an identity provider is
in no organisation yet: the trust policy names the provider, and the region deny the roles."""


def own_organisation() -> Document:
    """Denies plain HTTP, and everybody outside the organisation.

    A service of AWS is let through when it acts for an account of the organisation.
    """
    service = "aws:PrincipalIsAWSService"
    asked = (*GUARDED, *SESSIONS)
    return document(
        _deny_all("OnlyTls", (*GUARDED, "sts:*"), BoolIfExists={"aws:SecureTransport": "false"}),
        _deny_all(
            "OnlyOwnOrganisation",
            asked,
            StringNotEqualsIfExists={"aws:PrincipalOrgID": ORGANISATION},
            BoolIfExists={service: "false"},
        ),
        _deny_all(
            "OnlyServicesOfOwnOrganisation",
            asked,
            StringNotEqualsIfExists={"aws:SourceOrgID": ORGANISATION},
            Null={"aws:SourceAccount": "false"},
            Bool={service: "true"},
        ),
    )


def _deny_all(sid: str, actions: Sequence[str], **conditions: Document) -> Document:
    return deny(sid, actions, Principal="*", Condition=conditions)
