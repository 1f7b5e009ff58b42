"""Network Firewall: rule groups, policies, and firewalls whose endpoints are moto's."""

from typing import Any

from moto.ec2.models import ec2_backends

from sandbox.aws.cloud.call import Call, RefusedCallError
from sandbox.aws.cloud.keeping import Collection, Record, Service, Store, answer

_ARN = "arn:aws:network-firewall:{region}:{account}"
_OTHER_KEYS = {"Type": "AWS_OWNED_KMS_KEY", "KeyId": "AWS_OWNED_KMS_KEY"}

GROUPS = Collection(
    kind="rule group",
    key=("RuleGroupName",),
    also=("RuleGroupArn",),
    made={
        # A stateless group's ARN says so; the platform makes stateful ones.
        "RuleGroupArn": _ARN + ":stateful-rulegroup/{RuleGroupName}",
        "RuleGroupId": "{uuid}",
        "RuleGroupStatus": "ACTIVE",
        "UpdateToken": "{uuid}",
        "EncryptionConfiguration": _OTHER_KEYS,
        "Tags": [],
    },
    create="CreateRuleGroup",
    describe="DescribeRuleGroup",
    listing="ListRuleGroups",
    update="UpdateRuleGroup",
    delete="DeleteRuleGroup",
)

POLICIES = Collection(
    kind="firewall policy",
    key=("FirewallPolicyName",),
    also=("FirewallPolicyArn",),
    made={
        "FirewallPolicyArn": _ARN + ":firewall-policy/{FirewallPolicyName}",
        "FirewallPolicyId": "{uuid}",
        "FirewallPolicyStatus": "ACTIVE",
        "UpdateToken": "{uuid}",
        "EncryptionConfiguration": _OTHER_KEYS,
        "Tags": [],
    },
    create="CreateFirewallPolicy",
    describe="DescribeFirewallPolicy",
    listing="ListFirewallPolicies",
    update="UpdateFirewallPolicy",
    delete="DeleteFirewallPolicy",
)

FIREWALLS = Collection(
    kind="firewall",
    key=("FirewallName",),
    also=("FirewallArn",),
    made={
        "FirewallArn": _ARN + ":firewall/{FirewallName}",
        "FirewallId": "{uuid}",
        "UpdateToken": "{uuid}",
        "DeleteProtection": False,
        "SubnetChangeProtection": False,
        "FirewallPolicyChangeProtection": False,
        "EncryptionConfiguration": _OTHER_KEYS,
        "Tags": [],
    },
    create="CreateFirewall",
    describe="DescribeFirewall",
    listing="ListFirewalls",
    delete="DeleteFirewall",
)


def _create_firewall(call: Call, store: Store) -> Any:
    """Make a firewall, with an endpoint in each of its subnets that routes can lead to."""
    _kept(POLICIES, "FirewallPolicyArn", call.parameters["FirewallPolicyArn"], call, store)
    FIREWALLS.operations()["CreateFirewall"](call, store)
    record = _named(FIREWALLS, call, store)
    ec2 = ec2_backends[call.settings.account][call.region]
    states = {}
    for mapping in record["SubnetMappings"]:
        subnet = ec2.get_subnet(mapping["SubnetId"])
        endpoint = ec2.create_vpc_endpoint(
            vpc_id=record["VpcId"],
            service_name=f"com.amazonaws.vpce.{call.region}.vpce-svc-{record['FirewallId'][:8]}",
            endpoint_type="GatewayLoadBalancer",
            policy_document=None,
            route_table_ids=[],
            subnet_ids=[subnet.id],
            tags={"Firewall": record["FirewallArn"], "AWSNetworkFirewallManaged": "true"},
        )
        states[subnet.availability_zone] = {
            "Attachment": {
                "SubnetId": subnet.id,
                "EndpointId": endpoint.id,
                "Status": "READY",
            }
        }
    record["FirewallStatus"] = {
        "Status": "READY",
        "ConfigurationSyncStateSummary": "IN_SYNC",
        "SyncStates": states,
    }
    return answer(call, record)


def _delete_firewall(call: Call, store: Store) -> Any:
    record = _named(FIREWALLS, call, store)
    if record["DeleteProtection"]:
        raise RefusedCallError(
            "InvalidOperationException",
            f"The firewall {record['FirewallName']} has delete protection: take it away first.",
        )
    ec2 = ec2_backends[call.settings.account][call.region]
    for state in record["FirewallStatus"]["SyncStates"].values():
        ec2.vpc_end_points.pop(state["Attachment"]["EndpointId"], None)
    return FIREWALLS.operations()["DeleteFirewall"](call, store)


def _change(call: Call, store: Store) -> Any:
    """Change what is given of a firewall."""
    record = _named(FIREWALLS, call, store)
    record.update(call.parameters)
    return answer(call, record)


def _log(call: Call, store: Store) -> Any:
    """Change where a firewall logs to; by one destination at a time, as AWS has it."""
    record = _named(FIREWALLS, call, store)
    new = call.parameters.get("LoggingConfiguration", {"LogDestinationConfigs": []})
    old = record.get("LoggingConfiguration", {"LogDestinationConfigs": []})
    before, after = old["LogDestinationConfigs"], new["LogDestinationConfigs"]
    changes = sum(one not in after for one in before) + sum(one not in before for one in after)
    if changes > 1:
        raise RefusedCallError(
            "InvalidRequestException",
            f"{changes} log destinations would change; one call adds, or takes away, a single one.",
        )
    record["LoggingConfiguration"] = new
    return answer(call, record)


def _unused(collection: Collection, users: Collection, where: str) -> Any:
    """Delete a record unless another still refers to it."""

    def delete(call: Call, store: Store) -> Any:
        record = _named(collection, call, store)
        for user in store.records(call, users.kind):
            if record[where] in str({k: v for k, v in user.items() if k != "__key"}):
                raise RefusedCallError(
                    "InvalidOperationException",
                    f"The {collection.kind} {record['__key']} is in use by the {users.kind} "
                    f"{user['__key']}.",
                )
        return collection.operations()[collection.delete](call, store)

    return delete


def _named(collection: Collection, call: Call, store: Store) -> Record:
    """Return the record that a call names; its service's error where there is none."""
    record = collection.found(call, store)
    if record is None:
        collection.operations()[collection.describe](call, store)
        raise LookupError(collection.kind)
    return record


def _kept(collection: Collection, field: str, value: str, call: Call, store: Store) -> Record:
    for record in store.records(call, collection.kind):
        if record[field] == value:
            return record
    raise RefusedCallError(
        "InvalidRequestException", f"There is no {collection.kind} with {field} {value!r}."
    )


SERVICE = Service(
    "network-firewall",
    GROUPS,
    POLICIES,
    FIREWALLS,
    operations={
        "CreateFirewall": _create_firewall,
        "DeleteFirewall": _delete_firewall,
        "DeleteFirewallPolicy": _unused(POLICIES, FIREWALLS, "FirewallPolicyArn"),
        "DeleteRuleGroup": _unused(GROUPS, POLICIES, "RuleGroupArn"),
        "AssociateFirewallPolicy": _change,
        "UpdateFirewallDeleteProtection": _change,
        "UpdateFirewallDescription": _change,
        "UpdateFirewallEncryptionConfiguration": _change,
        "UpdateFirewallPolicyChangeProtection": _change,
        "UpdateSubnetChangeProtection": _change,
        "UpdateLoggingConfiguration": _log,
        "DescribeLoggingConfiguration": lambda call, store: answer(
            call, _named(FIREWALLS, call, store)
        ),
    },
)
