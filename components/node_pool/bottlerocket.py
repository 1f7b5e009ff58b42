"""The operating system of every node: its images, its disks, its settings, its interfaces.

Bottlerocket, because it has no shell, no package manager and no SSH, checks its read-only root at
boot, enforces SELinux, and carries the NVIDIA device plugin as a service of its own: nodes need
neither a bastion nor a privileged pod that hands out devices.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from components.node_pool.machine import Architecture, Pool

AMI_TYPES: Final[Mapping[tuple[Architecture, bool], str]] = {
    ("x86_64", False): "BOTTLEROCKET_x86_64",
    ("x86_64", True): "BOTTLEROCKET_x86_64_NVIDIA",
    ("arm64", False): "BOTTLEROCKET_ARM_64",
    ("arm64", True): "BOTTLEROCKET_ARM_64_NVIDIA",
}
MACHINES: Final[Mapping[Architecture, str]] = {"x86_64": "x86_64", "arm64": "aarch64"}
"""How the names of images spell a processor."""
SYSTEM_DISK: Final = "/dev/xvda"
DATA_DISK: Final = "/dev/xvdb"
SYSTEM_DISK_GIB: Final = 4
PUBLISHER: Final = "amazon"
"""Who publishes the images; anybody may give one the same name."""
METADATA_HOPS: Final = 1
"""A pod in its own network namespace is one hop further away, so it cannot reach the metadata."""


def ami_type(pool: Pool) -> str:
    """The image of the pool's nodes, as EKS names its kinds."""
    return AMI_TYPES[pool.machine.architecture, pool.machine.accelerator is not None]


def image_name(pool: Pool, kubernetes_version: str, release: str) -> str:
    """The image of the pool's nodes as EC2 lists it, up to the build, of which there is one.

    Args:
        pool: The pool.
        kubernetes_version: Version of the cluster (`1.34`).
        release: Release of Bottlerocket (`1.54.0`).
    """
    drivers = "nvidia-" if pool.machine.accelerator else ""
    processor = MACHINES[pool.machine.architecture]
    return f"bottlerocket-aws-k8s-{kubernetes_version}-{drivers}{processor}-v{release}-*"


def user_data(pool: Pool, dns_address: str) -> str:
    """What is set on a node besides what EKS or Karpenter set, as TOML.

    Args:
        pool: The pool.
        dns_address: Address of the cluster's DNS; else every node asks EKS for it.
    """
    dns = f'[settings.kubernetes]\ncluster-dns-ip = "{dns_address}"\n'
    return dns + pool.sharing.settings(pool.machine.accelerator)


def disks(volume_gib: int) -> dict[str, int]:
    """Device name to size in GiB: the system's own disk, and the one for images and pods."""
    return {SYSTEM_DISK: SYSTEM_DISK_GIB, DATA_DISK: volume_gib}


@dataclass(frozen=True, kw_only=True)
class Interface:
    """One network interface of a node."""

    card: int
    device: int
    kind: Literal["interface", "efa-only"]


def interfaces(pool: Pool) -> list[Interface]:
    """The interfaces of a node that trains over EFA; empty for all others, which get one.

    The first takes all IP traffic, the others carry the fabric alone, one on each network card.
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
    """
    if not pool.fabric:
        return []
    return [
        Interface(card=0, device=0, kind="interface"),
        Interface(card=0, device=1, kind="efa-only"),
        *(
            Interface(card=card, device=0, kind="efa-only")
            for card in range(1, pool.machine.fabric_interfaces)
        ),
    ]
