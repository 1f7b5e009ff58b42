"""What a pod must be before the API server admits it."""

from typing import Any, Final

from policies.boundary import Boundary
from policies.layers.expressions import every_container, image, listed

WALL: Final = "default-deny"
"""Name of the NetworkPolicy that each namespace with pods has."""


def images(boundary: Boundary) -> dict[str, Any]:
    """Images of allowed registries, by digest, wherever a pod names one."""
    named = every_container("has(c.image) && c.image.matches(variables.image)")
    mounted = (
        "!has(object.spec.volumes) || object.spec.volumes.all(v, !has(v.image) || "
        "(has(v.image.reference) && v.image.reference.matches(variables.image)))"
    )
    message = "images come from registries inside the boundary, by digest: " + ", ".join(
        boundary.registry_hosts
    )
    return {
        "variables": [{"name": "image", "expression": _quoted(image(boundary))}],
        "validations": [
            {"expression": named, "message": message},
            {"expression": mounted, "message": message},
        ],
    }


def node_reach(boundary: Boundary) -> dict[str, Any]:
    """Nothing of the node, but for what the boundary lists of its agents."""
    agents = " || ".join(
        f"({_is_agent(agent.namespace, agent.name)} && v.hostPath.path in "
        f"{listed(sorted(agent.host_paths))})"
        for agent in boundary.node_agents
    )
    networked = " || ".join(
        f"({_is_agent(agent.namespace, agent.name)})"
        for agent in boundary.node_agents
        if agent.host_network
    )
    spec = "object.spec"
    return {
        "validations": [
            {
                "expression": f"!has({spec}.volumes) || {spec}.volumes.all(v, !has(v.hostPath)"
                + (f" || {agents})" if agents else ")"),
                "message": "a pod mounts no path of its node; a listed agent only its own",
            },
            {
                "expression": f"!has({spec}.hostNetwork) || !{spec}.hostNetwork"
                + (f" || {networked}" if networked else ""),
                "message": "a pod does not use the network of its node",
            },
            {
                "expression": f"(!has({spec}.hostPID) || !{spec}.hostPID) && "
                f"(!has({spec}.hostIPC) || !{spec}.hostIPC)",
                "message": "a pod does not see the processes of its node",
            },
            {
                "expression": every_container(
                    "!has(c.securityContext) || !has(c.securityContext.privileged) || "
                    "!c.securityContext.privileged"
                ),
                "message": "a container is not privileged",
            },
            {
                "expression": every_container(
                    "!has(c.ports) || c.ports.all(p, !has(p.hostPort) || p.hostPort == 0)"
                ),
                "message": "a container takes no port of its node",
            },
        ]
    }


def walls() -> dict[str, Any]:
    """Pods only where a NetworkPolicy denies all: it is the parameter of the policy."""
    return {
        "paramKind": {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"},
        "paramRef": {"name": WALL, "parameterNotFoundAction": "Deny"},
        "validations": [
            {
                "expression": "(!has(params.spec.podSelector.matchLabels) || "
                "size(params.spec.podSelector.matchLabels) == 0) && "
                "(!has(params.spec.podSelector.matchExpressions) || "
                "size(params.spec.podSelector.matchExpressions) == 0) && "
                '["Ingress", "Egress"].all(kind, kind in params.spec.policyTypes) && '
                "(!has(params.spec.ingress) || size(params.spec.ingress) == 0) && "
                "(!has(params.spec.egress) || size(params.spec.egress) == 0)",
                "message": f"pods run where the NetworkPolicy {WALL} denies all, both ways",
            }
        ],
    }


def _is_agent(namespace: str, name: str) -> str:
    """Whether a pod is one of a listed DaemonSet."""
    return (
        f'object.metadata.namespace == "{namespace}" && has(object.metadata.ownerReferences) && '
        f'object.metadata.ownerReferences.exists(o, o.kind == "DaemonSet" && o.name == "{name}")'
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
