"""A permitted conversation between two sets of pods, declared once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.networking.v1 import (
    NetworkPolicy,
    NetworkPolicyPeerArgsDict,
    NetworkPolicyPortArgsDict,
)

NAME_LABEL = "kubernetes.io/metadata.name"


@dataclass(frozen=True, kw_only=True)
class Peer:
    """One end of a connection: the pods with these labels in this namespace."""

    namespace: str
    """Namespace of the pods."""
    labels: Mapping[str, str]
    """Labels that all of these pods carry; empty means every pod of the namespace."""

    def selector(self) -> NetworkPolicyPeerArgsDict:
        """The peer as the other side's policy names it."""
        return {
            "namespace_selector": {"match_labels": {NAME_LABEL: self.namespace}},
            "pod_selector": {"match_labels": dict(self.labels)},
        }


@dataclass(frozen=True, kw_only=True)
class ConnectionArgs:
    """Who opens the connection, who answers, and where."""

    source: Peer
    """Pods that open the connection."""
    target: Peer
    """Pods that answer."""
    ports: Sequence[int]
    """TCP ports of the target's pods (not of its Service)."""


def tcp(ports: Sequence[int]) -> list[NetworkPolicyPortArgsDict]:
    """The ports as a policy spells them.

    Raises:
        ValueError: if no port is named, since a rule without ports opens all of them.
    """
    if not ports:
        raise ValueError(
            "a connection names no port, and Kubernetes reads that as every port: "
            "name the TCP ports of the target's pods in `ports`"
        )
    return [{"protocol": "TCP", "port": port} for port in ports]


class Connection(pulumi.ComponentResource):
    """Pods of the source may open TCP connections to pods of the target, and nobody else gains.

    Egress is opened at the source and ingress at the target, because both namespaces deny
    both directions by default and one rule alone would open nothing.
    """

    egress_policy: pulumi.Output[str]
    ingress_policy: pulumi.Output[str]

    def __init__(
        self, name: str, args: ConnectionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:components:Connection", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        ports = tcp(args.ports)
        egress = NetworkPolicy(
            f"{name}-egress",
            metadata={"name": f"{name}-egress", "namespace": args.source.namespace},
            spec={
                "pod_selector": {"match_labels": dict(args.source.labels)},
                "policy_types": ["Egress"],
                "egress": [{"to": [args.target.selector()], "ports": ports}],
            },
            opts=child,
        )
        ingress = NetworkPolicy(
            f"{name}-ingress",
            metadata={"name": f"{name}-ingress", "namespace": args.target.namespace},
            spec={
                "pod_selector": {"match_labels": dict(args.target.labels)},
                "policy_types": ["Ingress"],
                "ingress": [{"from_": [args.source.selector()], "ports": ports}],
            },
            opts=child,
        )
        self.egress_policy = egress.metadata.apply(lambda metadata: str(metadata.name))
        self.ingress_policy = ingress.metadata.apply(lambda metadata: str(metadata.name))
        self.register_outputs(
            {"egress_policy": self.egress_policy, "ingress_policy": self.ingress_policy}
        )
