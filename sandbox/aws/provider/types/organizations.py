"""AWS Organizations: the organisation, its policies and what they are attached to."""

from typing import Any

from sandbox.aws.provider.resource import Aws, Do, Facts, Resource


def _organisation(aws: Aws, _facts: Facts) -> Any:
    found = aws("DescribeOrganization")["Organization"]
    accounts = [
        {**account, "State": account["Status"]} for account in aws("ListAccounts")["Accounts"]
    ]
    master = found["MasterAccountId"]
    roots = aws("ListRoots")["Roots"]
    return {
        **found,
        "Roots": roots,
        "Accounts": accounts,
        "NonMasterAccounts": [one for one in accounts if one["Id"] != master],
        "MasterAccountName": next(one["Name"] for one in accounts if one["Id"] == master),
        "EnabledPolicyTypes": [one["Type"] for one in roots[0]["PolicyTypes"]],
        "AwsServiceAccessPrincipals": [
            one["ServicePrincipal"]
            for one in aws("ListAWSServiceAccessForOrganization")["EnabledServicePrincipals"]
        ],
    }


def _enable(aws: Aws, facts: Facts) -> None:
    """Switch policy types and service access to what is declared."""
    found = _organisation(aws, facts)
    root = found["Roots"][0]["Id"]
    wanted, live = set(facts.get("enabledPolicyTypes") or ()), set(found["EnabledPolicyTypes"])
    for kind in sorted(wanted - live):
        aws("EnablePolicyType", RootId=root, PolicyType=kind)
    for kind in sorted(live - wanted):
        aws("DisablePolicyType", RootId=root, PolicyType=kind)
    principals = set(facts.get("awsServiceAccessPrincipals") or ())
    enabled = set(found["AwsServiceAccessPrincipals"])
    for principal in sorted(principals - enabled):
        aws("EnableAWSServiceAccess", ServicePrincipal=principal)
    for principal in sorted(enabled - principals):
        aws("DisableAWSServiceAccess", ServicePrincipal=principal)


def _create(aws: Aws, facts: Facts) -> Any:
    made = aws("CreateOrganization", FeatureSet=facts.get("featureSet") or "ALL")["Organization"]
    _enable(aws, facts)
    return made


def _attachment(aws: Aws, facts: Facts) -> Any:
    target, _, policy = facts["id"].partition(":")
    targets = aws("ListTargetsForPolicy", PolicyId=policy)["Targets"]
    if any(one["TargetId"] == target for one in targets):
        return {"PolicyId": policy, "TargetId": target}
    return None


TYPES = (
    Resource(
        "aws:organizations/organization:Organization",
        "organizations",
        name=None,
        create=_create,
        id="Id",
        read=_organisation,
        update=_enable,
        delete="DeleteOrganization",
        replace=("featureSet",),
        delete_before_replace=True,  # an account is in one organisation
        gone="AWSOrganizationsNotInUseException",
        ignore={"returnOrganizationOnly": "the stand-in lists every account"},
    ),
    Resource(
        "aws:organizations/policy:Policy",
        "organizations",
        create=Do("CreatePolicy", at="Policy"),
        id="PolicySummary.Id",
        key={"PolicyId": "{id}"},
        read=Do("DescribePolicy", at="Policy"),
        update="UpdatePolicy",
        delete="DeletePolicy",
        after=lambda live: {**live, **live.get("PolicySummary", {})},
        replace=("type",),
        defaults={"description": "", "type": "SERVICE_CONTROL_POLICY"},
        ignore={"skipDestroy": "counts when the policy is deleted"},
    ),
    Resource(
        "aws:organizations/policyAttachment:PolicyAttachment",
        "organizations",
        name=None,
        create="AttachPolicy",
        id="{targetId}:{policyId}",
        key={"PolicyId": "{policyId}", "TargetId": "{targetId}"},
        read=_attachment,
        delete="DetachPolicy",
        replace=("policyId", "targetId"),
        ignore={"skipDestroy": "counts when the attachment is deleted"},
    ),
)
