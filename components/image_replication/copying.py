"""The Job that copies images, by regsync: https://regclient.org/usage/regsync/."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.core.v1 import PodSpecArgsDict

from components.compute import Compute
from components.copying_job import copying_job
from components.image_replication.copy_list import LABELS, LIST_FILE, NAME, OWN_FOLDER, Own, Primary
from components.pod_volumes import NONROOT_GROUP, SECRET_MODE
from components.reconciling_job import LAST_WORDS

LIST_FOLDER = "/etc/mizan/declaration"
SCRATCH_FOLDER = "/tmp"  # noqa: S108 - the pod's own emptyDir
EVERY_FIVE_MINUTES = "*/5 * * * *"
"""A run with nothing to copy asks each registry for one header of each image."""


@dataclass(frozen=True, kw_only=True)
class ImageReplicationArgs:
    """What copies, and as whom."""

    namespace: str
    """Namespace of the Job."""
    image: pulumi.Input[str]
    """Image `image-replication`, by digest."""
    pull_secret: str
    """Secret in the namespace with which the image is pulled."""
    config_map: pulumi.Input[str]
    """ConfigMap with the list, from `CopyList`."""
    primary: Primary
    """The registry that is copied."""
    own: Own
    """The registry of this site."""
    compute: Compute
    """CPU and memory of the Job."""


class ImageReplication(pulumi.ComponentResource):
    """Every image of the list in this site's registry, under the digest that it had in the region.

    This site fetches. What arrives is compared with its digest layer by layer, so the region
    cannot put another image in the place of one, and nothing here is ever deleted by a run.
    """

    schedule: pulumi.Output[str]

    def __init__(
        self, name: str, args: ImageReplicationArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:components:ImageReplication", name, None, opts)
        job = copying_job(
            f"{name}-copying",
            name=NAME,
            namespace=args.namespace,
            schedule=EVERY_FIVE_MINUTES,
            labels=LABELS,  # and no digest of the list: a run reads the list of its own time
            pod=_pod(args),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.schedule = job.spec.apply(lambda spec: str(spec.schedule))
        self.register_outputs({"schedule": self.schedule})


def host_names(host: str, region: str) -> Mapping[str, str]:
    """The name that answers at each endpoint: for logins, for manifests, and for layers.

    ECR sends whoever pulls a layer to a bucket of AWS's own:
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    """
    return {
        "ecr.api": f"api.ecr.{region}.amazonaws.com",
        "ecr.dkr": host,
        "s3": f"prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com",
    }


def environment(secret: str, region: str) -> list[Any]:
    """What the programs are told: whose credential, which login, where they may write."""
    return [
        _from_secret("AWS_ACCESS_KEY_ID", secret, "access_key"),
        _from_secret("AWS_SECRET_ACCESS_KEY", secret, "secret_key"),
        _from_secret("AWS_SESSION_TOKEN", secret, "session_token", optional=True),
        {"name": "AWS_REGION", "value": region},
        # Otherwise the login would be written to a file, and asked for from a node's metadata.
        {"name": "AWS_ECR_DISABLE_CACHE", "value": "true"},
        {"name": "AWS_EC2_METADATA_DISABLED", "value": "true"},
        {"name": "DOCKER_CONFIG", "value": OWN_FOLDER},
        {"name": "HOME", "value": SCRATCH_FOLDER},
    ]


def _pod(args: ImageReplicationArgs) -> PodSpecArgsDict:
    """The pod: the list and both logins. Layers pass through memory."""
    return {
        "image_pull_secrets": [{"name": args.pull_secret}],
        "security_context": {"fs_group": NONROOT_GROUP},
        "host_aliases": _known_hosts(args.primary),
        "containers": [
            {
                "name": NAME,
                "image": args.image,
                "args": ["once", "--config", f"{LIST_FOLDER}/{LIST_FILE}"],
                "termination_message_policy": LAST_WORDS,
                "env": environment(args.primary.secret, args.primary.region),
                "resources": args.compute.resources(),
                "volume_mounts": [
                    {"name": "declaration", "mount_path": LIST_FOLDER, "read_only": True},
                    {"name": "own", "mount_path": OWN_FOLDER, "read_only": True},
                    {"name": "tmp", "mount_path": SCRATCH_FOLDER},
                ],
            }
        ],
        "volumes": [
            {"name": "declaration", "config_map": {"name": args.config_map}},
            {
                "name": "own",
                "secret": {
                    "secret_name": args.own.secret,
                    "default_mode": SECRET_MODE,
                    "items": [
                        {"key": ".dockerconfigjson", "path": "config.json"},
                        {"key": "ca.crt", "path": "ca.crt"},
                    ],
                },
            },
            {"name": "tmp", "empty_dir": {"size_limit": "64Mi"}},
        ],
    }


def _known_hosts(primary: Primary) -> Sequence[Any] | None:
    """The names of AWS at the addresses that were told.

    Raises:
        ValueError: if an address is given for a service that is not asked.
    """
    names = host_names(primary.host, primary.region)
    for service in primary.addresses:
        if service not in names:
            raise ValueError(
                f"addresses are given for {service}; allowed are {', '.join(sorted(names))}"
            )
    return [
        {"ip": address, "hostnames": [names[service]]}
        for service, addresses in sorted(primary.addresses.items())
        for address in addresses
    ] or None


def _from_secret(name: str, secret: str, key: str, *, optional: bool = False) -> dict[str, Any]:
    """An environment variable from a Secret."""
    reference = {"name": secret, "key": key, **({"optional": True} if optional else {})}
    return {"name": name, "value_from": {"secret_key_ref": reference}}
