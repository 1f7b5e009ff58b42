"""The boundary as data: which regions, sites, registries and providers the law allows."""

import re
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from policies.entry import Entry, Text
from policies.fault import LawError, in_words
from policies.modes import Mode, ModeRow, strictest

PATH = Path(__file__).resolve().with_name("boundary.yaml")


class BoundaryError(LawError):
    """The boundary cannot be read, so nothing may be judged by it."""


class Named(Entry):
    """Something allowed by its exact name."""

    name: Text


class Region(Entry):
    """A cloud region inside the country."""

    name: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]+$")]


class Site(Entry):
    """A kind of place that may hold the platform, with its ISO 3166-1 country code."""

    kind: Literal["cloud-region", "on-premises"]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class Registry(Entry):
    """A container registry, by its exact host or by a pattern that the whole host matches."""

    host: Text | None = None
    host_pattern: Text | None = None

    @model_validator(mode="after")
    def _one_way_to_name_it(self) -> "Registry":
        if (self.host is None) == (self.host_pattern is None):
            raise ValueError("a registry has either a host or a host_pattern")
        if self.host_pattern is not None:
            try:
                re.compile(self.host_pattern)
            except re.error as error:
                raise ValueError(f"host_pattern is not a regular expression: {error}") from error
        return self

    def allows(self, host: str) -> bool:
        """Tells whether a registry host (with its port, if any) is this one."""
        if self.host_pattern is not None:
            return re.fullmatch(self.host_pattern, host) is not None
        return host == self.host


class Domain(Entry):
    """A name outside that an environment may resolve and reach; names below it are others."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=253)]


class NodeAgent(Entry):
    """A DaemonSet that hands a device of the node to pods, and needs the node for it.

    It may run as root, without any capability, and mount these paths. Nothing else is eased.
    """

    name: Text
    namespace: Text
    host_paths: Annotated[
        list[Annotated[str, Field(pattern=r"^/(dev|var/lib/kubelet/device-plugins)(/[a-z]+)*$")]],
        Field(min_length=1),
    ]
    host_network: bool

    def excuses(self, path: str, given: object) -> bool:
        """Tells whether the agent may have a value that other pods may not."""
        if path.endswith(".hostNetwork"):
            return self.host_network and given is True
        if path.endswith((".securityContext.runAsUser", ".securityContext.runAsNonRoot")):
            return given is False or (given == 0 and not isinstance(given, bool))
        if isinstance(given, dict) and set(given) == {"name", "hostPath"}:
            mounted = given["hostPath"]
            return isinstance(mounted, dict) and mounted.get("path") in self.host_paths
        return False


class Peer(Entry):
    """An AWS account of somebody else that may be named: of the organisation, or of a partner."""

    account: Annotated[str, Field(pattern=r"^[0-9]{12}$")]


class Boundary(BaseModel):
    """Everything that is allowed. What is not listed is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    jurisdiction: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    regions: Annotated[list[Region], Field(min_length=1)]
    sites: Annotated[list[Site], Field(min_length=1)]
    registries: Annotated[list[Registry], Field(min_length=1)]
    providers: Annotated[list[Named], Field(min_length=1)]
    endpoints: list[Named]
    domains: list[Domain]
    storage_classes: list[Named]
    provisioners: list[Named]
    node_agents: list[NodeAgent]
    modes: Annotated[list[ModeRow], Field(min_length=1)]
    peer_accounts: list[Peer]
    identity_providers: list[Named]
    hosts: list[Named]
    buckets: list[Named]
    system_namespaces: list[Named]

    @model_validator(mode="after")
    def _inside_the_country(self) -> "Boundary":
        for site in self.sites:
            if site.country != self.jurisdiction:
                raise ValueError(
                    f"site {site.kind} is in {site.country}, outside {self.jurisdiction}"
                )
        return self

    def modes_of(self, perimeter: str, sector: str, data_class: str) -> tuple[ModeRow, ...]:
        """The provisions on a combination, in the order of the file."""
        return tuple(row for row in self.modes if row.covers(perimeter, sector, data_class))

    def mode(self, perimeter: str, sector: str, data_class: str) -> Mode:
        """The strictest mode of a combination; one that no provision knows is hard-local."""
        return strictest(row.mode for row in self.modes_of(perimeter, sector, data_class))

    @property
    def region_names(self) -> frozenset[str]:
        """Names of the allowed cloud regions."""
        return frozenset(region.name for region in self.regions)

    @property
    def provider_names(self) -> frozenset[str]:
        """Names of the allowed Pulumi providers."""
        return frozenset(provider.name for provider in self.providers)

    @property
    def endpoint_hosts(self) -> frozenset[str]:
        """Hosts that a provider may use instead of the endpoints of an allowed region."""
        return frozenset(endpoint.name for endpoint in self.endpoints)

    @property
    def peer_account_ids(self) -> frozenset[str]:
        """AWS accounts of others that resources may name."""
        return frozenset(peer.account for peer in self.peer_accounts)

    @property
    def identity_provider_names(self) -> frozenset[str]:
        """Who else may say who somebody is: URLs without scheme, or ARNs."""
        return frozenset(provider.name for provider in self.identity_providers)

    @property
    def host_names(self) -> frozenset[str]:
        """Hosts outside the cloud's own that data may be sent to."""
        return frozenset(host.name for host in self.hosts)

    @property
    def bucket_names(self) -> frozenset[str]:
        """Buckets of other stacks in an allowed region: their names do not tell."""
        return frozenset(bucket.name for bucket in self.buckets)

    @property
    def storage_class_names(self) -> frozenset[str]:
        """Names of the storage classes whose volumes are encrypted."""
        return frozenset(storage_class.name for storage_class in self.storage_classes)

    @property
    def provisioner_names(self) -> frozenset[str]:
        """Names of the provisioners that really encrypt when a storage class asks for it."""
        return frozenset(provisioner.name for provisioner in self.provisioners)

    @property
    def agent_namespaces(self) -> frozenset[str]:
        """Namespaces whose pods may be node agents, which `restricted` would refuse."""
        return frozenset(agent.namespace for agent in self.node_agents)

    def node_agent(self, namespace: object, name: object) -> NodeAgent | None:
        """Finds the node agent with this very namespace and name."""
        for agent in self.node_agents:
            if (agent.namespace, agent.name) == (namespace, name):
                return agent
        return None

    @property
    def registry_hosts(self) -> tuple[str, ...]:
        """Allowed registry hosts and patterns, as they are shown to the user."""
        return tuple(entry.host or str(entry.host_pattern) for entry in self.registries)

    def allows_registry(self, host: str) -> bool:
        """Tells whether images may come from a registry host."""
        return any(registry.allows(host) for registry in self.registries)


def load(path: Path = PATH) -> Boundary:
    """Reads and checks a boundary file.

    Args:
        path: The file; by default the one that ships with the pack.

    Returns:
        The boundary, frozen.

    Raises:
        BoundaryError: The file is missing, is not YAML, or does not have the agreed shape; the
            message names the file, the field, and what was given.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Boundary.model_validate(document)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BoundaryError(f"{path}: the boundary cannot be read: {error}") from error
    except ValidationError as error:
        raise BoundaryError(
            f"{path}: {in_words(error)}. Nothing is judged by a faulty boundary."
        ) from error


BOUNDARY = load()
"""The boundary of this pack. A faulty file stops the pack from starting, and so the plan."""
