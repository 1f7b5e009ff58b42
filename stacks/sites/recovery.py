"""A cluster of one's own that takes over: the same in everything, and copies of the first site."""

from collections.abc import Sequence
from typing import Final

import pulumi

from components.artifact_registry import in_cluster as registry_in_cluster
from components.image_replication import (
    CopyList,
    CopyListArgs,
    ImageReplication,
    ImageReplicationArgs,
)
from components.image_replication import Own as OwnRegistry
from components.image_replication import Primary as PrimaryRegistry
from components.network import Role, plan
from components.object_store import Access, Grant, ObjectStore
from components.object_store import in_cluster as store_in_cluster
from components.replication import Own, Primary, Replication, ReplicationArgs
from components.streaming import Streaming, TopicAccess
from components.streaming import in_cluster as streaming_in_cluster
from components.streaming.aws import PORT as MSK_PORT
from components.streaming.properties import REPLICAS
from components.topic_mirror import USER as MIRROR
from components.topic_mirror import Own as OwnBrokers
from components.topic_mirror import Primary as PrimaryBrokers
from components.topic_mirror import TopicMirror, TopicMirrorArgs
from components.topic_mirror import acls as mirror_acls
from environments import CloudRegion, Environment, OnPremises, Releases, Takeover
from environments import Streaming as DeclaredStreaming
from stacks import brokers, place, settings, sizing
from stacks.grants import GRANTS
from stacks.images import Images
from stacks.sites.on_premises import OnPremisesCluster
from stacks.sites.realisation import Release
from workloads.serving import PublicKey
from workloads.serving.workload import RELEASE_FILE

ACCOUNT: Final = place.REPLICATION
"""Account of the store with which copies are written."""
SERVING: Final = "serving"
COPIES: Final = tuple(place.copy_of(bucket) for bucket in place.COPIED)
"""Buckets of this site with copies."""
COPYING: Final = (*COPIES, place.REPORTS, place.RESTORED)
"""Buckets of this site that only the copying may write to."""


