"""Direct Connect: lines whose keys are those that were given, and their private interfaces."""

from typing import Any

from sandbox.aws.cloud.call import Call, RefusedCallError
from sandbox.aws.cloud.keeping import Collection, Record, Service, Store, answer

_ARN = "arn:aws:directconnect:{region}:{account}"
_MISSING = "DirectConnectClientException"

LINES = Collection(
    kind="connection",
    key=("connectionId",),
    made={
        "connectionId": "dxcon-{id}",
        "connectionArn": _ARN + ":dxcon/{connectionId}",
        "connectionState": "available",
        "ownerAccount": "{account}",
        "region": "{region}",
        "vlan": 0,
        "jumboFrameCapable": True,
        "awsDevice": "stand-in",
        "awsDeviceV2": "stand-in",
        "hasLogicalRedundancy": "no",
        "requestMACSec": False,
        "macSecKeys": [],
        "encryptionMode": "no_encrypt",
        "portEncryptionStatus": "Encryption Down",
        "tags": [],
    },
    create="CreateConnection",
    listing="DescribeConnections",
    update="UpdateConnection",
    delete="DeleteConnection",
    missing=_MISSING,
)

INTERFACES = Collection(
    kind="virtual interface",
    key=("virtualInterfaceId",),
    rename={"enableSiteLink": "siteLinkEnabled"},
    made={
        "virtualInterfaceId": "dxvif-{id}",
        "virtualInterfaceArn": _ARN + ":dxvif/{virtualInterfaceId}",
        "virtualInterfaceType": "private",
        "virtualInterfaceState": "available",
        "ownerAccount": "{account}",
        "region": "{region}",
        "amazonSideAsn": 64512,
        "amazonAddress": "169.254.255.1/30",
        "customerAddress": "169.254.255.2/30",
        "authKey": "made-by-the-stand-in",
        "mtu": 1500,
        "jumboFrameCapable": True,
        "siteLinkEnabled": False,
        "awsDeviceV2": "stand-in",
        "bgpPeers": [],
        "tags": [],
    },
    create="CreatePrivateVirtualInterface",
    listing="DescribeVirtualInterfaces",
    update="UpdateVirtualInterfaceAttributes",
    delete="DeleteVirtualInterface",
    missing=_MISSING,
)


def _order(call: Call, store: Store) -> Any:
    """Keep a line; only one for which it was asked can hold keys."""
    asked = call.parameters.get("requestMACSec", False)
    call.parameters["macSecCapable"] = asked
    call.parameters["encryptionMode"] = "should_encrypt" if asked else "no_encrypt"
    return LINES.operations()["CreateConnection"](call, store)


def _interface(call: Call, store: Store) -> Any:
    """Keep what is given one level down as the record itself."""
    given = call.parameters.pop("newPrivateVirtualInterface")
    call.parameters |= given
    return INTERFACES.operations()["CreatePrivateVirtualInterface"](call, store)


def _add_key(call: Call, store: Store) -> Any:
    line = _line(call, store)
    if not line["macSecCapable"]:
        raise RefusedCallError(_MISSING, f"{line['connectionId']} was ordered without MACsec.")
    given = call.parameters
    arn = given.get("secretARN") or (
        f"arn:aws:secretsmanager:{call.region}:{call.settings.account}:"
        f"secret:directconnect!{given['ckn'][:8]}"
    )
    line["macSecKeys"].append(
        {"secretARN": arn, "ckn": given.get("ckn", "in the secret"), "state": "associated"}
    )
    line["portEncryptionStatus"] = "Encryption Up"
    return answer(call, line)


def _drop_key(call: Call, store: Store) -> Any:
    line = _line(call, store)
    asked = call.parameters["secretARN"]
    line["macSecKeys"] = [key for key in line["macSecKeys"] if key["secretARN"] != asked]
    return answer(call, line)


def _delete_line(call: Call, store: Store) -> Any:
    asked = call.parameters["connectionId"]
    if any(one["connectionId"] == asked for one in store.records(call, INTERFACES.kind)):
        raise RefusedCallError(_MISSING, f"{asked} has virtual interfaces: delete those first.")
    return LINES.operations()["DeleteConnection"](call, store)


def _line(call: Call, store: Store) -> Record:
    line = LINES.found(call, store)
    if line is None:
        asked = call.parameters["connectionId"]
        raise RefusedCallError(_MISSING, f"There is no connection with the id {asked!r}.")
    return line


def _tags(call: Call, store: Store) -> Any:
    found = {arn: store.by_arn(call, arn) for arn in call.parameters["resourceArns"]}
    return {
        "resourceTags": [
            {"resourceArn": arn, "tags": record["tags"]} for arn, record in found.items() if record
        ]
    }


SERVICE = Service(
    "directconnect",
    LINES,
    INTERFACES,
    operations={
        "CreateConnection": _order,
        "CreatePrivateVirtualInterface": _interface,
        "AssociateMacSecKey": _add_key,
        "DisassociateMacSecKey": _drop_key,
        "DeleteConnection": _delete_line,
        "DescribeTags": _tags,
    },
)
