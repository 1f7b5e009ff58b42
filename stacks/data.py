"""The data: an object store that keeps every version, and the lake in it."""

from dataclasses import dataclass

import pulumi

from components.object_store import ObjectStore
from environments import Environment
from stacks import place, wiring
from stacks.foundation import Foundation
from workloads.landing import Landing, LandingArgs
from workloads.landing.workload import LABELS as LANDING


@dataclass(frozen=True, kw_only=True)
class Data:
    """The store with the landed data."""

    store: ObjectStore
    """Ready once every account has been tried."""
    landing: Landing | None
    """Ready once the data are in the lake; None at a site that holds copies only."""

    def exports(self) -> dict[str, pulumi.Input[object]]:
        """What the stack tells of it."""
        return {
            "objectStore": self.store.endpoint,
            "buckets": [name for name in place.BUCKETS if name in self.store.bucket_names],
            "bucketNames": dict(self.store.bucket_names),
        }


def build(environment: Environment, ground: Foundation) -> Data:
    """Build the store and land the data."""
    store = ground.site.object_store(ground.images, ground.under(ground.storage))
    if not ground.site.trains:
        return Data(store=store, landing=None)
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
