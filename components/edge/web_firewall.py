"""What is asked of the load balancer is judged before a pod sees it, and logged."""

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws import lb, wafv2

if TYPE_CHECKING:
    from components.edge import EdgeArgs

VENDOR = "AWS"


def rules(requests_in_five_minutes: int) -> list[dict[str, Any]]:
    """The rules of the web firewall, in their order.

    There is none for the reputation of addresses: callers come from the organisation's own.

    Args:
        requests_in_five_minutes: What one address may ask for before it is refused.
    """
    # AWS counts no body above 8 KiB as good; a request with features for a model may be larger.
    large_bodies = [{"name": "SizeRestrictions_BODY", "action_to_use": {"count": {}}}]
    rate = {
        "name": "rate",
        "priority": 0,
        "action": {"block": {}},
        "statement": {
            "rate_based_statement": {
                "aggregate_key_type": "IP",
                "limit": requests_in_five_minutes,
                "evaluation_window_sec": 300,
            }
        },
        "visibility_config": _metrics("rate"),
    }
    return [
        rate,
        _managed(1, "AWSManagedRulesKnownBadInputsRuleSet"),
        _managed(2, "AWSManagedRulesCommonRuleSet", rule_action_overrides=large_bodies),
    ]


def _managed(priority: int, group: str, **more: Any) -> dict[str, Any]:
    return {
        "name": group,
        "priority": priority,
        "override_action": {"none": {}},
        "statement": {
            "managed_rule_group_statement": {"vendor_name": VENDOR, "name": group, **more}
        },
        "visibility_config": _metrics(group),
    }


def _metrics(name: str) -> dict[str, Any]:
    return {
        "cloudwatch_metrics_enabled": True,
        # A sample shows requests in the console, with what our log leaves out.
        "sampled_requests_enabled": False,
        "metric_name": name,
    }


def build(
    name: str,
    args: "EdgeArgs",
    balancer: lb.LoadBalancer,
    opts: pulumi.ResourceOptions,
) -> None:
    """Put a web firewall in front of a load balancer."""
    acl = wafv2.WebAcl(
        f"{name}-web",
        scope="REGIONAL",
        default_action={"allow": {}},
        rules=rules(args.requests_in_five_minutes),
        visibility_config=_metrics(f"{name}-web"),
        tags=args.tags.of(f"{name}-web"),
        opts=opts,
    )
    wafv2.WebAclAssociation(
        f"{name}-web", resource_arn=balancer.arn, web_acl_arn=acl.arn, opts=opts
    )
    # WAF writes to groups of this name only.
    logs = args.logs.group(f"{name}-web", opts, physical_name=f"aws-waf-logs-{name}")
    delivery = args.logs.let_aws_deliver(f"{name}-web", [logs], opts)
    wafv2.WebAclLoggingConfiguration(
        f"{name}-web",
        resource_arn=acl.arn,
        log_destination_configs=[logs.arn],
        redacted_fields=[
            {"single_header": {"name": header}} for header in ("authorization", "cookie")
        ],
        opts=pulumi.ResourceOptions(parent=opts.parent, depends_on=[delivery]),
    )
