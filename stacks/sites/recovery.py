"""A cluster of one's own that takes over: the same in everything, and copies of the first site."""

from typing import Final

import pulumi

from components.object_store import Access, Grant, ObjectStore
from components.object_store import in_cluster as store_in_cluster
from components.replication import Own, Primary, Replication, ReplicationArgs
from environments import CloudRegion, Environment, OnPremises, Takeover
from stacks import place, settings, sizing
from stacks.grants import GRANTS
from stacks.images import Images
from stacks.sites.on_premises import OnPremisesCluster

ACCOUNT: Final = place.REPLICATION
"""Account of the store with which copies are written."""
COPIES: Final = (*(place.copy_of(bucket) for bucket in place.COPIED), place.REPORTS)
"""Buckets of this site that only the copying may write to."""


class RecoveryCluster(OnPremisesCluster):
    """The second site: it works by itself, and holds what the primary site wrote."""

    buckets = (*place.BUCKETS, *COPIES)
    grants = (
        *GRANTS,
        # To go on where it was, the copying looks at all versions.
        *(Grant(user=ACCOUNT, bucket=bucket, access=Access.WRITE) for bucket in COPIES),
        *(Grant(user=ACCOUNT, bucket=bucket, access=Access.READ) for bucket in COPIES),
    )
    accounts = {**place.WORKLOADS, ACCOUNT: place.REPLICATION}  # noqa: RUF012 - never written to

    def __init__(self, environment: Environment, site: OnPremises, takeover: Takeover) -> None:
        super().__init__(environment, site)
        self._takeover = takeover
        self.namespaces = [*self.namespaces, sizing.replication_namespace()]

    def object_store(self, images: Images, opts: pulumi.ResourceOptions) -> ObjectStore:
        """The store in the cluster, and what fills it from the primary site's."""
        store = super().object_store(images, opts)
        primary, network = self._environment.sites.primary, self._environment.network
        if not isinstance(primary, CloudRegion) or network is None:
            return store  # two clusters of one's own have no store that both can reach so far
        copied = settings.copied(primary, place.COPIED)
        Replication(
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
                every_minutes=self._takeover.copy_minutes,
                compute=sizing.own_compute(sizing.REPLICATION),
            ),
            opts=self.placed(store, *self.walls),
        )
        return store
