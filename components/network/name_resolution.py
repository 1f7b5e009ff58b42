"""Which names may be resolved: a list, and nothing else.

A name that is asked for is itself a message to whoever answers for its domain, so a closed network
with an open resolver still leaks.
"""

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws import route53

if TYPE_CHECKING:
    from components.network import NetworkArgs

ALLOW: dict[str, Any] = {
    "priority": 100,
    "action": "ALLOW",
    # Whoever owns a listed domain decides to which names it leads.
    "firewall_domain_redirection_action": "TRUST_REDIRECTION_DOMAIN",
}
BLOCK: dict[str, Any] = {"priority": 200, "action": "BLOCK", "block_response": "NXDOMAIN"}

PLACE = 150
"""Place of the rule group among others; AWS keeps 100 and below for itself, and above 9900."""


def build(
    name: str,
    vpc_id: pulumi.Input[str],
    args: "NetworkArgs",
    opts: pulumi.ResourceOptions,
) -> None:
    """Resolve what is listed, refuse the rest even when the firewall fails, and log each query."""
    group = route53.ResolverFirewallRuleGroup(
        f"{name}-names", tags=args.tags.of(f"{name}-names"), opts=opts
    )
    for role, domains, action in (
        ("allowed", list(args.resolvable), ALLOW),
        ("other", ["*"], BLOCK),
    ):
        listed = route53.ResolverFirewallDomainList(
            f"{name}-names-{role}",
            domains=domains,
            tags=args.tags.of(f"{name}-names-{role}"),
            opts=opts,
        )
        route53.ResolverFirewallRule(
            f"{name}-names-{role}",
            firewall_rule_group_id=group.id,
            firewall_domain_list_id=listed.id,
            opts=opts,
            **action,
        )
    route53.ResolverFirewallRuleGroupAssociation(
        f"{name}-names",
        firewall_rule_group_id=group.id,
        vpc_id=vpc_id,
        priority=PLACE,
        tags=args.tags.of(f"{name}-names"),
        opts=opts,
    )
    route53.ResolverFirewallConfig(
        f"{name}-names", resource_id=vpc_id, firewall_fail_open="DISABLED", opts=opts
    )
    _log(name, vpc_id, args, opts)


def _log(
    name: str, vpc_id: pulumi.Input[str], args: "NetworkArgs", opts: pulumi.ResourceOptions
) -> None:
    queries = args.logs.group(f"{name}-queries", opts)
    delivery = args.logs.let_aws_deliver(f"{name}-queries", [queries], opts)
    config = route53.ResolverQueryLogConfig(
        f"{name}-queries",
        destination_arn=queries.arn,
        tags=args.tags.of(f"{name}-queries"),
        opts=pulumi.ResourceOptions(parent=opts.parent, depends_on=[delivery]),
    )
    route53.ResolverQueryLogConfigAssociation(
        f"{name}-queries",
        resolver_query_log_config_id=config.id,
        resource_id=vpc_id,
        opts=opts,
    )
