"""The kinds that the AWS Load Balancer Controller reads: what of its API this estate uses.

They are smaller than the project's own definitions and know no defaults, so objects say all of
their fields.
https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/
"""

from collections.abc import Mapping
from typing import Any, Final

Schema = dict[str, Any]

GROUP: Final = "elbv2.k8s.aws"
VERSION: Final = "v1beta1"

_TEXT: Final[Schema] = {"type": "string"}

BINDING: Final[Schema] = {
    "type": "object",
    "required": [
        "ipAddressType",
        "serviceRef",
        "targetGroupARN",
        "targetGroupProtocol",
        "targetType",
        "vpcID",
    ],
    "properties": {
        "ipAddressType": {"type": "string", "enum": ["ipv4"]},
        "serviceRef": {
            "type": "object",
            "required": ["name", "port"],
            "properties": {"name": _TEXT, "port": {"type": "integer", "minimum": 1}},
        },
        "targetGroupARN": _TEXT,
        # Nothing that travels in plain text.
        "targetGroupProtocol": {"type": "string", "enum": ["HTTPS", "TLS"]},
        "targetType": {"type": "string", "enum": ["ip"]},
        "vpcID": _TEXT,
    },
}
"""It has no `networking`: security groups are declared, not opened by a controller."""

# The controller watches this kind and does not start without it; nobody makes one.
CLASS_PARAMETERS: Final[Schema] = {"type": "object", "properties": {}}

KINDS: Final[Mapping[str, tuple[str, str, Schema]]] = {
    "targetgroupbindings": ("TargetGroupBinding", "Namespaced", BINDING),
    "ingressclassparams": ("IngressClassParams", "Cluster", CLASS_PARAMETERS),
}
"""Plural name to kind, scope and schema of the spec."""


def definition(plural: str) -> Any:
    """The spec of the definition of one of these kinds."""
    kind, scope, spec = KINDS[plural]
    return {
        "group": GROUP,
        "scope": scope,
        "names": {
            "kind": kind,
            "listKind": f"{kind}List",
            "plural": plural,
            "singular": kind.lower(),
        },
        "versions": [
            {
                "name": VERSION,
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "required": ["spec"],
                        "properties": {
                            "apiVersion": _TEXT,
                            "kind": _TEXT,
                            "metadata": {"type": "object"},
                            "spec": spec,
                            # The controller alone writes it.
                            "status": {
                                "type": "object",
                                "x-kubernetes-preserve-unknown-fields": True,
                            },
                        },
                    }
                },
            }
        ],
    }
