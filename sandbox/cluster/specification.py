"""What one embedded cluster is, as the outer and the inner processes both read it."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sandbox.cluster.address import ON_PREMISES, Addresses
from sandbox.files import replace


@dataclass(frozen=True)
class Limits:
    """What a cluster may take of the machine, everything in it together.

    Attributes:
        cpus: Processors' worth of time.
        memory_gib: Memory.
    """

    cpus: int
    memory_gib: int


@dataclass(frozen=True)
class Provider:
    """The cloud around a node that plays a managed cluster's.

    Attributes:
        port: Loopback port of its API on the host.
        account: Number of the account.
        region: Its region.
    """

    port: int
    account: str
    region: str


@dataclass(frozen=True)
class Specification:
    """Facts of one embedded cluster, handed to its processes as a file.

    Attributes:
        environment: Name of the environment that the cluster plays.
        node: Folder of the cluster's state.
        tools: Folder of the compiled Kubernetes programs.
        python: Interpreter that runs the sandbox's own processes.
        api_port: Loopback port of the API server on the host.
        exposed: Loopback port on the host -> `namespace/service:port` in the cluster.
        registry_host: Name and port of the environment's own registry.
        registry_address: Address of that registry's Service.
        outward: `address:port` in the cluster's network -> loopback port on the host that it leads
            to, as a private link leads to another site.
        volume_gib: Size limit of the encrypted file system, in GiB; the file is sparse.
        addresses: Where its parts are in its own network.
        limits: What it may take; None for no limit.
        provider: The cloud around it; None on premises.
    """

    environment: str
    node: str
    tools: str
    python: str
    api_port: int
    exposed: dict[int, str] = field(default_factory=dict)
    registry_host: str = ""
    registry_address: str = ""
    outward: dict[str, int] = field(default_factory=dict)
    volume_gib: int = 40
    addresses: Addresses = ON_PREMISES
    limits: Limits | None = None
    provider: Provider | None = None

    @property
    def folder(self) -> Path:
        """`node` as a path."""
        return Path(self.node)

    @property
    def cgroup(self) -> str:
        """Name of the control group that holds every pod, and the node's programs if limited."""
        return group_name(self.environment, self.folder)

    def write(self) -> Path:
        """Write the file that `read` reads and return its path."""
        path = self.folder / "specification.json"
        replace(path, json.dumps(asdict(self), indent=1))
        return path


def group_name(environment: str, node: Path) -> str:
    """Name of a cluster's control group.

    Groups are the machine's, not a namespace's, and a kubelet ends every pod in its group that
    it does not know: two checkouts must not share one.
    """
    return f"mizan-{environment}-{hashlib.sha256(str(node).encode()).hexdigest()[:8]}"


def read(path: Path) -> Specification:
    """Read what `Specification.write` wrote."""
    facts = json.loads(path.read_text())
    facts["exposed"] = {int(port): target for port, target in facts["exposed"].items()}
    facts["addresses"] = Addresses(**facts["addresses"])
    for name, kind in (("limits", Limits), ("provider", Provider)):
        facts[name] = kind(**facts[name]) if facts[name] else None
    return Specification(**facts)
