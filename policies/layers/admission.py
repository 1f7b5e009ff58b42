"""What the API server refuses, whoever asks: validating admission policies from the boundary.

The plan is judged before; these hold for what comes another way, by `kubectl`, by a controller or
by a pod that got hold of rights. A policy that cannot be evaluated refuses.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from policies.boundary import Boundary
from policies.layers import pod_admission
from policies.layers.expressions import address_inside, blocks, inside, listed
from policies.layers.language import Document

GROUP: Final = "admissionregistration.k8s.io/v1"
NAME_LABEL: Final = "kubernetes.io/metadata.name"
POD_SECURITY: Final = "pod-security.kubernetes.io/enforce"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A kind of object that a policy judges."""

    group: str
    resources: tuple[str, ...]
    operations: tuple[str, ...] = ("CREATE", "UPDATE")


_PODS: Final = Judged(group="", resources=("pods", "pods/ephemeralcontainers"))
# A pod that ends is updated too, by when its namespace may have lost its walls.
_NEW_PODS: Final = Judged(group="", resources=("pods",), operations=("CREATE",))


def policies(boundary: Boundary) -> Iterator[tuple[str, list[Document]]]:
    """Yields each policy by its name, with the binding that puts it in force."""
    for name, judged, spec in (
        ("images", _PODS, pod_admission.images(boundary)),
        ("node-reach", _PODS, pod_admission.node_reach(boundary)),
        ("walls", _NEW_PODS, pod_admission.walls()),
        ("namespaces", Judged(group="", resources=("namespaces",)), _namespaces(boundary)),
        ("services", Judged(group="", resources=("services",)), _services()),
        ("endpoints", Judged(group="", resources=("endpoints",)), _endpoints()),
        (
            "endpoint-slices",
            Judged(group="discovery.k8s.io", resources=("endpointslices",)),
            _slices(),
        ),
        (
            "network-policies",
            Judged(group="networking.k8s.io", resources=("networkpolicies",)),
            _network_policies(),
        ),
        (
            "storage-classes",
            Judged(group="storage.k8s.io", resources=("storageclasses",)),
            _storage_classes(boundary),
        ),
        (
            "volume-claims",
            Judged(group="", resources=("persistentvolumeclaims",), operations=("CREATE",)),
            _volume_claims(boundary),
        ),
        ("nodes", Judged(group="", resources=("nodes",)), _nodes(boundary)),
    ):
        yield name, _policy(name, judged, spec, boundary)


def _policy(name: str, judged: Judged, spec: dict[str, Any], boundary: Boundary) -> list[Document]:
    full = f"mizan-{name}"
    parameters = spec.pop("paramRef", None)
    binding: Document = {"policyName": full, "validationActions": ["Deny"]}
    if parameters is not None:
        binding["paramRef"] = parameters
    exempt = sorted(entry.name for entry in boundary.system_namespaces)
    binding["matchResources"] = {
        "namespaceSelector": {
            "matchExpressions": [{"key": NAME_LABEL, "operator": "NotIn", "values": exempt}]
        }
    }
    return [
        {
            "apiVersion": GROUP,
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": full},
            "spec": {
                "failurePolicy": "Fail",
                "matchConstraints": {
                    "resourceRules": [
                        {
                            "apiGroups": [judged.group],
                            "apiVersions": ["*"],
                            "operations": list(judged.operations),
                            "resources": list(judged.resources),
                        }
                    ]
                },
                **spec,
            },
        },
        {
            "apiVersion": GROUP,
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": full},
            "spec": binding,
        },
    ]


def _demand(expression: str, message: str) -> dict[str, str]:
    return {"expression": expression, "message": message}


_BLOCKS: Final = [{"name": "blocks", "expression": blocks()}]


