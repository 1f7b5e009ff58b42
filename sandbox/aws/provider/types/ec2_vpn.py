"""The link to another site: gateways, and VPN connections with their tunnels."""

from typing import Any

from sandbox.aws.provider.resource import Aspect, Aws, Do, Facts, Resource

_DELETED = "deleted"


def _attach(aws: Aws, facts: Facts) -> None:
    _detach(aws, facts)
    aws("AttachVpnGateway", VpnGatewayId=facts["id"], VpcId=facts["vpcId"])


def _detach(aws: Aws, facts: Facts) -> None:
    for gateway in aws("DescribeVpnGateways", VpnGatewayIds=[facts["id"]])["VpnGateways"]:
        for held in gateway.get("VpcAttachments", []):
            if held["State"] == "attached":
                aws("DetachVpnGateway", VpnGatewayId=facts["id"], VpcId=held["VpcId"])


def _delete_gateway(aws: Aws, facts: Facts) -> None:
    _detach(aws, facts)
    aws("DeleteVpnGateway", VpnGatewayId=facts["id"])


GATEWAY = Resource(
    "aws:ec2/vpnGateway:VpnGateway",
    "ec2",
    create=Do("CreateVpnGateway", at="VpnGateway", send={"Type": "ipsec.1"}),
    id="VpnGatewayId",
    key={"VpnGatewayIds": ["{id}"]},
    read=Do("DescribeVpnGateways", at="VpnGateways[0]"),
    delete=_delete_gateway,
    aspects=(Aspect("vpcId", put=_attach, remove=_detach),),
    name=None,
    gone=lambda live: live.get("State") == _DELETED,
    outputs={
        "arn": "arn:aws:ec2:{region}:{account}:vpn-gateway/{id}",
        "vpcId": "VpcAttachments[?State=='attached'] | [0].VpcId",
    },
    defaults={"amazonSideAsn": "64512"},
    replace=("amazonSideAsn", "availabilityZone"),
)

CUSTOMER_GATEWAY = Resource(
    "aws:ec2/customerGateway:CustomerGateway",
    "ec2",
    create=Do("CreateCustomerGateway", at="CustomerGateway"),
    id="CustomerGatewayId",
    key={"CustomerGatewayId": "{id}"},
    read=Do(
        "DescribeCustomerGateways",
        at="CustomerGateways[0]",
        send={"CustomerGatewayIds": ["{id}"]},
    ),
    delete="DeleteCustomerGateway",
    name=None,
    gone=lambda live: live.get("State") == _DELETED,
    outputs={"arn": "arn:aws:ec2:{region}:{account}:customer-gateway/{id}"},
    replace="*",
)

_TUNNEL = {
    "DpdTimeoutAction": "DPDTimeoutAction",
    "DpdTimeoutSeconds": "DPDTimeoutSeconds",
    "EnableTunnelLifecycleControl": "EnableTunnelLifecycleControl",
    "IkeVersions": "IKEVersions",
    "InsideCidr": "TunnelInsideCidr",
    "LogOptions": "LogOptions",
    "Phase1DhGroupNumbers": "Phase1DHGroupNumbers",
    "Phase1EncryptionAlgorithms": "Phase1EncryptionAlgorithms",
    "Phase1IntegrityAlgorithms": "Phase1IntegrityAlgorithms",
    "Phase1LifetimeSeconds": "Phase1LifetimeSeconds",
    "Phase2DhGroupNumbers": "Phase2DHGroupNumbers",
    "Phase2EncryptionAlgorithms": "Phase2EncryptionAlgorithms",
    "Phase2IntegrityAlgorithms": "Phase2IntegrityAlgorithms",
    "Phase2LifetimeSeconds": "Phase2LifetimeSeconds",
    "RekeyFuzzPercentage": "RekeyFuzzPercentage",
    "RekeyMarginTimeSeconds": "RekeyMarginTimeSeconds",
    "ReplayWindowSize": "ReplayWindowSize",
    "StartupAction": "StartupAction",
}
"""Option of a tunnel in AWS's request, for each that pulumi-aws puts a tunnel's number before."""

