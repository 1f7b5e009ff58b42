"""The artifact registry: container images by digest, pulled and pushed with separate rights."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.artifact_registry import aws, in_cluster
from components.artifact_registry.aws import Aws
from components.artifact_registry.in_cluster import InCluster
from components.artifact_registry.published_images import PublishedImages, PublishedImagesArgs

__all__ = [
    "ArtifactRegistry",
    "ArtifactRegistryArgs",
    "Aws",
    "InCluster",
    "PublishedImages",
    "PublishedImagesArgs",
]


@dataclass(frozen=True, kw_only=True)
class ArtifactRegistryArgs:
    """Which repositories there are, and where they are realised."""

    repositories: Sequence[str]
    """Names of the repositories (`mizan/serving`); no other can be pulled from or pushed to."""
    site: InCluster | Aws
    """Where and out of what the registry is made."""


class ArtifactRegistry(pulumi.ComponentResource):
    """An OCI registry behind TLS, in which an account can do what its rights say and no more."""

    host: pulumi.Output[str]

    def __init__(
        self, name: str, args: ArtifactRegistryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:components:ArtifactRegistry", name, None, opts)
        match args.site:
            case InCluster() as site:
                service = in_cluster.build(self, name, site, repositories=args.repositories)
                address = in_cluster.host(site.namespace)
                self.host = service.metadata.apply(lambda _: address)
            case Aws() as site:
                aws.build(self, name, site, repositories=args.repositories)
                # Known before anything is made: policies judge where images come from.
                self.host = pulumi.Output.from_input(aws.host(site.account, site.region))
        self.register_outputs({"host": self.host})
