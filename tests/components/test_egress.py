from typing import Any

import pytest

from components.egress import Egress, EgressArgs, endpoint_in
from components.log_group import Logs
from components.network import Role, plan
from components.tags import Tags
from tests.components.complying import faults
from tests.components.recording import Deploy, Engine, Record
from tests.support.aws_outputs import ACCOUNT, REGION, ZONES

TAGS = Tags(workload="platform", data_class="internal", profile="shared")
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/network"
LOGS = Logs(key_arn=KEY, retention_days=365, account=ACCOUNT, tags=TAGS)
PLAN = plan("10.40.0.0/16", ZONES, {})


def arguments(**changed: Any) -> EgressArgs:
    given: dict[str, Any] = {
        "vpc_id": "vpc-1",
        "plan": PLAN,
        "route_table_ids": {zone: f"rtb-{zone}" for zone in ZONES},
        "gateway_id": "vgw-1",
        "domains": ["partner.example", ".updates.example"],
        "peers": ["10.60.0.0/16"],
        "peer_ports": [443, 9094],
        "key_arn": KEY,
        "logs": LOGS,
        "tags": TAGS,
    }
    return EgressArgs(**{**given, **changed})


@pytest.fixture
def egress(engine: Engine, deploy: Deploy) -> Engine:
    deploy(lambda: Egress("out", arguments()).firewall_arn)
    return engine


def one(engine: Engine, token: str) -> Record:
    found = engine.typed(token)
    assert len(found) == 1, f"{len(found)} of {token}"
    return found[0]


def sources(engine: Engine) -> dict[str, dict[str, Any]]:
    return {
        group.name: group.inputs["ruleGroup"]["rulesSource"]
        for group in engine.typed("aws:networkfirewall/ruleGroup:RuleGroup")
    }


def routes(engine: Engine) -> dict[tuple[str, str], str]:
    """Where packets go: by route table and destination."""
    return {
        (route.inputs["routeTableId"], route.inputs["destinationCidrBlock"]): route.inputs.get(
            "vpcEndpointId"
        )
        or route.inputs["gatewayId"]
        for route in engine.typed("aws:ec2/route:Route")
    }


def test_what_the_rules_do_not_pass_is_dropped(egress: Engine) -> None:
    policy = one(egress, "aws:networkfirewall/firewallPolicy:FirewallPolicy").inputs
    found = policy["firewallPolicy"]
    assert found["statefulEngineOptions"] == {
        "ruleOrder": "STRICT_ORDER",
        "streamExceptionPolicy": "DROP",
    }
    assert "aws:drop_established_app_layer" in found["statefulDefaultActions"]
    assert found["statelessDefaultActions"] == ["aws:forward_to_sfe"]
    order = [reference["priority"] for reference in found["statefulRuleGroupReferences"]]
    assert order == [1, 2, 3]


def test_domains_are_allowed_by_the_name_in_the_tls_handshake_only(egress: Engine) -> None:
    assert sources(egress)["out-domains"]["rulesSourceList"] == {
        "generatedRulesType": "ALLOWLIST",
        "targetTypes": ["TLS_SNI"],
        "targets": ["partner.example", ".updates.example"],
    }


def test_the_sites_talk_tls_both_ways_on_the_ports_given(egress: Engine) -> None:
    found = [
        (rule["action"], *(rule["header"][key] for key in ("protocol", "source", "destination")))
        for rule in sources(egress)["out-peers"]["statefulRules"]
    ]
    there, back = ("10.40.0.0/16", "10.60.0.0/16"), ("10.60.0.0/16", "10.40.0.0/16")
    assert found == [("PASS", "TLS", *way) for way in (there, there, back, back)]


def test_datagrams_are_dropped_from_the_first(egress: Engine) -> None:
    found = [
        (rule["action"], rule["header"]["protocol"])
        for rule in sources(egress)["out-other-protocols"]["statefulRules"]
    ]
    assert found == [("DROP", "UDP"), ("DROP", "ICMP")]


def test_both_directions_pass_the_firewall_of_their_zone(egress: Engine) -> None:
    found = routes(egress)
    for zone in ZONES:
        assert found[f"rtb-{zone}", "0.0.0.0/0"] == f"vpce-{zone}"
        assert found[f"out-{zone}", "0.0.0.0/0"] == "vgw-1"
        for role in (Role.NODES, Role.DATA, Role.EDGE, Role.ENDPOINTS):
            assert found["out-arriving", PLAN.subnets[role][zone]] == f"vpce-{zone}"
    arriving = [
        link.inputs["routeTableId"]
        for link in egress.typed("aws:ec2/routeTableAssociation:RouteTableAssociation")
        if link.inputs.get("gatewayId") == "vgw-1"
    ]
    assert arriving == ["out-arriving"]


def test_everything_of_the_firewall_is_under_the_customers_key_and_logged(egress: Engine) -> None:
    for kind in ("firewall:Firewall", "firewallPolicy:FirewallPolicy", "ruleGroup:RuleGroup"):
        for record in egress.typed(f"aws:networkfirewall/{kind}"):
            assert record.inputs["encryptionConfiguration"] == {
                "type": "CUSTOMER_KMS",
                "keyId": KEY,
            }
    logging = one(egress, "aws:networkfirewall/loggingConfiguration:LoggingConfiguration").inputs
    kinds = [each["logType"] for each in logging["loggingConfiguration"]["logDestinationConfigs"]]
    assert kinds == ["ALERT", "FLOW"]


@pytest.mark.parametrize("removable", [False, True])
def test_the_firewall_is_protected_until_an_update_says_otherwise(
    engine: Engine, deploy: Deploy, *, removable: bool
) -> None:
    deploy(lambda: Egress("out", arguments(removable=removable)).firewall_arn)
    firewall = one(engine, "aws:networkfirewall/firewall:Firewall").inputs
    assert firewall["deleteProtection"] is not removable


@pytest.mark.parametrize("domains", [[], ["*.x.example"], ["https://x.example/"], ["example"]])
def test_domains_that_the_firewall_cannot_match_are_refused(
    engine: Engine, deploy: Deploy, domains: list[str]
) -> None:
    with pytest.raises(ValueError, match=r"let nothing out|is not a domain"):
        deploy(lambda: Egress("out", arguments(domains=domains)).firewall_arn)


def test_a_zone_without_an_endpoint_is_named() -> None:
    with pytest.raises(ValueError, match="no endpoint in me-central-1a; it has them in: none"):
        endpoint_in("me-central-1a", [])


def test_the_policy_pack_accepts_the_way_out(egress: Engine) -> None:
    assert faults(egress.records) == []
