"""A cluster of one's own: registry and object store run in it."""

from collections.abc import Collection, Mapping, Sequence

import pulumi

from components.artifact_registry import (
    ArtifactRegistry,
    ArtifactRegistryArgs,
    PublishedImages,
    PublishedImagesArgs,
)
from components.artifact_registry import InCluster as RegistryInCluster
from components.connection import Connection, ConnectionArgs, Peer
from components.encrypted_storage import EncryptedStorageArgs
from components.object_store import Grant, ObjectStore, ObjectStoreArgs
from components.object_store import InCluster as StoreInCluster
from components.object_store import in_cluster as store_in_cluster
from components.streaming import Streaming
from components.streaming import in_cluster as streaming_in_cluster
from environments import Environment, OnPremises
from stacks import brokers, credentials, place, settings, sizing
from stacks.grants import GRANTS, IN_BULK
from stacks.images import Images
from stacks.sites.realisation import ApiServer, Site
from workloads import pod

# Requests are signed for a region, even where the store stands in none.
REGION = "me-central-1"

SEEDED = ("issuer", "registry", "token-service")
"""Images that are on the node before the registry runs."""


class OnPremisesCluster(Site):
    """Everything is made inside the cluster that the site brings."""

    buckets: Sequence[str] = place.BUCKETS
    """What the object store holds."""
    grants: Sequence[Grant] = GRANTS
    """Who may do what there."""
    accounts: Mapping[str, str] = place.WORKLOADS
    """Namespace of each account of the object store."""
    publishers: Mapping[str, str] = {}
    """Namespace of each account that fills the registry from inside the cluster."""
    locked_days: Mapping[str, int] = {}
    """Buckets in which nobody deletes a version in the first so many days."""
    further: Collection[str] = ()
    """What it deploys of the images that only some kinds of sites do."""
    image_seconds = 900
    """How long images are waited for that are still being pushed, in seconds."""
    pulling: Sequence[str] = ()
    """Namespaces besides, into which images are pulled."""
    access: brokers.Access = brokers.Access(pull_secret=place.REGISTRY_PULL)
    """Who uses the topics besides the workloads."""

    def __init__(self, environment: Environment, site: OnPremises) -> None:
        cluster = settings.cluster(site)
        self._environment = environment
        if environment.batch is not None:
            self.buckets = (*self.buckets, place.FEATURES)
            self.grants = (*self.grants, *IN_BULK)
            self.accounts = {**self.accounts, **place.IN_BULK}
        self._site = site
        self._registry_address = environment.registry.address or ""
        self.name = site.name
        self.api_server = ApiServer(blocks=[f"{cluster.api_address}/32"], port=cluster.api_port)
        self.storage = EncryptedStorageArgs(
            site=cluster.site,
            encrypted_provisioner=cluster.encrypted_provisioner,
            name=place.ENCRYPTED_CLASS,
        )
        self.pull_secret = place.REGISTRY_PULL
        streaming = sizing.streaming_namespaces(environment.streaming)
        if streaming:
            self.further = (*self.further, "kafka", "kafka-setup")
        self.requests = [
            *credentials.in_cluster(
                registry_host=environment.registry.host,
                registry_address=self._registry_address,
                accounts=self.accounts,
                publishers=self.publishers,
                pulling=[*self.pulling, *(namespace.name for namespace in streaming)],
            ),
            *brokers.certificates(environment.streaming, self.accounts),
        ]
        self.namespaces = [*sizing.own_namespaces(environment), *streaming]

    def published(
        self, images: Images, ready: pulumi.Resource, storage: pulumi.Resource
    ) -> pulumi.Resource:
        """The registry in the cluster, and the gate behind it."""
        facts = self._environment.registry
        registry = ArtifactRegistry(
            "registry",
            ArtifactRegistryArgs(
                repositories=images.repositories(),
                site=RegistryInCluster(
                    namespace=place.ARTIFACTS,
                    address=self._registry_address,
                    registry_image=images.reference("registry"),
                    token_service_image=images.reference("token-service"),
                    storage_class=place.ENCRYPTED_CLASS,
                    volume_size_gib=facts.volume_size_gib,
                    compute=sizing.own_compute(facts.profile),
                    tls_secret=place.REGISTRY_TLS,
                    token_key_secret=place.REGISTRY_TOKEN_KEY,
                    account_secrets={
                        user: place.registry_account(user)
                        for user in ("puller", "pusher", *self.publishers)
                    },
                ),
            ),
            opts=self.placed(ready, storage),
        )
        return PublishedImages(
            "published-images",
            PublishedImagesArgs(
                namespace=place.ARTIFACTS,
                image=images.reference("token-service"),
                images=[
                    images.reference(name)
                    for name in sorted(images.digests)
                    if name not in SEEDED and (name in self.further or name not in images.elsewhere)
                ],
                login_secret=place.REGISTRY_PULL,
                remedy="run `make up`, or push the images of images.lock with `make mirror`",
                deadline_seconds=self.image_seconds,
            ),
            opts=self.placed(registry, *self.filling(images, registry)),
        )

    def filling(self, images: Images, registry: pulumi.Resource) -> Sequence[pulumi.Resource]:
        """What has to be told of new images before they are waited for; nothing by default."""
        del images, registry
        return ()

    def object_store(
        self,
        images: Images,
        opts: pulumi.ResourceOptions,
    ) -> ObjectStore:
        """The store in the cluster; ready once every account has been tried."""
        facts = self._environment.object_store
        return ObjectStore(
            "store",
            ObjectStoreArgs(
                buckets=self.buckets,
                grants=self.grants,
                region=REGION,
                site=StoreInCluster(
                    namespace=place.STORAGE,
                    image=images.reference("object-store"),
                    setup_image=images.reference("object-store-setup"),
                    pull_secret=place.REGISTRY_PULL,
                    storage_class=place.ENCRYPTED_CLASS,
                    volume_size_gib=facts.volume_size_gib,
                    compute=sizing.own_compute(facts.profile),
                    tls_secret=place.STORE_TLS,
                    root_secret=place.STORE_ROOT,
                    credential_secrets={user: place.store_account(user) for user in self.accounts},
                    locked_days=self.locked_days,
                ),
            ),
            opts=opts,
        )

    def client(self, store: ObjectStore) -> pod.StoreClient:
        """An account of the store, by a Secret."""
        return pod.StoreClient(
            endpoint=store.endpoint, region=store.region, credential_secret=place.STORE_CREDENTIAL
        )

    def way_to_store(
        self, workload: str, labels: Mapping[str, str], store: ObjectStore
    ) -> pulumi.Resource:
        """A permitted conversation with the store's pods."""
        del store
        return Connection(
            f"{workload}-to-store",
            ConnectionArgs(
                source=Peer(namespace=place.namespace_of(workload), labels=labels),
                target=store_in_cluster.peer(place.STORAGE),
                ports=[store_in_cluster.PORT],
            ),
            opts=self.placed(*self.walls),
        )

    def streaming(self, images: Images, opts: pulumi.ResourceOptions) -> Streaming:
        """The brokers in the cluster; ready once topics and access list are as declared."""
        return brokers.streaming(self._environment, self._site, images, self.access, opts)

    def way_to_streaming(self, workload: str, labels: Mapping[str, str]) -> pulumi.Resource:
        """A permitted conversation with the brokers' pods."""
        return Connection(
            f"{workload}-to-streaming",
            ConnectionArgs(
                source=Peer(namespace=place.WORKLOADS[workload], labels=labels),
                target=streaming_in_cluster.peer(place.STREAMING),
                ports=[streaming_in_cluster.PORT],
            ),
            opts=self.placed(*self.walls),
        )

    def placement(self, workload: str) -> pod.Placement:
        """Any node: a cluster of one's own is one pool unless its operator says more."""
        del workload
        return pod.Placement()
