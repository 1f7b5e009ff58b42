"""EC2's settings of an account in a region."""

from collections.abc import Callable
from typing import Any

from sandbox.aws.cloud.call import Call
from sandbox.aws.cloud.keeping import Record, Service, Store

_METADATA = ("HttpEndpoint", "HttpPutResponseHopLimit", "HttpTokens", "InstanceMetadataTags")
_NO_PREFERENCE = ("no-preference", -1)
_INITIAL = {
    "KmsKeyId": "alias/aws/ebs",
    "State": "unblocked",
    "ImageBlockPublicAccessState": "unblocked",
    "SerialConsoleAccessEnabled": False,
}


def _settings(call: Call, store: Store) -> Record:
    kept = store.records(call, "account default")
    if not kept:
        kept.append({"__key": "settings", "AccountLevel": {}, **_INITIAL})
    return kept[0]


def _getting(field: str) -> Callable[[Call, Store], Any]:
    return lambda call, store: {field: _settings(call, store)[field]}


def _putting(field: str, value: Any = None) -> Callable[[Call, Store], Any]:
    """Return an operation that sets a field, to a parameter of that name by default."""

    def put(call: Call, store: Store) -> Any:
        _settings(call, store)[field] = call.parameters[field] if value is None else value
        return {field: _settings(call, store)[field]}

    return put


def _put_metadata(call: Call, store: Store) -> Any:
    level = _settings(call, store)["AccountLevel"]
    for name in _METADATA:
        if name not in call.parameters:
            continue
        level.pop(name, None)
        if call.parameters[name] not in _NO_PREFERENCE:
            level[name] = call.parameters[name]
    return {"Return": True}


SERVICE = Service(
    "ec2",
    operations={
        "DisableImageBlockPublicAccess": _putting("ImageBlockPublicAccessState", "unblocked"),
        "DisableSerialConsoleAccess": _putting("SerialConsoleAccessEnabled", value=False),
        "DisableSnapshotBlockPublicAccess": _putting("State", "unblocked"),
        "EnableImageBlockPublicAccess": _putting("ImageBlockPublicAccessState"),
        "EnableSerialConsoleAccess": _putting("SerialConsoleAccessEnabled", value=True),
        "EnableSnapshotBlockPublicAccess": _putting("State"),
        "GetEbsDefaultKmsKeyId": _getting("KmsKeyId"),
        "GetImageBlockPublicAccessState": _getting("ImageBlockPublicAccessState"),
        "GetInstanceMetadataDefaults": _getting("AccountLevel"),
        "GetSerialConsoleAccessStatus": _getting("SerialConsoleAccessEnabled"),
        "GetSnapshotBlockPublicAccessState": _getting("State"),
        "ModifyEbsDefaultKmsKeyId": _putting("KmsKeyId"),
        "ModifyInstanceMetadataDefaults": _put_metadata,
        "ResetEbsDefaultKmsKeyId": _putting("KmsKeyId", "alias/aws/ebs"),
    },
)
