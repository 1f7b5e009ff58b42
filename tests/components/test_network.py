import json
from typing import Any

import pytest

from components.log_group import Logs
from components.network import Network, NetworkArgs, Role, plan
from components.tags import Tags
from stacks import law
from tests.components.complying import faults
from tests.components.recording import Deploy, Engine, Record
from tests.support.aws_outputs import ACCOUNT, REGION, ZONES

TAGS = Tags(workload="platform", data_class="internal", profile="shared")
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/logs"
LOGS = Logs(key_arn=KEY, retention_days=365, account=ACCOUNT, tags=TAGS)


def arguments(**changed: Any) -> NetworkArgs:
    given: dict[str, Any] = {
        "plan": plan("10.40.0.0/16", ZONES, {}),
        "services": ["ecr.api", "sts", "ec2", "ssm"],
        "endpoint_zones": ZONES,
        "resolvable": [f"*.{REGION}.amazonaws.com", "*.bank.example"],
        "endpoint_policies": {
            service: law.endpoint_policy(REGION, service, ACCOUNT)
            for service in ("s3", "ecr.api", "sts", "ec2", "ssm")
        },
        "logs": LOGS,
        "account": ACCOUNT,
        "region": REGION,
        "tags": TAGS,
    }
    return NetworkArgs(**{**given, **changed})


@pytest.fixture
def network(engine: Engine, deploy: Deploy) -> Engine:
    deploy(lambda: Network("net", arguments()).vpc_id)
    return engine


def one(engine: Engine, token: str) -> Record:
    found = engine.typed(token)
    assert len(found) == 1, f"{len(found)} of {token}"
    return found[0]


def test_nothing_leads_to_the_internet(network: Engine) -> None:
    kinds = {record.type for record in network.records}
    assert not {kind for kind in kinds if "Gateway" in kind or "eip" in kind.lower()}
    assert not network.typed("aws:ec2/route:Route")
    subnets = network.typed("aws:ec2/subnet:Subnet")
    assert subnets
    assert not any(subnet.inputs["mapPublicIpOnLaunch"] for subnet in subnets)
    refused = one(network, "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions")
    assert refused.inputs["internetGatewayBlockMode"] == "block-bidirectional"