_ANSWERED = {"DPDTimeoutAction": "DpdTimeoutAction", "DPDTimeoutSeconds": "DpdTimeoutSeconds"} | {
    "IKEVersions": "IkeVersions"
}
_OPTIONS = {
    "enableAcceleration": "EnableAcceleration",
    "localIpv4NetworkCidr": "LocalIpv4NetworkCidr",
    "outsideIpAddressType": "OutsideIpAddressType",
    "remoteIpv4NetworkCidr": "RemoteIpv4NetworkCidr",
    "staticRoutesOnly": "StaticRoutesOnly",
    "tunnelInsideIpVersion": "TunnelInsideIpVersion",
}
_LOGS = {
    "bgpLogEnabled": "BgpLogEnabled",
    "bgpLogGroupArn": "BgpLogGroupArn",
    "bgpLogOutputFormat": "BgpLogOutputFormat",
    "logEnabled": "LogEnabled",
    "logGroupArn": "LogGroupArn",
    "logOutputFormat": "LogOutputFormat",
}


def _tunnel(facts: Facts, number: int) -> dict[str, Any]:
    """The options of one tunnel, as AWS is given them."""
    made: dict[str, Any] = {}
    for ours, theirs in _TUNNEL.items():
        value = facts.get(f"tunnel{number}{ours}")
        if value is None:
            continue
        if ours == "LogOptions":
            given = (value.get("cloudwatchLogOptions") or {}).items()
            value = {"CloudWatchLogOptions": {_LOGS[k]: v for k, v in given if v is not None}}
        elif isinstance(value, list):
            whole = ours.endswith("DhGroupNumbers")
            value = [{"Value": int(item) if whole else item} for item in value]
        elif isinstance(value, float):
            value = int(value)
        made[theirs] = value
    return made


def _connect(aws: Aws, facts: Facts) -> Any:
    options = {theirs: facts[ours] for ours, theirs in _OPTIONS.items() if ours in facts}
    ends = {
        "CustomerGatewayId": facts["customerGatewayId"],
        "VpnGatewayId": facts.get("vpnGatewayId"),
        "TransitGatewayId": facts.get("transitGatewayId"),
        "PreSharedKeyStorage": facts.get("presharedKeyStorage"),
    }
    return aws(
        "CreateVpnConnection",
        Type=facts["type"],
        Options={**options, "TunnelOptions": [_tunnel(facts, 1), _tunnel(facts, 2)]},
        **{name: value for name, value in ends.items() if value is not None},
    )["VpnConnection"]


def _tune(aws: Aws, facts: Facts) -> None:
    """Change the options of the tunnels that changed."""
    for number in (1, 2):
        changed = {name for name in facts["changed"] if name.startswith(f"tunnel{number}")}
        if changed:
            aws(
                "ModifyVpnTunnelOptions",
                VpnConnectionId=facts["id"],
                VpnTunnelOutsideIpAddress=facts[f"tunnel{number}Address"],
                TunnelOptions=_tunnel({name: facts.get(name) for name in changed}, number),
            )


def _shown(live: dict[str, Any]) -> dict[str, Any]:
    """A connection with each tunnel's options one by one."""
    options = live.get("Options", {})
    made = {ours: options.get(theirs) for ours, theirs in _OPTIONS.items()}
    for number, tunnel in enumerate(options.get("TunnelOptions", []), 1):
        made[f"tunnel{number}Address"] = tunnel["OutsideIpAddress"]
        for ours, theirs in _TUNNEL.items():
            value = tunnel.get(_ANSWERED.get(theirs, theirs))
            if ours == "LogOptions" and value:
                told = value.get("CloudWatchLogOptions", {})
                value = {"cloudwatchLogOptions": {k: told.get(v) for k, v in _LOGS.items()}}
            elif isinstance(value, list):
                value = [item["Value"] for item in value]
            made[f"tunnel{number}{ours}"] = value
    if live.get("PreSharedKeyArn"):
        made["presharedKeyStorage"] = "SecretsManager"
    return {**live, **made}


