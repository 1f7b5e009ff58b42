"""The kinds by which elastic nodes are declared: what of Karpenter's API this estate uses.

They are smaller than the project's own definitions and know no defaults, so objects say all of
their fields. What the controller writes itself is let through as it is.
https://karpenter.sh/docs/concepts/
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

Schema = dict[str, Any]

CORE_GROUP: Final = "karpenter.sh"
CLOUD_GROUP: Final = "karpenter.k8s.aws"
VERSION: Final = "v1"

_TEXT: Final[Schema] = {"type": "string"}
_WHOLE: Final[Schema] = {"type": "integer", "minimum": 0}
_YES_NO: Final[Schema] = {"type": "boolean"}
_TEXTS: Final[Schema] = {"type": "object", "additionalProperties": _TEXT}
_QUANTITY: Final[Schema] = {
    "anyOf": [{"type": "integer"}, {"type": "string"}],
    "x-kubernetes-int-or-string": True,
}
_ANYTHING: Final[Schema] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def _one_of(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


def _fields(required: Sequence[str] = (), **properties: Schema) -> Schema:
    found: Schema = {"type": "object", "properties": properties}
    return {**found, "required": list(required)} if required else found


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


_TAINT: Final = _fields(
    ("key", "effect"),
    key=_TEXT,
    value=_TEXT,
    effect=_one_of("NoSchedule", "PreferNoSchedule", "NoExecute"),
)
_REQUIREMENT: Final = _fields(
    ("key", "operator"),
    key=_TEXT,
    operator=_one_of("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"),
    values=_list(_TEXT),
    minValues=_WHOLE,
)
_CLASS_REFERENCE: Final = _fields(("group", "kind", "name"), group=_TEXT, kind=_TEXT, name=_TEXT)

NODE_POOL: Final = _fields(
    ("template",),
    template=_fields(
        ("spec",),
        metadata=_fields(labels=_TEXTS, annotations=_TEXTS),
        spec=_fields(
            ("nodeClassRef", "requirements"),
            nodeClassRef=_CLASS_REFERENCE,
            requirements=_list(_REQUIREMENT),
            taints=_list(_TAINT),
            startupTaints=_list(_TAINT),
            expireAfter=_TEXT,
            terminationGracePeriod=_TEXT,
        ),
    ),
    disruption=_fields(
        ("consolidateAfter",),
        consolidateAfter=_TEXT,
        consolidationPolicy=_one_of("WhenEmpty", "WhenEmptyOrUnderutilized"),
        budgets=_list(
            _fields(("nodes",), nodes=_TEXT, schedule=_TEXT, duration=_TEXT, reasons=_list(_TEXT))
        ),
    ),
    limits={"type": "object", "additionalProperties": _QUANTITY},
    weight=_WHOLE,
    replicas=_WHOLE,
)

_DISK: Final = _fields(
    ("encrypted", "kmsKeyID"),
    volumeSize=_TEXT,
    volumeType=_TEXT,
    # Only encrypted, and under a key that was named.
    encrypted={"type": "boolean", "enum": [True]},
    kmsKeyID=_TEXT,
    deleteOnTermination=_YES_NO,
    iops=_WHOLE,
    throughput=_WHOLE,
)
_BY_ID: Final = _list(_fields(("id",), id=_TEXT))

NODE_CLASS: Final = _fields(
    (
        "amiSelectorTerms",
        "blockDeviceMappings",
        "instanceProfile",
        "metadataOptions",
        "securityGroupSelectorTerms",
        "subnetSelectorTerms",
    ),
    amiFamily=_one_of("Bottlerocket"),
    # Only the provider's own: others may publish an image under the same name.
    amiSelectorTerms=_list(_fields(("name", "owner"), name=_TEXT, owner=_one_of("amazon"))),
    instanceProfile=_TEXT,
    subnetSelectorTerms=_BY_ID,
    securityGroupSelectorTerms=_BY_ID,
    placementGroupSelector=_fields(name=_TEXT, id=_TEXT),
    networkInterfaces=_list(
        _fields(
            ("networkCardIndex", "deviceIndex", "interfaceType"),
            networkCardIndex=_WHOLE,
            deviceIndex=_WHOLE,
            interfaceType=_one_of("interface", "efa-only"),
        )
    ),
    associatePublicIPAddress={"type": "boolean", "enum": [False]},
    metadataOptions=_fields(
        ("httpTokens",),
        httpEndpoint=_TEXT,
        httpProtocolIPv6=_TEXT,
        httpPutResponseHopLimit=_WHOLE,
        httpTokens=_one_of("required"),
    ),
    blockDeviceMappings=_list(
        _fields(("deviceName", "ebs"), deviceName=_TEXT, rootVolume=_YES_NO, ebs=_DISK)
    ),
    detailedMonitoring=_YES_NO,
    userData=_TEXT,
    tags=_TEXTS,
    kubelet=_ANYTHING,
)

# The controller alone writes these, with fields that differ from one of its versions to the next.
NODE_CLAIM: Final = {**_ANYTHING, "properties": {"nodeClassRef": _CLASS_REFERENCE}}

KINDS: Final[Mapping[str, tuple[str, str, Schema]]] = {
    "nodepools": (CORE_GROUP, "NodePool", NODE_POOL),
    "nodeclaims": (CORE_GROUP, "NodeClaim", NODE_CLAIM),
    "ec2nodeclasses": (CLOUD_GROUP, "EC2NodeClass", NODE_CLASS),
}
"""Plural name to group, kind and schema of the spec."""


def definition(plural: str) -> Any:
    """The spec of the definition of one of these kinds."""
    group, kind, spec = KINDS[plural]
    return {
        "group": group,
        "scope": "Cluster",
        "names": {
            "kind": kind,
            "listKind": f"{kind}List",
            "plural": plural,
            "singular": kind.lower(),
            "categories": ["karpenter"],
        },
        "versions": [
            {
                "name": VERSION,
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": _fields(
                        ("spec",),
                        apiVersion=_TEXT,
                        kind=_TEXT,
                        metadata={"type": "object"},
                        spec=spec,
                        status=_ANYTHING,
                    )
                },
            }
        ],
    }