def test_what_aws_opens_by_default_is_shut(network: Engine) -> None:
    group = one(network, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
    assert not group.inputs.get("ingress")
    assert not group.inputs.get("egress")
    assert not one(network, "aws:ec2/defaultRouteTable:DefaultRouteTable").inputs.get("routes")


def test_every_subnet_has_the_route_table_of_its_zone(network: Engine) -> None:
    tables = {table.name for table in network.typed("aws:ec2/routeTable:RouteTable")}
    assert tables == {f"net-{zone}" for zone in ZONES}
    pairs = {
        (link.inputs["subnetId"], link.inputs["routeTableId"])
        for link in network.typed("aws:ec2/routeTableAssociation:RouteTableAssociation")
    }
    assert pairs == {
        (f"net-{role}-{zone}", f"net-{zone}")
        for role in Role
        if role is not Role.FIREWALL
        for zone in ZONES
    }


def test_every_flow_and_every_query_is_logged_under_the_customers_key(network: Engine) -> None:
    flows = one(network, "aws:ec2/flowLog:FlowLog").inputs
    assert flows["trafficType"] == "ALL"
    assert flows["logDestination"].endswith(":net-flows")
    queries = one(network, "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig").inputs
    assert queries["destinationArn"].endswith(":net-queries")
    groups = network.typed("aws:cloudwatch/logGroup:LogGroup")
    assert {group.inputs["kmsKeyId"] for group in groups} == {KEY}


def test_the_role_of_flow_logs_writes_to_its_own_group_only(network: Engine) -> None:
    [statement] = json.loads(one(network, "aws:iam/rolePolicy:RolePolicy").inputs["policy"])[
        "Statement"
    ]
    assert all(":net-flows" in resource for resource in statement["Resource"])
    trust = json.loads(one(network, "aws:iam/role:Role").inputs["assumeRolePolicy"])
    assert trust["Statement"][0]["Condition"]["StringEquals"]["aws:SourceAccount"] == ACCOUNT


def test_only_listed_names_are_resolved_also_when_the_firewall_fails(network: Engine) -> None:
    rules = network.typed("aws:route53/resolverFirewallRule:ResolverFirewallRule")
    kind = "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList"
    first, last = sorted((rule.inputs for rule in rules), key=lambda rule: rule["priority"])
    lists = {each.name: each.inputs["domains"] for each in network.typed(kind)}
    assert first["action"] == "ALLOW"
    assert "*.bank.example" in lists[first["firewallDomainListId"]]
    assert f"*.{REGION}.amazonaws.com" in lists[first["firewallDomainListId"]]
    assert "*" not in lists[first["firewallDomainListId"]]
    assert (last["action"], lists[last["firewallDomainListId"]]) == ("BLOCK", ["*"])
    config = one(network, "aws:route53/resolverFirewallConfig:ResolverFirewallConfig").inputs
    assert config["firewallFailOpen"] == "DISABLED"


def test_endpoints_answer_https_from_inside_and_stand_in_the_zones_given(
    engine: Engine, deploy: Deploy
) -> None:
    deploy(lambda: Network("net", arguments(endpoint_zones=ZONES[:1])).vpc_id)
    found = {end.name: end.inputs for end in engine.typed("aws:ec2/vpcEndpoint:VpcEndpoint")}
    assert set(found) == {"net-s3", "net-ecr.api", "net-sts", "net-ec2", "net-ssm"}
    gateway = found.pop("net-s3")
    assert gateway["vpcEndpointType"] == "Gateway"
    assert gateway["routeTableIds"] == [f"net-{zone}" for zone in ZONES]
    for interface in found.values():
        assert interface["privateDnsEnabled"] is True
        assert interface["subnetIds"] == [f"net-endpoints-{ZONES[0]}"]
        assert interface["securityGroupIds"] == ["net-endpoints"]
    rule = one(engine, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs
    assert (rule["cidrIpv4"], rule["fromPort"], rule["toPort"]) == ("10.40.0.0/16", 443, 443)
    assert not engine.typed("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")


def test_each_endpoint_has_the_policy_that_it_was_given(network: Engine) -> None:
    for endpoint in network.typed("aws:ec2/vpcEndpoint:VpcEndpoint"):
        service = endpoint.inputs["serviceName"].rpartition(f"{REGION}.")[2]
        assert json.loads(endpoint.inputs["policy"]) == law.endpoint_policy(
            REGION, service, ACCOUNT
        )


def test_an_endpoint_without_a_policy_is_refused(deploy: Deploy) -> None:
    with pytest.raises(ValueError, match=r"no policy for the endpoint of s3, ecr\.api"):
        deploy(
            lambda: Network("net", arguments(endpoint_policies={"sts": {"Statement": []}})).vpc_id
        )


def test_a_link_reaches_the_endpoints_that_it_is_named_for_and_no_others(
    engine: Engine, deploy: Deploy
) -> None:
    deploy(lambda: Network("net", arguments(remote={"ecr.api": ["10.8.0.0/16"]})).vpc_id)

    groups = {
        interface.inputs["serviceName"].rpartition(f"{REGION}.")[2]: interface.inputs[
            "securityGroupIds"
        ]
        for interface in engine.typed("aws:ec2/vpcEndpoint:VpcEndpoint")
        if interface.inputs["vpcEndpointType"] == "Interface"
    }
    assert groups.pop("ecr.api") == ["net-endpoints", "net-ecr.api-remote"]
    assert set(map(tuple, groups.values())) == {("net-endpoints",)}
    rules = engine.typed("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert ("net-ecr.api-remote", "10.8.0.0/16", 443) in {
        tuple(rule.inputs[field] for field in ("securityGroupId", "cidrIpv4", "toPort"))
        for rule in rules
    }


@pytest.mark.parametrize("remote", [{"kms": ["10.8.0.0/16"]}, {"sts": []}])
def test_what_is_not_there_is_opened_to_no_link(deploy: Deploy, remote: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"for one of ecr\.api, sts"):
        deploy(lambda: Network("net", arguments(remote=remote)).vpc_id)


@pytest.mark.parametrize("zones", [[], ["me-central-1d"]])
def test_endpoints_in_a_zone_that_is_not_planned_are_refused(
    engine: Engine, deploy: Deploy, zones: list[str]
) -> None:
    with pytest.raises(ValueError, match="allowed are one or more of the plan's zones"):
        deploy(lambda: Network("net", arguments(endpoint_zones=zones)).vpc_id)


def test_the_policy_pack_accepts_the_network(network: Engine) -> None:
    assert faults(network.records) == []
