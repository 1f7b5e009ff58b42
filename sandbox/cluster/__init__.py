"""A real single-node Kubernetes in network, mount and pid namespaces of its own.

Everything that it makes on the machine goes when its inner pid 1 does: processes, mounts,
interfaces, packet-filter rules and sets. It is reached from the host by loopback ports only.
"""

from sandbox.cluster.launch import Cluster, start, stop

__all__ = ["Cluster", "start", "stop"]
