"""Network Firewall: rule groups, policies, firewalls and where they log to."""

from typing import Any

from sandbox.aws.provider.resource import Aspect, Aws, Do, Facts, Resource

_SETS = (("ipSets", "ipSet", "IPSets"), ("portSets", "portSet", "PortSets"))


def _sets_by_name(facts: Facts) -> Facts:
    """Turn the sets of a rule group, a list in pulumi-aws, into AWS's map."""
    group = facts.get("ruleGroup") or {}
    variables = group.get("ruleVariables")
    if not variables:
        return facts
    named = {
        several: {each["key"]: {"Definition": each[one]["definitions"]} for each in sets}
        for several, one, _ in _SETS
        if isinstance(sets := variables.get(several), list)
    }
    return {**facts, "ruleGroup": {**group, "ruleVariables": {**variables, **named}}}


def _sets_in_list(live: dict[str, Any]) -> dict[str, Any]:
    """Turn AWS's map of sets into the list that pulumi-aws has."""
    made = {**live.get("RuleGroupResponse", {}), **live}
    variables = live.get("RuleGroup", {}).get("RuleVariables")
    if variables:
        listed = {
            several: [
                {"key": key, one: {"definitions": held["Definition"]}}
                for key, held in variables[theirs].items()
            ]
            for several, one, theirs in _SETS
            if theirs in variables
        }
        made["RuleGroup"] = {**live["RuleGroup"], "RuleVariables": listed}
    return made


RULE_GROUP = Resource(
    "aws:networkfirewall/ruleGroup:RuleGroup",
    "network-firewall",
    create=Do("CreateRuleGroup", at="RuleGroupResponse"),
    id="RuleGroupArn",
    key={"RuleGroupArn": "{id}"},
    read="DescribeRuleGroup",
    update=Do("UpdateRuleGroup", send={"UpdateToken": "{updateToken}"}),
    delete="DeleteRuleGroup",
    before=_sets_by_name,
    after=_sets_in_list,
    outputs={"arn": "RuleGroupArn"},
    replace=("name", "type", "capacity"),
    refuse={"rules": "the platform gives rules as a structure"},
)

POLICY = Resource(
    "aws:networkfirewall/firewallPolicy:FirewallPolicy",
    "network-firewall",
    create=Do("CreateFirewallPolicy", at="FirewallPolicyResponse"),
    id="FirewallPolicyArn",
    key={"FirewallPolicyArn": "{id}"},
    read="DescribeFirewallPolicy",
    update=Do("UpdateFirewallPolicy", send={"UpdateToken": "{updateToken}"}),
    delete="DeleteFirewallPolicy",
    after=lambda live: {**live.get("FirewallPolicyResponse", {}), **live},
    outputs={"arn": "FirewallPolicyArn"},
    replace=("name",),
)


def _attached(state: dict[str, Any]) -> dict[str, Any]:
    attachment = state["Attachment"]
    return {"endpointId": attachment["EndpointId"], "subnetId": attachment["SubnetId"]}


def _statuses(live: dict[str, Any]) -> dict[str, Any]:
    """A firewall with its state, in which zones are a list."""
    states = live.get("FirewallStatus", {}).get("SyncStates", {})
    return {
        **live.get("Firewall", {}),
        "UpdateToken": live.get("UpdateToken"),
        "firewallStatuses": [
            {
                "syncStates": [
                    {"availabilityZone": zone, "attachments": [_attached(state)]}
                    for zone, state in sorted(states.items())
                ]
            }
        ],
    }


FIREWALL = Resource(
    "aws:networkfirewall/firewall:Firewall",
    "network-firewall",
    create=Do("CreateFirewall", at="Firewall"),
    id="FirewallArn",
    key={"FirewallArn": "{id}"},
    read="DescribeFirewall",
    delete="DeleteFirewall",
    aspects=(
        Aspect("deleteProtection", put="UpdateFirewallDeleteProtection"),
        Aspect("description", put="UpdateFirewallDescription"),
        Aspect("encryptionConfiguration", put="UpdateFirewallEncryptionConfiguration"),
        Aspect("firewallPolicyChangeProtection", put="UpdateFirewallPolicyChangeProtection"),
        Aspect("subnetChangeProtection", put="UpdateSubnetChangeProtection"),
    ),
    update=Do("AssociateFirewallPolicy", only=("firewallPolicyArn",)),
    after=_statuses,
    outputs={"arn": "FirewallArn", "firewallStatuses": "firewallStatuses"},
    replace=("name", "vpcId", "subnetMappings"),
    refuse=dict.fromkeys(
        (
            "availabilityZoneChangeProtection",
            "availabilityZoneMappings",
            "enabledAnalysisTypes",
            "transitGatewayId",
        ),
        "the platform's firewalls stand in subnets of its own network",
    ),
    unfilled=("availabilityZoneMappings", "transitGatewayOwnerAccountId"),
)


def _logging(aws: Aws, facts: Facts) -> Any:
    """Lead the logs elsewhere, one destination at a time: AWS takes no two changes at once."""
    arn = facts["firewallArn"]
    wanted = _destinations(facts["loggingConfiguration"])
    now = _logged(aws, arn)
    for one in [each for each in now if each not in wanted]:
        now = [each for each in now if each != one]
        _set(aws, arn, now)
    for one in [each for each in wanted if each not in now]:
        now = [*now, one]
        _set(aws, arn, now)
    return {"FirewallArn": arn}


def _destinations(given: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "LogType": one["logType"],
            "LogDestinationType": one["logDestinationType"],
            "LogDestination": one["logDestination"],
        }
        for one in given["logDestinationConfigs"]
    ]


def _logged(aws: Aws, arn: str) -> list[dict[str, Any]]:
    told = aws("DescribeLoggingConfiguration", FirewallArn=arn).get("LoggingConfiguration") or {}
    found: list[dict[str, Any]] = told.get("LogDestinationConfigs", [])
    return found


def _set(aws: Aws, arn: str, destinations: list[dict[str, Any]]) -> None:
    aws(
        "UpdateLoggingConfiguration",
        FirewallArn=arn,
        LoggingConfiguration={"LogDestinationConfigs": destinations},
    )


def _read_logging(aws: Aws, facts: Facts) -> Any:
    found = _logged(aws, facts["id"])
    if not found:
        return None
    return {
        "FirewallArn": facts["id"],
        "LoggingConfiguration": {"LogDestinationConfigs": found},
    }


LOGGING = Resource(
    "aws:networkfirewall/loggingConfiguration:LoggingConfiguration",
    "network-firewall",
    create=_logging,
    id="FirewallArn",
    read=_read_logging,
    update=_logging,
    delete=lambda aws, facts: _logging(
        aws, {"firewallArn": facts["id"], "loggingConfiguration": {"logDestinationConfigs": []}}
    ),
    name=None,
    replace=("firewallArn",),
    refuse={"enableMonitoringDashboard": "the platform has its own"},
    defaults={"enableMonitoringDashboard": False},
)

TYPES = (RULE_GROUP, POLICY, FIREWALL, LOGGING)
