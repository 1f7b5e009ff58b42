"""Addresses and names inside the cluster's own network namespace; nothing outside sees them."""

from dataclasses import dataclass
from ipaddress import IPv4Network

NODE = "node1"
NODE_BRIDGE = "mizan0"
POD_CIDR = "10.244.0.0/24"
CLUSTER_CIDR = "10.244.0.0/16"
CLUSTER_DOMAIN = "cluster.local"
API_SERVICE, DNS_SERVICE = 1, 10
"""Places of the two fixed Services in the range of Services."""


@dataclass(frozen=True)
class Addresses:
    """Where the node and its API server are, and what Services get.

    Attributes:
        node_ip: Address of the node.
        api_port: Port of the API server on it.
        service_cidr: Range of the addresses of Services.
    """

    node_ip: str = "10.255.255.1"
    api_port: int = 6443
    service_cidr: str = "10.96.0.0/16"

    @property
    def server(self) -> str:
        """URL of the API server."""
        return f"https://{self.node_ip}:{self.api_port}"

    @property
    def api_service_ip(self) -> str:
        """Address of the API server's Service."""
        return str(IPv4Network(self.service_cidr)[API_SERVICE])

    @property
    def dns_service_ip(self) -> str:
        """Address of the Service that resolves names."""
        return str(IPv4Network(self.service_cidr)[DNS_SERVICE])


ON_PREMISES = Addresses()
"""Those of an embedded cluster that plays a cluster on premises."""
