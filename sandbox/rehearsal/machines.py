"""What a machine of each instance type gives to pods, by the cloud's own facts."""

from dataclasses import dataclass
from typing import Any, Final

GPU: Final = "nvidia.com/gpu"
FABRIC: Final = "vpc.amazonaws.com/efa"
ARCHITECTURES: Final = {"x86_64": "amd64", "arm64": "arm64"}
PODS_OF_SMALL_NODES: Final = 110
PODS_OF_LARGE_NODES: Final = 250
LARGE_FROM_CPUS: Final = 31
EVICTION_MIB: Final = 100
# Shares of the first, the second, the next two and all further CPUs that the node keeps.
KEPT_OF_CPUS: Final = ((1, 0.06), (1, 0.01), (2, 0.005), (1 << 20, 0.0025))


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One instance type.

    Attributes:
        instance_type: Its name (`m7i.xlarge`).
        cpus: Virtual CPUs.
        memory_mib: Memory.
        architecture: As Kubernetes names it (`amd64`).
        pods: Most pods at a time.
        devices: What else pods can ask for, with the count.
    """

    instance_type: str
    cpus: int
    memory_mib: int
    architecture: str
    pods: int
    devices: dict[str, int]

    def capacity(self) -> dict[str, str]:
        """All that the node has, in Kubernetes quantities."""
        return {
            "cpu": str(self.cpus),
            "memory": f"{self.memory_mib}Mi",
            "pods": str(self.pods),
            "ephemeral-storage": "100Gi",
            **{name: str(count) for name, count in self.devices.items()},
        }

    def allocatable(self) -> dict[str, str]:
        """What is left for pods, by the reserves that EKS nodes keep for themselves.

        https://github.com/awslabs/amazon-eks-ami states the shares.
        """
        kept_cpu, left = 0.0, self.cpus
        for count, share in KEPT_OF_CPUS:
            taken = min(left, count)
            kept_cpu += taken * share
            left -= taken
        kept_mib = 255 + 11 * self.pods + EVICTION_MIB
        return {
            **self.capacity(),
            "cpu": f"{self.cpus * 1000 - round(kept_cpu * 1000)}m",
            "memory": f"{self.memory_mib - kept_mib}Mi",
        }


def machine(facts: dict[str, Any]) -> Machine:
    """A machine by an entry of `ec2 describe-instance-types`."""
    cpus = facts["VCpuInfo"]["DefaultVCpus"]
    network = facts["NetworkInfo"]
    addresses = network["MaximumNetworkInterfaces"] * (network["Ipv4AddressesPerInterface"] - 1) + 2
    most = PODS_OF_LARGE_NODES if cpus >= LARGE_FROM_CPUS else PODS_OF_SMALL_NODES
    gpus = [
        gpu for gpu in facts.get("GpuInfo", {}).get("Gpus", ()) if gpu["Manufacturer"] == "NVIDIA"
    ]
    devices = {
        GPU: sum(gpu["Count"] for gpu in gpus),
        FABRIC: network.get("EfaInfo", {}).get("MaximumEfaInterfaces", 0),
    }
    return Machine(
        instance_type=facts["InstanceType"],
        cpus=cpus,
        memory_mib=facts["MemoryInfo"]["SizeInMiB"],
        architecture=ARCHITECTURES[facts["ProcessorInfo"]["SupportedArchitectures"][-1]],
        pods=min(addresses, most),
        devices={name: count for name, count in devices.items() if count},
    )
