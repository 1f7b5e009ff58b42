"""EC2's network: Block Public Access, and what moto's endpoints and VPN connections lack."""

from typing import Any
from xml.sax.saxutils import escape

from moto.ec2.models import ec2_backends
from moto.ec2.models.route_tables import RouteTable

from sandbox.aws.cloud.call import Call, RefusedCallError
from sandbox.aws.cloud.keeping import PASS, Collection, Service, Store

OPTIONS = Collection(
    kind="block public access options",
    initial={"InternetGatewayBlockMode": "off", "State": "default-state"},
    made={
        "AwsAccountId": "{account}",
        "AwsRegion": "{region}",
        "ManagedBy": "account",
        "ExclusionsAllowed": "allowed",
        "LastUpdateTimestamp": "{now}",
    },
    describe="DescribeVpcBlockPublicAccessOptions",
    update="ModifyVpcBlockPublicAccessOptions",
)

INSIDE = ("169.254.10.0/30", "169.254.20.0/30")
"""Ranges inside the tunnels, where none are given."""

_ANSWERED = {
    "DPDTimeoutAction": "DpdTimeoutAction",
    "DPDTimeoutSeconds": "DpdTimeoutSeconds",
    "IKEVersions": "IkeVersions",
}
"""Options whose name in an answer is spelt otherwise than in a request."""

OUTSIDE = ("192.0.2.1", "192.0.2.2")
"""AWS's ends of the tunnels: addresses that documentation may use."""


class _Associations:
    """Associations of a route table as moto has them, and the gateways that moto leaves out.

    Moto shows a gateway by the beginning of its id, and knows that of an internet gateway only.
    """

    def __init__(self, motos: property) -> None:
        self._motos = motos

    def __get__(self, table: Any, owner: type) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._motos.__get__(table, owner)
        for item in found:
            if not item["Main"] and not item.keys() & {"SubnetId", "GatewayId"}:
                item["GatewayId"] = vars(table)["_associations"][item["RouteTableAssociationId"]]
        return found


RouteTable.associations = _Associations(vars(RouteTable)["associations"])


def _modify_options(call: Call, store: Store) -> Any:
    OPTIONS.operations()["DescribeVpcBlockPublicAccessOptions"](call, store)
    [record] = store.records(call, OPTIONS.kind)
    mode = call.parameters["InternetGatewayBlockMode"]
    record |= {
        "InternetGatewayBlockMode": mode,
        "State": "default-state" if mode == "off" else "update-complete",
    }
    return {"VpcBlockPublicAccessOptions": _shown(record)}


def _describe_options(call: Call, store: Store) -> Any:
    OPTIONS.operations()["DescribeVpcBlockPublicAccessOptions"](call, store)
    [record] = store.records(call, OPTIONS.kind)
    return {"VpcBlockPublicAccessOptions": _shown(record)}


def _shown(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "__key"}


def _modify_endpoint(call: Call, _store: Store) -> Any:
    """Lead route tables to a gateway when they are added to it; moto does so at its creation."""
    given = call.parameters
    ec2 = ec2_backends[call.settings.account][call.region]
    endpoint = ec2.vpc_end_points.get(given["VpcEndpointId"])
    behind = endpoint and endpoint.destination_prefix_list_id
    if behind:
        for table in given.get("AddRouteTableIds", []):
            ec2.create_route(table, None, gateway_id=endpoint.id, destination_prefix_list_id=behind)
        for table in given.get("RemoveRouteTableIds", []):
            ec2.delete_route(table, behind)
    return PASS


def _connect(call: Call, _store: Store) -> Any:
    """Make moto's connection, and remember the options that moto forgets."""
    given = call.parameters
    ec2 = ec2_backends[call.settings.account][call.region]
    tags = {
        tag["Key"]: tag["Value"]
        for specification in given.get("TagSpecifications", [])
        for tag in specification["Tags"]
    }
    connection = ec2.create_vpn_connection(
        given["Type"],
        given["CustomerGatewayId"],
        vpn_gateway_id=given.get("VpnGatewayId"),
        transit_gateway_id=given.get("TransitGatewayId"),
        tags=tags,
    )
    options = {
        "EnableAcceleration": False,
        "StaticRoutesOnly": False,
        "LocalIpv4NetworkCidr": "0.0.0.0/0",
        "RemoteIpv4NetworkCidr": "0.0.0.0/0",
        "OutsideIpAddressType": "PublicIpv4",
        "TunnelInsideIpVersion": "ipv4",
        **given.get("Options", {}),
    }
    tunnels = options.get("TunnelOptions", [{}, {}])
    connection.options = options | {
        "TunnelOptions": [
            _tunnel(tunnel, outside, inside)
            for tunnel, outside, inside in zip(tunnels, OUTSIDE, INSIDE, strict=True)
        ]
    }
    connection.routes = []
    connection.vgw_telemetry = [
        {"OutsideIpAddress": outside, "Status": "UP", "AcceptedRouteCount": 0}
        for outside in OUTSIDE
    ]
    connection.category = "VPN"
    connection.gateway_association_state = "associated"
    if given.get("PreSharedKeyStorage") == "SecretsManager":
        connection.pre_shared_key_arn = (
            f"arn:aws:secretsmanager:{call.region}:{call.settings.account}:"
            f"secret:s2svpn!{connection.id}"
        )
    return {"VpnConnection": _described(connection)}


