"""The data: an object store that keeps every version, and the lake in it."""

from dataclasses import dataclass

import pulumi

from components.object_store import Access, Grant, InCluster, ObjectStore, ObjectStoreArgs
from environments import Environment
from stacks import place, sizing, wiring
from stacks.foundation import Foundation
from workloads.landing import Landing, LandingArgs
from workloads.landing.workload import LABELS as LANDING

# Requests are signed for a region, even where the store stands in none.
REGION = "me-central-1"

GRANTS = (
    Grant(user="landing", bucket=place.LAKE, access=Access.WRITE),
    Grant(user="training", bucket=place.LAKE, access=Access.READ),
    Grant(user="training", bucket=place.CANDIDATES, access=Access.WRITE),
    Grant(user="signing", bucket=place.CANDIDATES, access=Access.READ),
    Grant(user="signing", bucket=place.MODELS, access=Access.WRITE),
    Grant(user="serving", bucket=place.MODELS, access=Access.READ),
)


@dataclass(frozen=True, kw_only=True)
class Data:
    """The store with the landed data."""

    store: ObjectStore
    """Ready once every account has been tried."""
    landing: Landing
    """Ready once the data are in the lake."""

    def exports(self) -> dict[str, pulumi.Input[object]]:
        """What the stack tells of it."""
        return {"objectStore": self.store.endpoint, "buckets": list(place.BUCKETS)}


def build(environment: Environment, ground: Foundation) -> Data:
    """Build the store and land the data."""
    store = ObjectStore(
        "store",
        ObjectStoreArgs(
            buckets=place.BUCKETS,
            grants=GRANTS,
            region=REGION,
            site=InCluster(
                namespace=place.STORAGE,
                image=ground.images.reference("object-store"),
                setup_image=ground.images.reference("object-store-setup"),
                pull_secret=place.REGISTRY_PULL,
                storage_class=place.ENCRYPTED_CLASS,
                volume_size_gib=environment.object_store.volume_size_gib,
                compute=sizing.own_compute(environment.object_store.profile),
                tls_secret=place.STORE_TLS,
                root_secret=place.STORE_ROOT,
                credential_secrets={user: place.store_account(user) for user in place.WORKLOADS},
            ),
        ),
        opts=ground.under(ground.storage),
    )
    landing = Landing(
        "landing",
        LandingArgs(
            runtime=wiring.runtime("landing", environment.workloads.landing.profile, ground),
            store=wiring.client(store),
            lake=place.LAKE,
        ),
        opts=ground.under(store, wiring.to_store("landing", LANDING, ground)),
    )
    return Data(store=store, landing=landing)
