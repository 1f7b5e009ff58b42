"""Routes, endpoints and flow logs of networks."""

from typing import Any

from sandbox.aws.provider.resource import Aws, Do, Facts, Resource
from sandbox.provider_service.errors import ProviderError

_IPV6 = "the platform's networks are of IPv4"
_OWN = "the platform gives each its own resource"
_UNUSED = "the platform does not use it"


def _arn(kind: str) -> dict[str, Any]:
    return {"arn": f"arn:aws:ec2:{{region}}:{{account}}:{kind}/{{id}}", "ownerId": "{account}"}


ROUTE_TABLE = Resource(
    "aws:ec2/routeTable:RouteTable",
    "ec2",
    create=Do("CreateRouteTable", at="RouteTable"),
    id="RouteTableId",
    key={"RouteTableId": "{id}"},
    read=Do("DescribeRouteTables", at="RouteTables[0]", send={"RouteTableIds": ["{id}"]}),
    delete="DeleteRouteTable",
    # Its routes are resources of their own, so the table itself is shown without them.
    after=lambda live: {name: value for name, value in live.items() if name != "Routes"},
    outputs=_arn("route-table"),
    defaults={"routes": [], "propagatingVgws": []},
    replace=("vpcId",),
    refuse={"propagatingVgws": "the platform's routes are static", "routes": _OWN},
)


def _adopt_table(aws: Aws, facts: Facts) -> Any:
    """Take every route out of a network's own route table but the local one."""
    if facts.get("routes") or facts.get("propagatingVgws"):
        raise ProviderError("the default route table is only ever emptied here: give no routes")
    table = facts["defaultRouteTableId"]
    [found] = aws("DescribeRouteTables", RouteTableIds=[table])["RouteTables"]
    for route in found["Routes"]:
        if route["Origin"] == "CreateRoute":
            aws(
                "DeleteRoute",
                RouteTableId=table,
                DestinationCidrBlock=route["DestinationCidrBlock"],
            )
    return found


DEFAULT_ROUTE_TABLE = Resource(
    "aws:ec2/defaultRouteTable:DefaultRouteTable",
    "ec2",
    create=_adopt_table,
    id="RouteTableId",
    key={"RouteTableIds": ["{id}"]},
    read=Do("DescribeRouteTables", at="RouteTables[0]"),
    after=lambda live: {name: value for name, value in live.items() if name != "Routes"},
    outputs=_arn("route-table") | {"defaultRouteTableId": "{id}"},
    defaults={"routes": []},
    replace=("defaultRouteTableId",),
    ignore={"routes": "only the empty list is taken, at creation"},
    refuse={"propagatingVgws": "the platform's routes are static"},
)


def _shown_route(live: dict[str, Any]) -> dict[str, Any]:
    """AWS shows an endpoint as a gateway; pulumi-aws tells them apart."""
    gateway = live.get("GatewayId", "")
    if not gateway.startswith("vpce-"):
        return live
    return {**live, "GatewayId": None, "VpcEndpointId": gateway}


ROUTE = Resource(
    "aws:ec2/route:Route",
    "ec2",
    create="CreateRoute",
    id="{routeTableId}_{destinationCidrBlock}",
    key={"RouteTableId": "{routeTableId}", "DestinationCidrBlock": "{destinationCidrBlock}"},
    read=Do(
        "DescribeRouteTables",
        at="RouteTables[0].Routes[?DestinationCidrBlock=='{destinationCidrBlock}'] | [0]",
        send={"RouteTableIds": ["{routeTableId}"]},
    ),
    update="ReplaceRoute",
    delete="DeleteRoute",
    after=_shown_route,
    name=None,
    outputs={"routeTableId": "{routeTableId}"},
    replace=("routeTableId", "destinationCidrBlock"),
    refuse={
        "destinationIpv6CidrBlock": _IPV6,
        "egressOnlyGatewayId": _IPV6,
        "destinationPrefixListId": _UNUSED,
    },
    unfilled=("instanceId", "instanceOwnerId", "networkInterfaceId"),
)


