from typing import Any

import pytest

from components.link import DirectConnect, Link, LinkArgs, Vpn
from components.log_group import Logs
from components.tags import Tags
from tests.components.complying import faults
from tests.components.recording import Deploy, Engine
from tests.support.aws_outputs import ACCOUNT, REGION

TAGS = Tags(workload="platform", data_class="internal", profile="shared")
LOGS = Logs(
    key_arn=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/logs",
    retention_days=365,
    account=ACCOUNT,
    tags=TAGS,
)
VPN = Vpn(address="192.0.2.10", asn="65010")
LINE = DirectConnect(
    location="here",
    bandwidth="10Gbps",
    macsec_secret_arn=f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:macsec",
    vlan=101,
    asn="65010",
)


def arguments(**changed: Any) -> LinkArgs:
    given: dict[str, Any] = {
        "vpc_id": "vpc-1",
        "medium": VPN,
        "destinations": ["10.60.0.0/16", "0.0.0.0/0"],
        "routes": {},
        "logs": LOGS,
        "tags": TAGS,
    }
    return LinkArgs(**{**given, **changed})


def test_a_tunnel_offers_strong_cryptography_only(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: Link("link", arguments()).gateway_id)
    [connection] = engine.typed("aws:ec2/vpnConnection:VpnConnection")
    for tunnel in ("tunnel1", "tunnel2"):
        found = {
            key.removeprefix(tunnel): value
            for key, value in connection.inputs.items()
            if key.startswith(tunnel)
        }
        assert found["IkeVersions"] == ["ikev2"]
        for phase in ("Phase1", "Phase2"):
            assert found[f"{phase}EncryptionAlgorithms"] == ["AES256-GCM-16"]
            assert found[f"{phase}IntegrityAlgorithms"] == ["SHA2-384", "SHA2-512"]
            assert found[f"{phase}DhGroupNumbers"] == [20, 21]
        assert found["LogOptions"]["cloudwatchLogOptions"]["logEnabled"] is True
        assert "PresharedKey" not in found
    assert connection.inputs["presharedKeyStorage"] == "SecretsManager"
    assert "enableAcceleration" not in connection.inputs
    assert connection.inputs["customerGatewayId"] == "link-peer"


def test_the_tunnels_carry_what_lies_behind_the_link(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: Link("link", arguments()).gateway_id)
    routes = engine.typed("aws:ec2/vpnConnectionRoute:VpnConnectionRoute")
    assert [route.inputs["destinationCidrBlock"] for route in routes] == [
        "10.60.0.0/16",
        "0.0.0.0/0",
    ]
    assert not engine.typed("aws:ec2/route:Route")


def test_without_a_firewall_between_the_route_tables_lead_to_the_link(
    engine: Engine, deploy: Deploy
) -> None:
    given = arguments(destinations=["10.60.0.0/16"], routes={"a": "rtb-a", "b": "rtb-b"})
    deploy(lambda: Link("link", given).gateway_id)
    found = engine.typed("aws:ec2/route:Route")
    assert [(route.inputs["routeTableId"], route.inputs["gatewayId"]) for route in found] == [
        ("rtb-a", "link-gateway"),
        ("rtb-b", "link-gateway"),
    ]


def test_a_line_of_ones_own_must_encrypt_and_ends_at_the_networks_gateway(
    engine: Engine, deploy: Deploy
) -> None:
    deploy(lambda: Link("link", arguments(medium=LINE)).gateway_id)
    [line] = engine.typed("aws:directconnect/connection:Connection")
    assert line.inputs["requestMacsec"] is True
    assert line.inputs["encryptionMode"] == "must_encrypt"
    [key] = engine.typed("aws:directconnect/macsecKeyAssociation:MacsecKeyAssociation")
    assert key.inputs["secretArn"] == LINE.macsec_secret_arn
    [interface] = engine.typed("aws:directconnect/privateVirtualInterface:PrivateVirtualInterface")
    assert interface.inputs["vpnGatewayId"] == "link-gateway"
    assert interface.inputs["sitelinkEnabled"] is False
    assert not engine.typed("aws:directconnect/gateway:Gateway")
    assert not engine.typed("aws:ec2/vpnConnection:VpnConnection")


@pytest.mark.parametrize("medium", [VPN, LINE], ids=["vpn", "line"])
def test_the_policy_pack_accepts_the_link(
    engine: Engine, deploy: Deploy, medium: Vpn | DirectConnect
) -> None:
    deploy(lambda: Link("link", arguments(medium=medium, routes={"a": "rtb-a"})).gateway_id)
    assert faults(engine.records) == []


def test_a_port_that_does_not_encrypt_is_refused(engine: Engine, deploy: Deploy) -> None:
    slow = DirectConnect(**{**vars(LINE), "bandwidth": "1Gbps"})
    with pytest.raises(ValueError, match="1Gbps has no MACsec; allowed is one of 10Gbps"):
        deploy(lambda: Link("link", arguments(medium=slow)).gateway_id)


def test_a_link_that_leads_nowhere_is_refused(engine: Engine, deploy: Deploy) -> None:
    with pytest.raises(ValueError, match="leads nowhere"):
        deploy(lambda: Link("link", arguments(destinations=[])).gateway_id)
