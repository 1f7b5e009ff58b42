"""Events: the brokers of the site, and the way to them for every workload that may use a topic."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi

from components.streaming import Streaming
from environments import Environment
from stacks import brokers, place
from stacks.foundation import Foundation
from workloads.landing.workload import LABELS as LANDING
from workloads.serving.workload import LABELS as SERVING
from workloads.signing.workload import LABELS as SIGNING
from workloads.training.workload import LABELS as TRAINING

LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "landing": LANDING,
    "training": TRAINING,
    "signing": SIGNING,
    "serving": SERVING,
}


@dataclass(frozen=True, kw_only=True)
class Events:
    """Topics, where the environment asks for any."""

    streaming: Streaming | None
    """The brokers; None where there are none."""

    def exports(self) -> dict[str, pulumi.Input[object]]:
        """What the stack tells of it."""
        return {} if self.streaming is None else {"brokers": self.streaming.bootstrap_brokers}


def build(environment: Environment, ground: Foundation) -> Events:
    """Build the brokers, and open the way to them."""
    declared = environment.streaming
    if declared is None:
        return Events(streaming=None)
    made = ground.site.streaming(ground.images, ground.under(ground.storage))
    users = {grant.user for grant in brokers.grants(declared)}
    # A second site may run fewer workloads than the first.
    for user in sorted(user for user in users if place.WORKLOADS[user] in ground.namespaces):
        ground.site.way_to_streaming(user, LABELS[user])
    return Events(streaming=made)
