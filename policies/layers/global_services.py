"""Services that have no region, and the few of their actions that are let through nevertheless.

Their control planes stand outside the country, so each action here is one that carries names,
settings and costs, never data. What is not listed is denied, whole services such as a content
network among it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Exempt:
    """Actions of one service, and why they may be asked of another region."""

    service: str
    actions: tuple[str, ...]
    reason: str

    @property
    def names(self) -> tuple[str, ...]:
        """The actions as a policy writes them."""
        return tuple(f"{self.service}:{action}" for action in self.actions)


EXEMPT = (
    Exempt(
        "access-analyzer",
        ("ValidatePolicy",),
        "Checks the text of a policy; it may be asked wherever the console stands.",
    ),
    Exempt(
        "account",
        ("GetAccountInformation", "GetContactInformation", "GetRegionOptStatus", "ListRegions"),
        "Shows which regions are enabled. Enabling one is denied.",
    ),
    Exempt(
        "budgets",
        ("ListTagsForResource", "ModifyBudget", "TagResource", "UntagResource", "ViewBudget"),
        "Budgets exist in one place for the whole world; they hold amounts and tags.",
    ),
    Exempt(
        "ce",
        (
            "*AnomalyMonitor*",
            "*AnomalySubscription*",
            "Get*",
            "List*",
            "TagResource",
            "UntagResource",
        ),
        "Cost reports and alerts exist in one place for the whole world.",
    ),
    Exempt(
        "cloudtrail",
        ("LookupEvents",),
        "Events of global services are recorded elsewhere; whoever investigates reads them.",
    ),
    Exempt("health", ("Describe*",), "Tells of disturbances, from one place for the whole world."),
    Exempt(
        "iam",
        (
            "*InstanceProfile*",
            "*OpenIDConnectProvider*",
            "*PolicyVersion",
            "*Role*",
            "CreatePolicy",
            "DeletePolicy",
            "Generate*",
            "Get*",
            "List*",
            "Simulate*",
            "TagPolicy",
            "UntagPolicy",
            "UpdateAccountPasswordPolicy",
        ),
        "Roles and policies have no region. Users and their keys are denied.",
    ),
    Exempt(
        "organizations",
        ("Describe*", "List*"),
        "Shows a member account which organisation it is in.",
    ),
    Exempt(
        "pricing",
        ("DescribeServices", "GetAttributeValues", "GetProducts"),
        "Public price lists, by which costs are told before a deployment.",
    ),
    Exempt(
        "route53",
        (
            "AssociateVPCWithHostedZone",
            "ChangeResourceRecordSets",
            "ChangeTagsForResource",
            "CreateHostedZone",
            "DeleteHostedZone",
            "DisassociateVPCFromHostedZone",
            "Get*",
            "List*",
            "UpdateHostedZoneComment",
        ),
        "Private zones, which answer inside a network of an allowed region only; a public zone, "
        "a health check from abroad and a query log are denied.",
    ),
    Exempt(
        "s3",
        ("GetBucketLocation", "ListAllMyBuckets"),
        "Names of buckets and where they are; clients ask the global endpoint for them.",
    ),
    Exempt(
        "servicequotas",
        ("Get*", "List*"),
        "Limits of the global services are shown in one region only.",
    ),
    Exempt(
        "sts",
        (
            "AssumeRole",
            "AssumeRoleWithSAML",
            "AssumeRoleWithWebIdentity",
            "GetCallerIdentity",
            "SetSourceIdentity",
            "TagSession",
        ),
        "Sessions; a sign-in to the console begins at the global endpoint.",
    ),
)
