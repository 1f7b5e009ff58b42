"""Route 53 Resolver: the DNS firewall and the log of queries."""

from typing import Any

from sandbox.aws.provider.resource import Aspect, Aws, Do, Facts, Resource

_ONCE = {"CreatorRequestId": "{name}"}


def _domains(aws: Aws, facts: Facts) -> None:
    aws(
        "UpdateFirewallDomains",
        FirewallDomainListId=facts["id"],
        Operation="REPLACE",
        Domains=facts.get("domains") or [],
    )


DOMAIN_LIST = Resource(
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList",
    "route53resolver",
    create=Do("CreateFirewallDomainList", at="FirewallDomainList", send=_ONCE),
    id="Id",
    key={"FirewallDomainListId": "{id}"},
    read=Do("GetFirewallDomainList", at="FirewallDomainList"),
    delete="DeleteFirewallDomainList",
    aspects=(Aspect("domains", put=_domains, read=Do("ListFirewallDomains", at="Domains")),),
    replace=("name",),
)

RULE_GROUP = Resource(
    "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup",
    "route53resolver",
    create=Do("CreateFirewallRuleGroup", at="FirewallRuleGroup", send=_ONCE),
    id="Id",
    key={"FirewallRuleGroupId": "{id}"},
    read=Do("GetFirewallRuleGroup", at="FirewallRuleGroup"),
    delete="DeleteFirewallRuleGroup",
    replace=("name",),
)

RULE = Resource(
    "aws:route53/resolverFirewallRule:ResolverFirewallRule",
    "route53resolver",
    create=Do("CreateFirewallRule", at="FirewallRule", send=_ONCE),
    id="{firewallRuleGroupId}:{firewallDomainListId}",
    key={
        "FirewallRuleGroupId": "{firewallRuleGroupId}",
        "FirewallDomainListId": "{firewallDomainListId}",
        "Qtype": "{qType}",
    },
    read=Do(
        "ListFirewallRules",
        at="FirewallRules[?FirewallDomainListId=='{firewallDomainListId}'] | [0]",
    ),
    update="UpdateFirewallRule",
    delete="DeleteFirewallRule",
    outputs={
        "firewallRuleGroupId": "{firewallRuleGroupId}",
        "firewallDomainListId": "{firewallDomainListId}",
    },
    replace=("firewallRuleGroupId", "firewallDomainListId", "qType"),
    refuse=dict.fromkeys(
        ("confidenceThreshold", "dnsThreatProtection"), "the platform blocks what is not listed"
    ),
    unfilled=("firewallThreatProtectionId",),
)

ASSOCIATION = Resource(
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
    "route53resolver",
    create=Do("AssociateFirewallRuleGroup", at="FirewallRuleGroupAssociation", send=_ONCE),
    id="Id",
    key={"FirewallRuleGroupAssociationId": "{id}"},
    read=Do("GetFirewallRuleGroupAssociation", at="FirewallRuleGroupAssociation"),
    update="UpdateFirewallRuleGroupAssociation",
    delete="DisassociateFirewallRuleGroup",
    replace=("firewallRuleGroupId", "vpcId"),
)


def _setting(aws: Aws, facts: Facts) -> Any:
    return aws(
        "UpdateFirewallConfig",
        ResourceId=facts["resourceId"],
        FirewallFailOpen=facts["firewallFailOpen"],
    )["FirewallConfig"]


def _read_setting(aws: Aws, facts: Facts) -> Any:
    """Return the setting of a network, found by its id: only lists tell it by that."""
    configs = aws("ListFirewallConfigs")["FirewallConfigs"]
    return next((config for config in configs if config["Id"] == facts["id"]), None)


SETTING = Resource(
    "aws:route53/resolverFirewallConfig:ResolverFirewallConfig",
    "route53resolver",
    create=_setting,
    id="Id",
    read=_read_setting,
    update=_setting,
    delete=lambda aws, facts: _setting(aws, {**facts, "firewallFailOpen": "DISABLED"}),
    name=None,
    defaults={"firewallFailOpen": "DISABLED"},
    replace=("resourceId",),
)

QUERY_LOG = Resource(
    "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig",
    "route53resolver",
    create=Do("CreateResolverQueryLogConfig", at="ResolverQueryLogConfig", send=_ONCE),
    id="Id",
    key={"ResolverQueryLogConfigId": "{id}"},
    read=Do("GetResolverQueryLogConfig", at="ResolverQueryLogConfig"),
    delete="DeleteResolverQueryLogConfig",
    replace="*",
)

QUERY_LOG_ASSOCIATION = Resource(
    "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation",
    "route53resolver",
    create=Do("AssociateResolverQueryLogConfig", at="ResolverQueryLogConfigAssociation"),
    id="Id",
    key={"ResolverQueryLogConfigAssociationId": "{id}"},
    read=Do("GetResolverQueryLogConfigAssociation", at="ResolverQueryLogConfigAssociation"),
    delete=Do(
        "DisassociateResolverQueryLogConfig",
        send={
            "ResolverQueryLogConfigId": "{resolverQueryLogConfigId}",
            "ResourceId": "{resourceId}",
        },
    ),
    name=None,
    replace="*",
)

TYPES = (
    DOMAIN_LIST,
    RULE_GROUP,
    RULE,
    ASSOCIATION,
    SETTING,
    QUERY_LOG,
    QUERY_LOG_ASSOCIATION,
)
