"""A permitted conversation between addresses that no pod has and pods."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.connection import Peer, tcp


@dataclass(frozen=True, kw_only=True)
class AddressAdmissionArgs:
    """From which addresses the connection is opened, and who answers."""

    blocks: Sequence[str]
    """Address blocks (CIDR) of who opens it; never all addresses."""
    target: Peer
    """Pods that answer."""
    ports: Sequence[int]
    """TCP ports of the target's pods (not of its Service)."""


class AddressAdmission(pulumi.ComponentResource):
    """The addresses may open TCP connections to pods of the target, and no others gain."""

    ingress_policy: pulumi.Output[str]

    def __init__(
        self, name: str, args: AddressAdmissionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Open the way.

        Raises:
            ValueError: if no address or no port is given.
        """
        super().__init__("mizan:components:AddressAdmission", name, None, opts)
        if not args.blocks:
            raise ValueError(
                f"{name}: no address was given, and Kubernetes reads an empty list of sources as "
                "every source: give address blocks in `blocks`"
            )
        ingress = NetworkPolicy(
            f"{name}-ingress",
            metadata={"name": f"{name}-ingress", "namespace": args.target.namespace},
            spec={
                "pod_selector": {"match_labels": dict(args.target.labels)},
                "policy_types": ["Ingress"],
                "ingress": [
                    {
                        "from_": [{"ip_block": {"cidr": block}} for block in args.blocks],
                        "ports": tcp(args.ports),
                    }
                ],
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.ingress_policy = ingress.metadata.apply(lambda metadata: str(metadata.name))
        self.register_outputs({"ingress_policy": self.ingress_policy})
