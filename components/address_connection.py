"""A permitted conversation between pods and addresses that no pod has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.connection import Peer, tcp


@dataclass(frozen=True, kw_only=True)
class AddressConnectionArgs:
    """Who opens the connection, and to which addresses."""

    source: Peer
    """Pods that open the connection."""
    blocks: Sequence[pulumi.Input[str]] | pulumi.Output[Sequence[str]]
    """Address blocks (CIDR); never all addresses."""
    port: int
    """TCP port at those addresses."""


class AddressConnection(pulumi.ComponentResource):
    """Pods of the source may open TCP connections to the addresses, and to no others."""

    egress_policy: pulumi.Output[str]

    def __init__(
        self, name: str, args: AddressConnectionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Open the way.

        Raises:
            ValueError: if no address is given.
        """
        super().__init__("mizan:components:AddressConnection", name, None, opts)
        blocks: pulumi.Output[Any]
        if isinstance(args.blocks, pulumi.Output):
            blocks = args.blocks
        else:
            _named(name, args.blocks)
            blocks = pulumi.Output.all(*args.blocks)
        targets: Any = blocks.apply(lambda known: _named(name, known))
        egress = NetworkPolicy(
            f"{name}-egress",
            metadata={"name": f"{name}-egress", "namespace": args.source.namespace},
            spec={
                "pod_selector": {"match_labels": dict(args.source.labels)},
                "policy_types": ["Egress"],
                "egress": [{"to": targets, "ports": tcp([args.port])}],
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.egress_policy = egress.metadata.apply(lambda metadata: str(metadata.name))
        self.register_outputs({"egress_policy": self.egress_policy})


def _named(name: str, blocks: Sequence[Any]) -> list[dict[str, Any]]:
    """The blocks as a policy lists them.

    Raises:
        ValueError: if there are none, since Kubernetes reads an empty list as every address.
    """
    if not blocks:
        raise ValueError(
            f"{name}: no address was given, and Kubernetes reads an empty list of targets as "
            "every target: give address blocks in `blocks`"
        )
    return [{"ipBlock": {"cidr": block}} for block in blocks]
