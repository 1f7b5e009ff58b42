"""The cluster that a platform is brought up on: the user's own where there is one, else ours."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from environments import Environment
from sandbox.cluster import Cluster
from sandbox.layout import Layout
from sandbox.progress import Step
from sandbox.site.embedded import Embedded
from sandbox.site.given import Given, local_cluster

VARIABLE = "MIZAN_KUBECONFIG"


class Site(Protocol):
    """What `up` asks of a cluster, in this order."""

    kubeconfig: Path
    """Administrator's kubeconfig."""

    def require(self) -> None:
        """Refuse what cannot work, before anything is written."""

    def prepare(self, step: Step) -> None:
        """See to it that the machine has what the cluster needs."""

    def start(self, step: Step) -> Cluster:
        """Return the cluster once it answers."""

    def link_tools(self, step: Step) -> None:
        """Put the programs that go with the cluster beside the engine."""

    def provide_images(self, cluster: Cluster, step: Step) -> None:
        """Make the images that the program deploys available to it."""

    def settings(self, cluster: Cluster) -> Mapping[str, str]:
        """Facts of the cluster for the stack's configuration."""

    def reached(self, cluster: Cluster) -> AbstractContextManager[None]:
        """While it lasts, the loopback ports lead to the platform's Services."""

    @property
    def peak_memory_gib(self) -> float | None:
        """Most memory that the cluster held; None where that is not ours to see."""

    @property
    def stand_ins(self) -> list[str]:
        """What is not the real thing."""


def site_of(environment: Environment, layout: Layout) -> Site:
    """`MIZAN_KUBECONFIG` wins, then the kind or k3d cluster that kubectl points at, then ours."""
    given = os.environ.get(VARIABLE) or local_cluster(layout)
    return Given(Path(given)) if given else Embedded(environment, layout)