def _associate(aws: Aws, facts: Facts) -> Any:
    subject = facts.get("subnetId") or facts.get("gatewayId")
    member = "SubnetId" if facts.get("subnetId") else "GatewayId"
    aws("AssociateRouteTable", RouteTableId=facts["routeTableId"], **{member: subject})
    return {"Of": subject}


def _association(aws: Aws, facts: Facts) -> Any:
    """Return the association of a subnet or gateway, wherever it leads."""
    for table in aws("DescribeRouteTables")["RouteTables"]:
        for association in table["Associations"]:
            if facts["id"] in {association.get("SubnetId"), association.get("GatewayId")}:
                return association
    return None


def _reassociate(aws: Aws, facts: Facts) -> None:
    aws(
        "ReplaceRouteTableAssociation",
        AssociationId=_association(aws, facts)["RouteTableAssociationId"],
        RouteTableId=facts["routeTableId"],
    )


def _disassociate(aws: Aws, facts: Facts) -> None:
    if (found := _association(aws, facts)) is not None:
        aws("DisassociateRouteTable", AssociationId=found["RouteTableAssociationId"])


ROUTE_TABLE_ASSOCIATION = Resource(
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "ec2",
    create=_associate,
    # Not AWS's own id of it: that one changes when another table takes its place.
    id="Of",
    read=_association,
    update=_reassociate,
    delete=_disassociate,
    name=None,
    replace=("subnetId", "gatewayId"),
)

BLOCK_PUBLIC_ACCESS = Resource(
    "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
    "ec2",
    create=Do("ModifyVpcBlockPublicAccessOptions", at="VpcBlockPublicAccessOptions"),
    id="AwsRegion",
    read=Do("DescribeVpcBlockPublicAccessOptions", at="VpcBlockPublicAccessOptions"),
    update="ModifyVpcBlockPublicAccessOptions",
    delete=Do("ModifyVpcBlockPublicAccessOptions", send={"InternetGatewayBlockMode": "off"}),
    name=None,
    gone=lambda live: bool(live["InternetGatewayBlockMode"] == "off"),
    delete_before_replace=True,
)


def _create_flow_log(aws: Aws, facts: Facts) -> Any:
    parameters = {
        "ResourceIds": [facts["vpcId"]],
        "ResourceType": "VPC",
        "TrafficType": facts["trafficType"],
        "LogDestinationType": facts["logDestinationType"],
        "LogDestination": facts["logDestination"],
        "DeliverLogsPermissionArn": facts.get("iamRoleArn"),
        "MaxAggregationInterval": facts["maxAggregationInterval"],
        "LogFormat": facts.get("logFormat"),
    }
    told = aws("CreateFlowLogs", **{k: v for k, v in parameters.items() if v is not None})
    if told.get("Unsuccessful"):
        raise ProviderError(f"ec2:CreateFlowLogs failed: {told['Unsuccessful'][0]['Error']}")
    return {"FlowLogId": told["FlowLogIds"][0]}


FLOW_LOG = Resource(
    "aws:ec2/flowLog:FlowLog",
    "ec2",
    create=_create_flow_log,
    id="FlowLogId",
    key={"FlowLogIds": ["{id}"]},
    read=Do("DescribeFlowLogs", at="FlowLogs[0]"),
    delete="DeleteFlowLogs",
    name=None,
    rename={"iamRoleArn": "DeliverLogsPermissionArn", "vpcId": "ResourceId"},
    outputs={"arn": "arn:aws:ec2:{region}:{account}:vpc-flow-log/{id}"},
    defaults={"maxAggregationInterval": 600, "logDestinationType": "cloud-watch-logs"},
    replace="*",
    refuse=dict.fromkeys(
        (
            "deliverCrossAccountRole",
            "destinationOptions",
            "eniId",
            "regionalNatGatewayId",
            "subnetId",
            "tagFieldSpecifications",
            "transitGatewayAttachmentId",
            "transitGatewayId",
        ),
        "the platform logs whole networks to CloudWatch",
    ),
)

