"""What AWS refuses of a network, and the stand-in with it."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

Client = Callable[[str], Any]
LIST = {"Targets": ["a.example"], "TargetTypes": ["TLS_SNI"], "GeneratedRulesType": "ALLOWLIST"}
DROP = {"StatelessDefaultActions": ["aws:drop"], "StatelessFragmentDefaultActions": ["aws:drop"]}


@pytest.fixture
def client(stand_in: str) -> Client:
    make: Any = boto3.client
    return lambda service: make(
        service,
        endpoint_url=stand_in,
        region_name="me-central-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",  # noqa: S106 - the stand-in asks for none
    )


@pytest.fixture
def firewall(client: Client, request: pytest.FixtureRequest) -> dict[str, str]:
    """ARNs of a protected firewall, its policy and its rule group."""
    name = request.node.name.replace("_", "-")
    ec2, network = client("ec2"), client("network-firewall")
    vpc = ec2.create_vpc(CidrBlock="10.70.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(
        VpcId=vpc, CidrBlock="10.70.0.0/28", AvailabilityZone="me-central-1b"
    )["Subnet"]["SubnetId"]
    group = network.create_rule_group(
        RuleGroupName=name,
        Type="STATEFUL",
        Capacity=10,
        RuleGroup={"RulesSource": {"RulesSourceList": LIST}},
    )["RuleGroupResponse"]["RuleGroupArn"]
    policy = network.create_firewall_policy(
        FirewallPolicyName=name,
        FirewallPolicy={**DROP, "StatefulRuleGroupReferences": [{"ResourceArn": group}]},
    )["FirewallPolicyResponse"]["FirewallPolicyArn"]
    made = network.create_firewall(
        FirewallName=name,
        FirewallPolicyArn=policy,
        VpcId=vpc,
        SubnetMappings=[{"SubnetId": subnet}],
        DeleteProtection=True,
    )
    return {
        "firewall": made["Firewall"]["FirewallArn"],
        "policy": policy,
        "group": group,
        "vpc": vpc,
        "endpoint": made["FirewallStatus"]["SyncStates"]["me-central-1b"]["Attachment"][
            "EndpointId"
        ],
    }


def refused(call: Callable[[], Any]) -> str:
    """The code with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


def test_a_protected_firewall_is_not_deleted_and_what_it_uses_neither(
    client: Client, firewall: dict[str, str]
) -> None:
    network = client("network-firewall")
    for call in (
        lambda: network.delete_firewall(FirewallArn=firewall["firewall"]),
        lambda: network.delete_firewall_policy(FirewallPolicyArn=firewall["policy"]),
        lambda: network.delete_rule_group(RuleGroupArn=firewall["group"]),
    ):
        assert refused(call) == "InvalidOperationException"

    network.update_firewall_delete_protection(
        FirewallArn=firewall["firewall"], DeleteProtection=False
    )
    network.delete_firewall(FirewallArn=firewall["firewall"])
    network.delete_firewall_policy(FirewallPolicyArn=firewall["policy"])
    network.delete_rule_group(RuleGroupArn=firewall["group"])


def test_a_route_leads_to_a_firewalls_endpoint_and_to_none_that_is_not_there(
    client: Client, firewall: dict[str, str]
) -> None:
    ec2 = client("ec2")
    table = ec2.create_route_table(VpcId=firewall["vpc"])["RouteTable"]["RouteTableId"]
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}
    unknown = refused(lambda: ec2.create_route(**route, VpcEndpointId="vpce-00000000000000000"))
    assert unknown.startswith("InvalidVpcEndpointId")
    ec2.create_route(**route, VpcEndpointId=firewall["endpoint"])


def test_a_firewall_takes_one_log_destination_at_a_time(
    client: Client, firewall: dict[str, str]
) -> None:
    network = client("network-firewall")
    two = [
        {
            "LogType": kind,
            "LogDestinationType": "CloudWatchLogs",
            "LogDestination": {"logGroup": "one"},
        }
        for kind in ("ALERT", "FLOW")
    ]
    code = refused(
        lambda: network.update_logging_configuration(
            FirewallArn=firewall["firewall"], LoggingConfiguration={"LogDestinationConfigs": two}
        )
    )
    assert code == "InvalidRequestException"


def test_resolver_rules_in_use_are_not_deleted(client: Client, firewall: dict[str, str]) -> None:
    resolver = client("route53resolver")
    names = {"CreatorRequestId": "1", "Name": "listed"}
    group = resolver.create_firewall_rule_group(**names)["FirewallRuleGroup"]["Id"]
    listed = resolver.create_firewall_domain_list(**names)["FirewallDomainList"]["Id"]
    resolver.create_firewall_rule(
        **names,
        FirewallRuleGroupId=group,
        FirewallDomainListId=listed,
        Priority=1,
        Action="ALLOW",
    )
    resolver.associate_firewall_rule_group(
        **names, FirewallRuleGroupId=group, VpcId=firewall["vpc"], Priority=150
    )
    for call in (
        lambda: resolver.delete_firewall_rule_group(FirewallRuleGroupId=group),
        lambda: resolver.delete_firewall_domain_list(FirewallDomainListId=listed),
    ):
        assert refused(call) == "ConflictException"


def test_a_line_that_was_ordered_without_encryption_takes_no_key(client: Client) -> None:
    lines = client("directconnect")
    line = lines.create_connection(location="here", bandwidth="1Gbps", connectionName="slow")
    code = refused(
        lambda: lines.associate_mac_sec_key(
            connectionId=line["connectionId"],
            secretARN="arn:aws:secretsmanager:me-central-1:111122223333:secret:m",
        )
    )
    assert code == "DirectConnectClientException"


def test_a_vpn_keeps_its_tunnels_options_and_shows_no_key(client: Client) -> None:
    ec2 = client("ec2")
    peer = ec2.create_customer_gateway(Type="ipsec.1", BgpAsn=65010, IpAddress="192.0.2.77")
    gateway = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    tunnel = {"IKEVersions": [{"Value": "ikev2"}], "DPDTimeoutAction": "restart"}
    made = ec2.create_vpn_connection(
        Type="ipsec.1",
        CustomerGatewayId=peer["CustomerGateway"]["CustomerGatewayId"],
        VpnGatewayId=gateway,
        PreSharedKeyStorage="SecretsManager",
        Options={"StaticRoutesOnly": True, "TunnelOptions": [tunnel, tunnel]},
    )["VpnConnection"]["VpnConnectionId"]
    [found] = ec2.describe_vpn_connections(VpnConnectionIds=[made])["VpnConnections"]
    for shown in found["Options"]["TunnelOptions"]:
        assert shown["IkeVersions"] == [{"Value": "ikev2"}]
        assert shown["DpdTimeoutAction"] == "restart"
        assert "PreSharedKey" not in shown
    assert "pre_shared_key" not in found["CustomerGatewayConfiguration"]
    assert "secretsmanager" in found["PreSharedKeyArn"]