def _tunnel(given: dict[str, Any], outside: str, inside: str) -> dict[str, Any]:
    """Complete a tunnel and name its options as an answer does."""
    named = {_ANSWERED.get(name, name): value for name, value in given.items()}
    return {"OutsideIpAddress": outside, "TunnelInsideCidr": inside, **named}


def _described(connection: Any) -> dict[str, Any]:
    """The connection as AWS answers, with a configuration that holds no key."""
    tunnels = "".join(
        "<ipsec_tunnel><vpn_gateway><tunnel_outside_address>"
        f"<ip_address>{escape(tunnel['OutsideIpAddress'])}</ip_address>"
        "</tunnel_outside_address></vpn_gateway></ipsec_tunnel>"
        for tunnel in connection.options["TunnelOptions"]
    )
    return {
        "VpnConnectionId": connection.id,
        "State": connection.state,
        "Type": connection.type,
        "Category": connection.category,
        "CustomerGatewayId": connection.customer_gateway_id,
        "VpnGatewayId": connection.vpn_gateway_id,
        "TransitGatewayId": connection.transit_gateway_id,
        "GatewayAssociationState": connection.gateway_association_state,
        "CustomerGatewayConfiguration": (
            f'<vpn_connection id="{connection.id}">{tunnels}</vpn_connection>'
        ),
        "Options": connection.options,
        "Routes": connection.routes,
        "VgwTelemetry": connection.vgw_telemetry,
        "PreSharedKeyArn": getattr(connection, "pre_shared_key_arn", None),
        "Tags": [{"Key": tag["key"], "Value": tag["value"]} for tag in connection.get_tags()],
    }


def _describe_connections(call: Call, _store: Store) -> Any:
    ec2 = ec2_backends[call.settings.account][call.region]
    filters = {each["Name"]: each["Values"] for each in call.parameters.get("Filters", [])}
    found = ec2.describe_vpn_connections(call.parameters.get("VpnConnectionIds"), filters or None)
    return {"VpnConnections": [_described(connection) for connection in found]}


def _tune(call: Call, _store: Store) -> Any:
    """Change the options of one tunnel."""
    connection = _connection(call)
    asked = call.parameters["VpnTunnelOutsideIpAddress"]
    for tunnel in connection.options["TunnelOptions"]:
        if tunnel["OutsideIpAddress"] == asked:
            new = _tunnel(call.parameters["TunnelOptions"], asked, tunnel["TunnelInsideCidr"])
            tunnel.update(new)
            return {"VpnConnection": _described(connection)}
    raise RefusedCallError("InvalidParameterValue", f"{connection.id} has no tunnel at {asked}.")


def _add_route(call: Call, _store: Store) -> Any:
    connection = _connection(call)
    destination = call.parameters["DestinationCidrBlock"]
    if all(route["DestinationCidrBlock"] != destination for route in connection.routes):
        connection.routes.append(
            {"DestinationCidrBlock": destination, "Source": "Static", "State": "available"}
        )
    return {}


def _drop_route(call: Call, _store: Store) -> Any:
    connection = _connection(call)
    destination = call.parameters["DestinationCidrBlock"]
    connection.routes = [
        route for route in connection.routes if route["DestinationCidrBlock"] != destination
    ]
    return {}


def _connection(call: Call) -> Any:
    asked = call.parameters["VpnConnectionId"]
    ec2 = ec2_backends[call.settings.account][call.region]
    connection = ec2.vpn_connections.get(asked)
    if connection is None or connection.state == "deleted":
        raise RefusedCallError(
            "InvalidVpnConnectionID.NotFound", f"There is no VPN connection {asked!r}."
        )
    return connection


SERVICE = Service(
    "ec2",
    operations={
        "DescribeVpcBlockPublicAccessOptions": _describe_options,
        "ModifyVpcBlockPublicAccessOptions": _modify_options,
        "ModifyVpcEndpoint": _modify_endpoint,
        "CreateVpnConnection": _connect,
        "DescribeVpnConnections": _describe_connections,
        "ModifyVpnTunnelOptions": _tune,
        "CreateVpnConnectionRoute": _add_route,
        "DeleteVpnConnectionRoute": _drop_route,
    },
)