_LISTS = {
    "subnetIds": "SubnetIds",
    "securityGroupIds": "SecurityGroupIds",
    "routeTableIds": "RouteTableIds",
}


def _modify_endpoint(aws: Aws, facts: Facts) -> None:
    """Change an endpoint by what is added and what is taken away."""
    old, changed = facts["old"], facts["changed"]
    parameters: dict[str, Any] = {}
    for name, member in _LISTS.items():
        if name in changed:
            new, before = facts.get(name) or [], old.get(name) or []
            parameters[f"Add{member}"] = [item for item in new if item not in before]
            parameters[f"Remove{member}"] = [item for item in before if item not in new]
    if "policy" in changed:
        parameters["PolicyDocument"] = facts["policy"]
    if "privateDnsEnabled" in changed:
        parameters["PrivateDnsEnabled"] = facts["privateDnsEnabled"]
    aws(
        "ModifyVpcEndpoint",
        VpcEndpointId=facts["id"],
        **{k: v for k, v in parameters.items() if v != []},
    )


def _read_endpoint(aws: Aws, facts: Facts) -> Any:
    """Return an endpoint; a gateway with the addresses behind it."""
    found = aws("DescribeVpcEndpoints", VpcEndpointIds=[facts["id"]])["VpcEndpoints"]
    if not found:
        return None
    if found[0]["VpcEndpointType"] != "Gateway":
        return found[0]
    named = [{"Name": "prefix-list-name", "Values": [found[0]["ServiceName"]]}]
    for listed in aws("DescribeManagedPrefixLists", Filters=named)["PrefixLists"]:
        told = aws("GetManagedPrefixListEntries", PrefixListId=listed["PrefixListId"])
        blocks = [entry["Cidr"] for entry in told["Entries"]]
        return {**found[0], "PrefixListId": listed["PrefixListId"], "CidrBlocks": blocks}
    return found[0]


VPC_ENDPOINT = Resource(
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    "ec2",
    create=Do("CreateVpcEndpoint", at="VpcEndpoint"),
    id="VpcEndpointId",
    key={"VpcEndpointIds": ["{id}"]},
    read=_read_endpoint,
    update=_modify_endpoint,
    delete="DeleteVpcEndpoints",
    name=None,
    rename={"policy": "PolicyDocument"},
    gone=lambda live: live.get("State", "").lower() == "deleted",
    outputs=_arn("vpc-endpoint") | {"securityGroupIds": "Groups[].GroupId"},
    defaults={
        "cidrBlocks": [],
        "dnsEntries": [],
        "networkInterfaceIds": [],
        "privateDnsEnabled": False,
        "requesterManaged": False,
        "routeTableIds": [],
        "securityGroupIds": [],
        "subnetIds": [],
        "vpcEndpointType": "Gateway",
    },
    replace=("vpcId", "serviceName", "vpcEndpointType"),
    refuse=dict.fromkeys(
        (
            "autoAccept",
            "dnsOptions",
            "ipAddressType",
            "resourceConfigurationArn",
            "serviceNetworkArn",
            "serviceRegion",
            "subnetConfigurations",
        ),
        _UNUSED,
    ),
    unfilled=(
        "dnsOptions",
        "ipAddressType",
        "prefixListId",
        "serviceRegion",
        "subnetConfigurations",
    ),
)

TYPES = (
    ROUTE_TABLE,
    DEFAULT_ROUTE_TABLE,
    ROUTE,
    ROUTE_TABLE_ASSOCIATION,
    BLOCK_PUBLIC_ACCESS,
    FLOW_LOG,
    VPC_ENDPOINT,
)
