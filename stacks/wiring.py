"""How a workload is joined to the ground: its pod's place and image, and its way to the store."""

from collections.abc import Mapping

import pulumi

from components.connection import Connection, ConnectionArgs, Peer
from components.object_store import ObjectStore
from components.object_store import in_cluster as store_in_cluster
from environments import Profile
from stacks import place, sizing
from stacks.foundation import Foundation
from workloads import pod


def runtime(workload: str, profile: Profile, ground: Foundation) -> pod.Runtime:
    """Where and out of what a workload runs."""
    return pod.Runtime(
        namespace=place.WORKLOADS[workload],
        image=ground.images.reference(workload),
        pull_secret=place.REGISTRY_PULL,
        compute=sizing.compute(profile),
    )


def client(store: ObjectStore) -> pod.StoreClient:
    """How a workload reaches the store, by an account of its own."""
    return pod.StoreClient(
        endpoint=store.endpoint, region=store.region, credential_secret=place.STORE_CREDENTIAL
    )


def to_store(workload: str, labels: Mapping[str, str], ground: Foundation) -> Connection:
    """A workload's pods may open connections to the store."""
    return Connection(
        f"{workload}-to-store",
        ConnectionArgs(
            source=Peer(namespace=place.WORKLOADS[workload], labels=labels),
            target=store_in_cluster.peer(place.STORAGE),
            ports=[store_in_cluster.PORT],
        ),
        opts=pulumi.ResourceOptions(depends_on=list(ground.namespaces.values())),
    )