class RecoveryCluster(OnPremisesCluster):
    """The second site: it holds what the primary site wrote, and serves what that one signed.

    Where its environment says so, it lands, trains and signs by itself instead.
    """

    publishers = {place.IMAGE_REPLICATION: place.REPLICATION}  # noqa: RUF012 - never written to
    further = ("replication", "image-replication")
    # A release of some GiB comes over the link, a while after the region has it.
    image_seconds = 3600

    def __init__(self, environment: Environment, site: OnPremises, takeover: Takeover) -> None:
        self.trains = takeover.releases is Releases.OWN
        self.buckets = (*(place.BUCKETS if self.trains else ()), *COPYING)
        self.grants = (
            *(GRANTS if self.trains else [_may_read(SERVING, place.copy_of(place.MODELS))]),
            *(Grant(user=ACCOUNT, bucket=bucket, access=Access.WRITE) for bucket in COPYING),
            # To go on where it was, the copying looks at all versions.
            *(_may_read(ACCOUNT, bucket) for bucket in COPYING),
        )
        working = place.WORKLOADS if self.trains else {SERVING: place.SERVING}
        self.accounts = {**working, ACCOUNT: place.REPLICATION}
        self._mirrored = _mirrored(environment)
        if self._mirrored is not None:
            self.pulling = [place.MIRRORING]
            self.access = brokers.Access(
                pull_secret=place.REGISTRY_PULL,
                # Until it takes over, what is written here comes from the primary site only.
                withheld=frozenset({TopicAccess.WRITE}),
                acls=mirror_acls(
                    primary=environment.sites.primary.name,
                    own=site.name,
                    topics=list(self._mirrored.topics),
                    groups=brokers.groups(self._mirrored),
                ),
            )
        super().__init__(environment, site)
        self._takeover = takeover
        # A backup at this site: a vault of the region's is lost with the region.
        self._kept_days = environment.backup.retention_days if environment.backup else 0
        self.locked_days = dict.fromkeys(COPIES, self._kept_days) if self._kept_days else {}
        self._copied: CopyList | None = None
        self.namespaces = [*self.namespaces, sizing.replication_namespace()]
        self._copying: list[pulumi.Resource] = []
        if self._mirrored is not None:
            self.requests = [*self.requests, brokers.mirror_certificate(MIRROR)]
            self.namespaces = [*self.namespaces, sizing.mirroring_namespace()]

    def published(
        self, images: Images, ready: pulumi.Resource, storage: pulumi.Resource
    ) -> pulumi.Resource:
        """The registry, and what fills it from the primary site's.

        What copies is itself copied: it changes to its new image when that is there.
        """
        published = super().published(images, ready, storage)
        primary = self._primary_registry()
        if primary is None or self._copied is None:
            return published
        ImageReplication(
            "image-replication",
            ImageReplicationArgs(
                namespace=place.REPLICATION,
                image=images.reference("image-replication"),
                pull_secret=place.REGISTRY_PULL,
                config_map=self._copied.config_map,
                primary=primary,
                own=self._own_registry(images),
                compute=sizing.own_compute(sizing.IMAGE_REPLICATION),
            ),
            opts=self.placed(published, *self.walls),
        )
        return published

    def filling(self, images: Images, registry: pulumi.Resource) -> Sequence[pulumi.Resource]:
        """The list of images, so that those of a new release are on it before they are waited for.

        What runs since the last release reads it, and fetches them.
        """
        if (primary := self._primary_registry()) is None:
            return ()
        self._copied = CopyList(
            "copied-images",
            CopyListArgs(
                namespace=place.REPLICATION,
                primary=primary,
                own=self._own_registry(images),
                images=images.by_repository(),
            ),
            opts=self.placed(registry, *self.walls),
        )
        return [self._copied]

    def _primary_registry(self) -> PrimaryRegistry | None:
        """Where images come from; None where the primary site has no registry that is reached."""
        primary, network = self._environment.sites.primary, self._environment.network
        if not isinstance(primary, CloudRegion) or network is None:
            return None
        told = settings.copied_registry(pulumi.get_stack())
        return PrimaryRegistry(
            host=told.host,
            region=primary.region,
            blocks=[network.cidr],
            secret=place.PRIMARY_REGISTRY_CREDENTIAL,
            addresses=told.addresses,
        )

    def _own_registry(self, images: Images) -> OwnRegistry:
        return OwnRegistry(
            host=images.host,
            peer=registry_in_cluster.peer(place.ARTIFACTS),
            ports=[registry_in_cluster.PORT, registry_in_cluster.TOKEN_PORT],
            secret=place.REGISTRY_PUSH,
        )

    def object_store(self, images: Images, opts: pulumi.ResourceOptions) -> ObjectStore:
        """The store in the cluster, and what fills it from the primary site's."""
        store = super().object_store(images, opts)
        primary, network = self._environment.sites.primary, self._environment.network
        if not isinstance(primary, CloudRegion) or network is None:
            return store  # two clusters of one's own have no store that both can reach so far
        copied = settings.copied(primary, place.COPIED)
        replication = Replication(
            "replication",
            ReplicationArgs(
                namespace=place.REPLICATION,
                image=images.reference("replication"),
                pull_secret=place.REGISTRY_PULL,
                primary=Primary(
                    endpoint=copied.endpoint,
                    region=primary.region,
                    blocks=[network.cidr],
                    secret=place.PRIMARY_CREDENTIAL,
                ),
                own=Own(
                    endpoint=store.endpoint,
                    region=primary.region,
                    peer=store_in_cluster.peer(place.STORAGE),
                    port=store_in_cluster.PORT,
                    secret=place.STORE_CREDENTIAL,
                ),
                buckets={copied.buckets[bucket]: place.copy_of(bucket) for bucket in place.COPIED},
                report_bucket=place.REPORTS,
                awaited=[] if self.trains else [copied.buckets[place.MODELS]],
                pointers=[f"*/{RELEASE_FILE}"],
                every_minutes=self._takeover.copy_minutes,
                compute=sizing.own_compute(sizing.REPLICATION),
                locked_days=self._kept_days,
            ),
            opts=self.placed(store, *self.walls),
        )
        self._copying = [replication]
        return store

    def copied_release(self) -> Release:
        """What the primary site signed, checked with that site's key: the copy proves nothing."""
        primary = self._environment.sites.primary
        if self.trains or not isinstance(primary, CloudRegion):
            return super().copied_release()
        key = settings.release_key(primary)
        return Release(
            models=place.copy_of(place.MODELS),
            verification=PublicKey(pem=key.pem),
            revision=key.digest[:16],
            ready=self._copying,
        )

    def streaming(self, images: Images, opts: pulumi.ResourceOptions) -> Streaming:
        """The brokers in the cluster, and what fills them from the primary site's."""
        streaming = super().streaming(images, opts)
        primary, network = self._environment.sites.primary, self._environment.network
        mirrored = self._mirrored
        if mirrored is None or not isinstance(primary, CloudRegion) or network is None:
            return streaming
        taken = {f"on premises ({block})": block for block in network.on_premises_cidrs}
        TopicMirror(
            "topic-mirror",
            TopicMirrorArgs(
                namespace=place.MIRRORING,
                image=images.reference("kafka"),
                pull_secret=place.REGISTRY_PULL,
                primary=PrimaryBrokers(
                    site=primary.name,
                    bootstrap=settings.copied_brokers(primary, MSK_PORT),
                    blocks=list(
                        plan(network.cidr, primary.zones, taken).subnets[Role.DATA].values()
                    ),
                    port=MSK_PORT,
                    secret=place.PRIMARY_STREAMING_CREDENTIAL,
                ),
                own=OwnBrokers(
                    site=self.name,
                    bootstrap=streaming.bootstrap_brokers,
                    peer=streaming_in_cluster.peer(place.STREAMING),
                    port=streaming_in_cluster.PORT,
                    copies=min(mirrored.brokers, REPLICAS),
                    tls_secret=place.STREAMING_TLS,
                ),
                topics=list(mirrored.topics),
                groups=brokers.groups(mirrored),
                compute=sizing.own_compute(sizing.MIRRORING),
            ),
            opts=self.placed(streaming, *self.walls),
        )
        return streaming


def _may_read(user: str, bucket: str) -> Grant:
    return Grant(user=user, bucket=bucket, access=Access.READ)


def _mirrored(environment: Environment) -> DeclaredStreaming | None:
    """The site's brokers, if it takes their topics from a primary site that runs Kafka for it."""
    streaming, primary = environment.streaming, environment.sites.primary
    if streaming is None or not streaming.topics or not isinstance(primary, CloudRegion):
        return None
    return streaming if settings.mirrored() else None
