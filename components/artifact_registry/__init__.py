"""The artifact registry: container images by digest, pulled and pushed with separate rights."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.artifact_registry import in_cluster
from components.artifact_registry.in_cluster import InCluster
from components.artifact_registry.published_images import PublishedImages, PublishedImagesArgs

__all__ = [
    "ArtifactRegistry",
    "ArtifactRegistryArgs",
    "InCluster",
    "PublishedImages",
    "PublishedImagesArgs",
]


@dataclass(frozen=True, kw_only=True)
class ArtifactRegistryArgs:
    """Which repositories there are, and where they are realised."""

    repositories: Sequence[str]
    """Names of the repositories (`mizan/serving`); no other can be pulled from or pushed to."""
    site: InCluster
    """Where and out of what the registry is made."""


class ArtifactRegistry(pulumi.ComponentResource):
    """An OCI registry behind TLS, in which an account can do what its rights say and no more."""

    host: pulumi.Output[str]

    def __init__(
        self, name: str, args: ArtifactRegistryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:components:ArtifactRegistry", name, None, opts)
        service = in_cluster.build(self, name, args.site, repositories=args.repositories)
        self.host = service.metadata.apply(lambda _: in_cluster.host(args.site.namespace))
        self.register_outputs({"host": self.host})
