"""The cluster that a platform is brought up on: the user's own where there is one, else ours.

An environment in a cloud gets one that is inside a stand-in of that cloud.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from environments import CloudRegion, Environment
from sandbox.cluster import Cluster
from sandbox.deployment import Stack
from sandbox.layout import Layout
from sandbox.progress import Step
from sandbox.recovery import Seeker
from sandbox.site.embedded import Embedded
from sandbox.site.given import Given, local_cluster
from sandbox.verification import Reader

VARIABLE = "MIZAN_KUBECONFIG"


class Site(Protocol):
    """What `up` asks of a cluster, in this order."""

    kubeconfig: Path
    """Administrator's kubeconfig."""
    providers: Sequence[str]
    """Providers of Pulumi that the environment needs."""

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

    def stack(self, variables: Mapping[str, str]) -> Stack:
        """The environment's stack, and how the engine is called on it.

        Args:
            variables: Environment of the engine, with PATH.
        """

    def seekers(self, stack: Stack) -> Sequence[Seeker]:
        """Who finds what a killed run was creating, besides objects of the cluster."""

    def reader(self, cluster: Cluster, outputs: Mapping[str, Any]) -> Reader:
        """What reads objects of the bucket of models, by their keys.

        Args:
            cluster: The cluster.
            outputs: What the stack exports.
        """

    def reached(self, cluster: Cluster) -> AbstractContextManager[None]:
        """While it lasts, the loopback ports lead to the platform's Services."""

    @property
    def peak_memory_gib(self) -> float | None:
        """Most memory that the cluster held; None where that is not ours to see."""

    @property
    def held_to(self) -> Mapping[str, float] | None:
        """The limits of the whole cluster, and what it took; None where it has none of ours."""

    @property
    def stand_ins(self) -> list[str]:
        """What is not the real thing."""


def site_of(environment: Environment, layout: Layout) -> Site:
    """The cluster that an environment is brought up on.

    On premises `MIZAN_KUBECONFIG` wins, then the kind or k3d cluster that kubectl points at, then
    ours.
    """
    region = environment.sites.primary
    if isinstance(region, CloudRegion):
        # Only these environments pay for the clients of clouds.
        from sandbox.site.cloud_region import Region  # noqa: PLC0415 - as above

        return Region(environment, region, layout)
    given = os.environ.get(VARIABLE) or local_cluster(layout)
    return Given(Path(given), layout) if given else Embedded(environment, layout)
