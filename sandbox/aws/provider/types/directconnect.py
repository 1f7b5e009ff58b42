"""Direct Connect: lines, the keys that encrypt them, and private interfaces."""

from typing import Any

from sandbox.aws.provider.resource import Aspect, Aws, Do, Facts, Resource


def _delete_line(aws: Aws, facts: Facts) -> None:
    # The error for one that is gone has the same code as every other.
    if aws("DescribeConnections", connectionId=facts["id"])["connections"]:
        aws("DeleteConnection", connectionId=facts["id"])


def _delete_interface(aws: Aws, facts: Facts) -> None:
    if aws("DescribeVirtualInterfaces", virtualInterfaceId=facts["id"])["virtualInterfaces"]:
        aws("DeleteVirtualInterface", virtualInterfaceId=facts["id"])


LINE = Resource(
    "aws:directconnect/connection:Connection",
    "directconnect",
    create="CreateConnection",
    id="connectionId",
    key={"connectionId": "{id}"},
    read=Do("DescribeConnections", at="connections[0]"),
    delete=_delete_line,
    aspects=(Aspect("encryptionMode", put="UpdateConnection"),),
    update=Do("UpdateConnection", only=("name",)),
    rename={
        "name": "connectionName",
        "requestMacsec": "requestMACSec",
        "macsecCapable": "macSecCapable",
        "ownerAccountId": "ownerAccount",
        "state": "connectionState",
        "vlanId": "vlan",
    },
    outputs={"arn": "arn:aws:directconnect:{region}:{account}:dxcon/{id}"},
    defaults={"providerName": "", "partnerName": ""},
    replace=("bandwidth", "location", "providerName", "requestMacsec"),
    refuse={"skipDestroy": "what a program no longer has is deleted"},
    unfilled=(
        "prefixPoolSizeIpv4",
        "prefixPoolSizeIpv6",
        "prefixPoolUnallocatedCountIpv4",
        "prefixPoolUnallocatedCountIpv6",
        "rateLimiterStatuses",
    ),
)


def _add_key(aws: Aws, facts: Facts) -> Any:
    told = aws(
        "AssociateMacSecKey", connectionId=facts["connectionId"], secretARN=facts["secretArn"]
    )
    return told["macSecKeys"][-1]


def _read_key(aws: Aws, facts: Facts) -> Any:
    secret, _, line = facts["id"].rpartition("/")
    for found in aws("DescribeConnections", connectionId=line)["connections"]:
        for key in found.get("macSecKeys", []):
            if key["secretARN"] == secret:
                return {**key, "connectionId": line}
    return None


def _delete_key(aws: Aws, facts: Facts) -> None:
    if _read_key(aws, facts) is not None:
        secret, _, line = facts["id"].rpartition("/")
        aws("DisassociateMacSecKey", connectionId=line, secretARN=secret)


KEY = Resource(
    "aws:directconnect/macsecKeyAssociation:MacsecKeyAssociation",
    "directconnect",
    create=_add_key,
    id="{secretArn}/{connectionId}",
    read=_read_key,
    delete=_delete_key,
    name=None,
    rename={"secretArn": "secretARN"},
    replace=("connectionId", "secretArn"),
    refuse=dict.fromkeys(("cak", "ckn"), "a key that the program gives would stand in the state"),
    unfilled=("startOn",),
)

_INTO = "newPrivateVirtualInterface"

INTERFACE = Resource(
    "aws:directconnect/privateVirtualInterface:PrivateVirtualInterface",
    "directconnect",
    create=Do("CreatePrivateVirtualInterface", into=_INTO, send={"connectionId": "{connectionId}"}),
    id="virtualInterfaceId",
    key={"virtualInterfaceId": "{id}"},
    read=Do("DescribeVirtualInterfaces", at="virtualInterfaces[0]"),
    update=Do("UpdateVirtualInterfaceAttributes", only=("mtu", "sitelinkEnabled")),
    delete=_delete_interface,
    rename={
        "name": "virtualInterfaceName",
        "bgpAsn": "asn",
        "bgpAuthKey": "authKey",
        "vpnGatewayId": "virtualGatewayId",
        "sitelinkEnabled": "enableSiteLink",
        "awsDevice": "awsDeviceV2",
    },
    outputs={
        "arn": "arn:aws:directconnect:{region}:{account}:dxvif/{id}",
        "sitelinkEnabled": "siteLinkEnabled",
    },
    defaults={"mtu": 1500, "sitelinkEnabled": False},
    replace="*",
    refuse=dict.fromkeys(
        (
            "bgpAsnLong",
            "dxGatewayId",
            "prefixPoolAllocatedCountIpv4",
            "prefixPoolAllocatedCountIpv6",
            "rateLimit",
        ),
        "the platform's interface ends at the network's own gateway",
    ),
    unfilled=("prefixPoolAllocatedCountIpv4", "prefixPoolAllocatedCountIpv6", "rateLimit"),
    secret=("bgpAuthKey",),
)

TYPES = (LINE, KEY, INTERFACE)
