"""Every customer key rotates, is of this region alone, and its material was made by AWS."""

from collections.abc import Iterator
from typing import Any

from sandbox.rehearsal.live import Found, Live


def verify(live: Live) -> Found:
    """Ask KMS about every key of the account that a customer manages and that is in use."""
    kms = live.cloud.client("kms")
    pages = kms.get_paginator("list_keys").paginate()
    found = [
        kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        for page in pages
        for key in page["Keys"]
    ]
    own = [key for key in found if key["KeyManager"] == "CUSTOMER" and key["KeyState"] == "Enabled"]
    return Found(len(own), [fault for key in own for fault in _faults(kms, key)])


def _faults(kms: Any, key: Any) -> Iterator[str]:
    name = f"key {key['KeyId']} ({key.get('Description', '')})"
    symmetric = key["KeySpec"] == "SYMMETRIC_DEFAULT"
    if symmetric and not kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]:
        yield f"{name} does not rotate"
    if key.get("MultiRegion"):
        yield f"{name} can be copied to other regions"
    if key["Origin"] != "AWS_KMS":
        yield f"{name} has foreign material: {key['Origin']}"
