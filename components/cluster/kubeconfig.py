"""How a client reaches a cluster: a kubeconfig without a secret, and the addresses it may use."""

import ipaddress
import json
from collections.abc import Sequence

PRIVATE = tuple(
    ipaddress.IPv4Network(block)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)


def kubeconfig(*, name: str, endpoint: str, certificate_authority: str, region: str) -> str:
    """A kubeconfig that asks AWS for a token each time, so that it holds none.

    Args:
        name: Name of the cluster.
        endpoint: URL of its API server.
        certificate_authority: Its certificate, as base64.
        region: Region of the cluster.
    """
    token = ["eks", "get-token", "--cluster-name", name, "--region", region, "--output", "json"]
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": name,
                "cluster": {
                    "server": endpoint,
                    "certificate-authority-data": certificate_authority,
                },
            }
        ],
        "users": [
            {
                "name": name,
                "user": {
                    "exec": {
                        "apiVersion": "client.authentication.k8s.io/v1",
                        "command": "aws",
                        "args": token,
                        "interactiveMode": "Never",
                        "provideClusterInfo": False,
                    }
                },
            }
        ],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
    return json.dumps(document, sort_keys=True)


def private_blocks(cluster: str, blocks: Sequence[str]) -> list[str]:
    """The address blocks, if nobody outside private networks is in one of them.

    Args:
        cluster: Name of the cluster, for messages.
        blocks: Address blocks (CIDR).

    Raises:
        ValueError: if a block is not written as one, or reaches beyond private networks.
    """
    for block in blocks:
        try:
            network = ipaddress.IPv4Network(block)
        except ValueError as error:
            raise ValueError(
                f"cluster {cluster}: {block} is no IPv4 address block ({error}): write it as "
                "10.0.0.0/16"
            ) from error
        if not any(network.subnet_of(private) for private in PRIVATE):
            raise ValueError(
                f"cluster {cluster}: clients from {block} would come from outside; allowed are "
                f"blocks inside {', '.join(map(str, PRIVATE))}"
            )
    return list(blocks)
