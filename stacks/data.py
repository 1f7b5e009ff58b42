"""The data: an object store that keeps every version, and the lake in it."""

from dataclasses import dataclass

import pulumi

from components.object_store import Access, Grant, ObjectStore
from environments import Environment
from stacks import place, wiring
from stacks.foundation import Foundation
from workloads.landing import Landing, LandingArgs
from workloads.landing.workload import LABELS as LANDING

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
    store = ground.site.object_store(
        ground.images, place.BUCKETS, GRANTS, ground.under(ground.storage)
    )
    landing = Landing(
        "landing",
        LandingArgs(
            runtime=wiring.runtime("landing", environment.workloads.landing.profile, ground),
            store=ground.site.client(store),
            lake=store.bucket_names[place.LAKE],
        ),
        opts=ground.under(store, ground.site.way_to_store("landing", LANDING, store)),
    )
    return Data(store=store, landing=landing)
