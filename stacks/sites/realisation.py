"""What every kind of site gives to the platform, so that the rest of the program is the same."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.certificate_authority.request import Request
from components.connection import Peer
from components.encrypted_storage import EncryptedStorageArgs
from components.namespace import NamespaceArgs
from components.object_store import ObjectStore
from components.streaming import Streaming
from stacks.images import Images
from workloads import pod
from workloads.serving import PublicKey


@dataclass(frozen=True, kw_only=True)
class ApiServer:
    """Where the cluster's API server really listens."""

    blocks: Sequence[str]
    """Address blocks (CIDR)."""
    port: int
    """TCP port."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """Signed models, and how a pod tells that they are the right ones."""

    models: pulumi.Input[str]
    """Bucket in which they lie."""
    verification: str | PublicKey
    """Secret with the public key that they are signed with, or that key itself."""
    revision: pulumi.Input[str]
    """Changes when pods have to look for another release."""
    ready: Sequence[pulumi.Resource]
    """What makes them; nothing is served before it is ready."""


@dataclass(frozen=True, kw_only=True)
class Door:
    """What stands between the pods of a service and who calls from outside the cluster."""

    parts: Sequence[pulumi.Resource] = ()
    """What has to be there before the pods."""
    gates: Sequence[str] = ()
    """Conditions by which the pods learn that calls reach them."""
    drain_seconds: int = 5
    """Time that callers need to learn that a pod leaves."""


class Site(ABC):
    """A place on which the platform is realised.

    The methods are called in this order, each with what the ones before it made.
    """

    name: str
    """Name of the site."""
    api_server: ApiServer
    """The cluster's API server, as network policies see it."""
    storage: EncryptedStorageArgs
    """What makes volumes encrypted."""
    pull_secret: str | None
    """Secret with which pods pull images; None where nodes pull by an identity of their own."""
    requests: Sequence[Request]
    """Certificates and credentials that the site's own capabilities need."""
    namespaces: Sequence[NamespaceArgs]
    """Namespaces that the site's own capabilities need."""
    outside_blocks: pulumi.Input[Sequence[str]] = ()
    """Addresses (CIDR) besides private ones that pods reach: those of a cloud's store."""
    trains: bool = True
    """Whether data are landed there, and models trained and signed; else `copied_release`."""
    walls: Sequence[pulumi.Resource] = ()
    """Every namespace that was made: nothing runs in one before it denies by default."""

    def placed(self, *depends_on: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of whatever stands on the site, once `depends_on` is ready."""
        return pulumi.ResourceOptions(depends_on=list(depends_on))

    @abstractmethod
    def published(
        self, images: Images, ready: pulumi.Resource, storage: pulumi.Resource
    ) -> pulumi.Resource:
        """The registry; ready once every image can be pulled from it.

        Args:
            images: What it holds.
            ready: Namespaces, certificates and credentials.
            storage: Volumes that are encrypted.
        """

    @abstractmethod
    def object_store(
        self,
        images: Images,
        opts: pulumi.ResourceOptions,
    ) -> ObjectStore:
        """The object store, with at least the buckets of `place` and the grants of `grants`."""

    def copied_release(self) -> Release:
        """What is served where nothing is trained.

        Raises:
            NotImplementedError: if the site trains by itself.
        """
        raise NotImplementedError(f"site {self.name} serves what it signs itself")

    @abstractmethod
    def client(self, store: ObjectStore) -> pod.StoreClient:
        """How a workload reaches the store, as itself."""

    @abstractmethod
    def way_to_store(
        self, workload: str, labels: Mapping[str, str], store: ObjectStore
    ) -> pulumi.Resource:
        """What lets a workload's pods reach the store, and prove who they are to it."""

    @abstractmethod
    def streaming(self, images: Images, opts: pulumi.ResourceOptions) -> Streaming:
        """The brokers with the environment's topics; called only where it asks for any."""

    @abstractmethod
    def way_to_streaming(self, workload: str, labels: Mapping[str, str]) -> pulumi.Resource:
        """What lets a workload's pods reach the brokers."""

    @abstractmethod
    def placement(self, workload: str) -> pod.Placement:
        """On which machines a workload's pods run."""

    def door(self, images: Images, target: Peer, service: str, port: int) -> Door:
        """The way to a service for who calls from outside; by default there is none.

        Args:
            images: What the door runs.
            target: The service's pods.
            service: The service, which has the name of its pods.
            port: Port of the service and of its pods.
        """
        del images, target, service, port
        return Door()

    def exports(self) -> dict[str, pulumi.Input[object]]:
        """What the stack tells of the site."""
        return {}