def _namespaces(boundary: Boundary) -> dict[str, Any]:
    agents = listed(sorted(boundary.agent_namespaces))
    restricted = (
        f'has(object.metadata.labels) && "{POD_SECURITY}" in object.metadata.labels && '
        f'object.metadata.labels["{POD_SECURITY}"] == "restricted"'
    )
    return {
        "validations": [
            _demand(
                f"object.metadata.name in {agents} || ({restricted})",
                f"a namespace is labelled {POD_SECURITY}: restricted (only {agents} are not)",
            )
        ]
    }


def _services() -> dict[str, Any]:
    scheme = "service.beta.kubernetes.io/aws-load-balancer-scheme"
    return {
        "validations": [
            _demand(
                'object.spec.type != "ExternalName"',
                "a Service of the type ExternalName leads out of the cluster under a name inside",
            ),
            _demand(
                "!has(object.spec.externalIPs) || size(object.spec.externalIPs) == 0",
                "a Service takes no external addresses: whoever names one gets what is sent there",
            ),
            _demand(
                'object.spec.type != "LoadBalancer" || (has(object.metadata.annotations) && '
                f'"{scheme}" in object.metadata.annotations && '
                f'object.metadata.annotations["{scheme}"] == "internal")',
                f"a load balancer is internal: {scheme}: internal",
            ),
        ]
    }


def _endpoints() -> dict[str, Any]:
    demand = address_inside("address.ip")
    return {
        "variables": _BLOCKS,
        "validations": [
            _demand(
                "!has(object.subsets) || object.subsets.all(subset, !has(subset.addresses) || "
                f"subset.addresses.all(address, {demand}))",
                "a Service leads to private addresses only",
            )
        ],
    }


def _slices() -> dict[str, Any]:
    demand = address_inside("address")
    return {
        "variables": _BLOCKS,
        "validations": [
            _demand(
                'object.addressType != "FQDN"', "a Service leads to addresses, not to outside names"
            ),
            _demand(
                'object.addressType == "FQDN" || !has(object.endpoints) || '
                f"object.endpoints.all(one, one.addresses.all(address, {demand}))",
                "a Service leads to private addresses only",
            ),
        ],
    }


def _network_policies() -> dict[str, Any]:
    def bounded(direction: str, peers: str) -> str:
        return (
            f"!has(object.spec.{direction}) || object.spec.{direction}.all(rule, "
            f"has(rule.{peers}) && size(rule.{peers}) > 0 && rule.{peers}.all(peer, "
            f"!has(peer.ipBlock) || {inside('peer.ipBlock.cidr')}))"
        )

    return {
        "variables": _BLOCKS,
        "validations": [
            _demand(
                bounded("egress", "to"),
                "a NetworkPolicy lets pods reach named peers and private addresses only, never all",
            ),
            _demand(
                bounded("ingress", "from"),
                "a NetworkPolicy lets named peers and private addresses in only, never all",
            ),
        ],
    }


def _storage_classes(boundary: Boundary) -> dict[str, Any]:
    allowed = listed(sorted(boundary.provisioner_names))
    return {
        "validations": [
            _demand(
                f"object.provisioner in {allowed} && has(object.parameters) && "
                '"encrypted" in object.parameters && object.parameters["encrypted"] == "true"',
                f"a storage class encrypts: a provisioner of {allowed}, with the parameter "
                'encrypted: "true"',
            )
        ]
    }


def _volume_claims(boundary: Boundary) -> dict[str, Any]:
    allowed = listed(sorted(boundary.storage_class_names))
    return {
        "validations": [
            _demand(
                f"has(object.spec.storageClassName) && object.spec.storageClassName in {allowed}",
                f"a volume is of an encrypted class: {allowed}",
            )
        ]
    }


def _nodes(boundary: Boundary) -> dict[str, Any]:
    label = "topology.kubernetes.io/region"
    allowed = listed(sorted(boundary.region_names))
    return {
        "validations": [
            _demand(
                f'!has(object.metadata.labels) || !("{label}" in object.metadata.labels) || '
                f'object.metadata.labels["{label}"] in {allowed}',
                f"a node that tells its region stands in one of {allowed}",
            )
        ]
    }