_TUNED = tuple(f"tunnel{number}{ours}" for number in (1, 2) for ours in _TUNNEL)
_KEYS = "a key that the program gives would stand in the state: AWS makes it"

CONNECTION = Resource(
    "aws:ec2/vpnConnection:VpnConnection",
    "ec2",
    create=_connect,
    id="VpnConnectionId",
    key={"VpnConnectionId": "{id}"},
    read=Do("DescribeVpnConnections", at="VpnConnections[0]", send={"VpnConnectionIds": ["{id}"]}),
    update=_tune,
    delete="DeleteVpnConnection",
    name=None,
    after=_shown,
    gone=lambda live: live.get("State") == _DELETED,
    outputs={"arn": "arn:aws:ec2:{region}:{account}:vpn-connection/{id}"},
    rename={"vgwTelemetries": "VgwTelemetry", "presharedKeyArn": "PreSharedKeyArn"},
    replace=(
        "customerGatewayId",
        "enableAcceleration",
        "localIpv4NetworkCidr",
        "outsideIpAddressType",
        "presharedKeyStorage",
        "remoteIpv4NetworkCidr",
        "staticRoutesOnly",
        "transitGatewayId",
        "tunnelInsideIpVersion",
        "type",
        "vpnGatewayId",
    ),
    refuse={
        "localIpv6NetworkCidr": "the platform's networks are of IPv4",
        "remoteIpv6NetworkCidr": "the platform's networks are of IPv4",
        "transportTransitGatewayAttachmentId": "the platform uses no transit gateway",
        "tunnel1InsideIpv6Cidr": "the platform's networks are of IPv4",
        "tunnel2InsideIpv6Cidr": "the platform's networks are of IPv4",
        "tunnel1PresharedKey": _KEYS,
        "tunnel2PresharedKey": _KEYS,
        "tunnelBandwidth": "the platform uses AWS's default",
        "vpnConcentratorId": "the platform uses no concentrator",
    },
    defaults={"presharedKeyStorage": "Standard"},
    unfilled=(
        "coreNetworkArn",
        "coreNetworkAttachmentArn",
        "localIpv6NetworkCidr",
        "remoteIpv6NetworkCidr",
        "transitGatewayAttachmentId",
        "tunnel1InsideIpv6Cidr",
        "tunnel1PresharedKey",
        "tunnel2InsideIpv6Cidr",
        "tunnel2PresharedKey",
        "tunnelBandwidth",
        *(
            f"tunnel{number}{ours}"
            for number in (1, 2)
            for ours in ("BgpAsn", "BgpHoldtime", "CgwInsideAddress", "VgwInsideAddress")
        ),
    ),
    secret=("customerGatewayConfiguration",),
)

CONNECTION_ROUTE = Resource(
    "aws:ec2/vpnConnectionRoute:VpnConnectionRoute",
    "ec2",
    create="CreateVpnConnectionRoute",
    id="{destinationCidrBlock}:{vpnConnectionId}",
    key={
        "VpnConnectionId": "{vpnConnectionId}",
        "DestinationCidrBlock": "{destinationCidrBlock}",
    },
    read=Do(
        "DescribeVpnConnections",
        at="VpnConnections[0].Routes[?DestinationCidrBlock=='{destinationCidrBlock}'] | [0]",
        send={"VpnConnectionIds": ["{vpnConnectionId}"]},
    ),
    delete="DeleteVpnConnectionRoute",
    name=None,
    outputs={"vpnConnectionId": "{vpnConnectionId}"},
    replace="*",
)

TYPES = (GATEWAY, CUSTOMER_GATEWAY, CONNECTION, CONNECTION_ROUTE)
