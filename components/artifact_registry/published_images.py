"""The gate before the workloads: nothing starts before its image can be pulled."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core.v1 import ConfigMap

from components.artifact_registry import in_cluster
from components.connection import Connection, ConnectionArgs, Peer
from components.pod_volumes import NONROOT_GROUP, SECRET_MODE
from components.reconciling_job import LAST_WORDS, digest, reconciling_job

NAME = "published-images"
LABELS = {"app.kubernetes.io/name": NAME}


@dataclass(frozen=True, kw_only=True)
class PublishedImagesArgs:
    """Which images must be in the registry, and who looks."""

    namespace: str
    """Namespace of the registry."""
    image: pulumi.Input[str]
    """Image `token-service`, by digest: it carries the program that looks."""
    images: Sequence[str]
    """Full references, by digest (`host/repository@sha256:…`)."""
    login_secret: str
    """Secret in the namespace with a login that may pull (`.dockerconfigjson`, `ca.crt`)."""
    remedy: str
    """What to do when an image is missing, in one sentence for the user."""
    deadline_seconds: int = 900
    """How long to wait for images that are still being pushed, in seconds."""


class PublishedImages(pulumi.ComponentResource):
    """Is ready once the registry holds every image under exactly its digest.

    Without it, a missing image shows as a pod that never starts; with it, as its name.
    """

    images: pulumi.Output[Sequence[str]]

    def __init__(
        self, name: str, args: PublishedImagesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Wait for the images.

        Raises:
            ValueError: if a reference has no digest.
        """
        super().__init__("mizan:components:PublishedImages", name, None, opts)
        for reference in args.images:
            if "@sha256:" not in reference:
                raise ValueError(
                    f"the image {reference} has no digest, so what would run is whatever the tag "
                    "points at that day: write it as host/repository@sha256:…"
                )
        child = pulumi.ResourceOptions(parent=self)
        declaration = {
            "images": sorted(args.images),
            "remedy": args.remedy,
            "deadline_seconds": args.deadline_seconds,
        }
        config = ConfigMap(
            f"{name}-declaration",
            metadata={"name": NAME, "namespace": args.namespace},
            data={"images.json": json.dumps(declaration, indent=2, sort_keys=True)},
            opts=child,
        )
        connection = Connection(
            f"{name}-look",
            ConnectionArgs(
                source=Peer(namespace=args.namespace, labels=LABELS),
                target=in_cluster.peer(args.namespace),
                ports=[in_cluster.PORT, in_cluster.TOKEN_PORT],
            ),
            opts=child,
        )
        job = reconciling_job(
            f"{name}-wait",
            name=NAME,
            namespace=args.namespace,
            labels=LABELS,
            declaration=digest(declaration),
            pod={
                "security_context": {"fs_group": NONROOT_GROUP},
                "containers": [
                    {
                        "name": "look",
                        "image": args.image,
                        "command": ["/opt/venv/bin/python", "-m", "app.published"],
                        "args": ["/etc/mizan/images/images.json"],
                        "termination_message_policy": LAST_WORDS,
                        "resources": {
                            "requests": {"cpu": "50m", "memory": "64Mi"},
                            "limits": {"cpu": "500m", "memory": "128Mi"},
                        },
                        "volume_mounts": [
                            {"name": "images", "mount_path": "/etc/mizan/images"},
                            {"name": "login", "mount_path": "/etc/mizan/login", "read_only": True},
                        ],
                    }
                ],
                "volumes": [
                    {"name": "images", "config_map": {"name": NAME}},
                    {
                        "name": "login",
                        "secret": {
                            "secret_name": args.login_secret,
                            "default_mode": SECRET_MODE,
                        },
                    },
                ],
            },
            patience_seconds=args.deadline_seconds + 60,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[config, connection]),
        )
        self.images = job.metadata.apply(lambda _: list(args.images))
        self.register_outputs({"images": self.images})
