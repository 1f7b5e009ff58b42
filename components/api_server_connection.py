"""A permitted conversation between pods and the cluster's own API server."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.connection import Peer, tcp


@dataclass(frozen=True, kw_only=True)
class ApiServerConnectionArgs:
    """Who may ask the API server, and where it really listens."""

    source: Peer
    """Pods that ask the API server."""
    addresses: Sequence[str]
    """Address blocks of the API server itself (CIDR), not of the Service in front of it:
    network policies see a packet after its destination has been translated."""
    port: int
    """TCP port on which the API server listens at those addresses."""


class ApiServerConnection(pulumi.ComponentResource):
    """Pods of the source may call the API server; RBAC still decides what they may ask."""

    egress_policy: pulumi.Output[str]

    def __init__(
        self, name: str, args: ApiServerConnectionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:components:ApiServerConnection", name, None, opts)
        if not args.addresses:
            raise ValueError(
                f"{name}: no address of the API server was given, and Kubernetes reads an empty "
                "list of targets as every target: give its address blocks in `addresses`"
            )
        egress = NetworkPolicy(
            f"{name}-egress",
            metadata={"name": f"{name}-egress", "namespace": args.source.namespace},
            spec={
                "pod_selector": {"match_labels": dict(args.source.labels)},
                "policy_types": ["Egress"],
                "egress": [
                    {
                        "to": [{"ip_block": {"cidr": block}} for block in args.addresses],
                        "ports": tcp([args.port]),
                    }
                ],
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.egress_policy = egress.metadata.apply(lambda metadata: str(metadata.name))
        self.register_outputs({"egress_policy": self.egress_policy})
