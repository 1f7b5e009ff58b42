"""What keeps a second site fresh: it fetches every new version of every object, and proves it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core.v1 import ConfigMap, PodSpecArgsDict

from components.address_connection import AddressConnection, AddressConnectionArgs
from components.compute import Compute
from components.connection import Connection, ConnectionArgs, Peer
from components.copying_job import copying_job
from components.pod_volumes import NONROOT_GROUP, secret_volume
from components.reconciling_job import LAST_WORDS, digest, reconciling_job

NAME = "replication"
FIRST = "replication-first"
LABELS = {"app.kubernetes.io/name": NAME}
HTTPS = 443
DECLARATION_FOLDER = "/etc/mizan/declaration"
SCRATCH = "64Gi"
"""Room on the node for objects on their way, of which several are copied at once."""
FIRST_SECONDS = 900
"""How long a deployment waits for what it needs: a credential is put there by hand meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Primary:
    """The store that is copied."""

    endpoint: pulumi.Input[str]
    """Where it answers over the link, over TLS."""
    region: str
    """Region that requests are signed for."""
    blocks: list[str]
    """Address blocks (CIDR) behind the endpoint: those of the primary site's network."""
    secret: str
    """Secret in the namespace with a credential that may read: `access_key`, `secret_key`, and
    where they are temporary `session_token`. Somebody outside the stack fills and renews it."""


@dataclass(frozen=True, kw_only=True)
class Own:
    """The store of this site."""

    endpoint: pulumi.Input[str]
    """Where it answers."""
    region: str
    """Region that requests are signed for."""
    peer: Peer
    """Its pods."""
    port: int
    """Port of its pods."""
    secret: str
    """Secret in the namespace with the account `replication` (`access_key`, `secret_key`,
    `ca.crt`)."""


@dataclass(frozen=True, kw_only=True)
class ReplicationArgs:
    """What is copied from where to where, and how often."""

    namespace: str
    """Namespace of the Job."""
    image: pulumi.Input[str]
    """Image `replication`, by digest."""
    pull_secret: str
    """Secret in the namespace with which the image is pulled."""
    primary: Primary
    """The store that is copied."""
    own: Own
    """The store of this site."""
    buckets: Mapping[str, str]
    """For each bucket of the primary site, the bucket here with its copies."""
    report_bucket: str
    """Bucket here that each run writes its report to."""
    awaited: Sequence[str]
    """Buckets of the primary site that a deployment waits for: copied whole once, before anything
    starts that needs them."""
    pointers: Sequence[str]
    """Patterns of keys that name other objects: copied when all else of their bucket is there, so
    that a run that is cut off leaves none that leads nowhere."""
    every_minutes: int
    """How often it runs, 1 to 60."""
    compute: Compute
    """CPU and memory of the Job."""
    locked_days: int = 0
    """For how long nobody can delete a copy once it is replaced, in days; the buckets of the copies
    must have a lock then. 0: copies have none."""


class Replication(pulumi.ComponentResource):
    """Copies of every version of every object, never older than one run, never deleted by one.

    This site fetches, so that whoever rules the primary site can destroy nothing here. A run that
    is cut off is completed by the next. Each writes a report: what was copied, one digest over
    each bucket, and the moment before which nothing is missing.
    """

    schedule: pulumi.Output[str]

    def __init__(
        self, name: str, args: ReplicationArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the Job and open its two ways.

        Raises:
            ValueError: if nothing is copied, two buckets would be copied into one, or a bucket is
                awaited that is not copied.
        """
        super().__init__("mizan:components:Replication", name, None, opts)
        copies = list(args.buckets.values())
        if not copies or len(set(copies)) < len(copies):
            raise ValueError(
                f"{name}: the buckets are {dict(args.buckets)}; allowed: at least one, each with "
                "a bucket of its own for its copies"
            )
        strange = [bucket for bucket in args.awaited if bucket not in args.buckets]
        if strange:
            raise ValueError(
                f"{name}: {', '.join(strange)} is awaited and not copied; copied are "
                f"{', '.join(args.buckets)}"
            )
        child = pulumi.ResourceOptions(parent=self)
        source = Peer(namespace=args.namespace, labels=LABELS)
        ways = [
            AddressConnection(
                f"{name}-to-primary",
                AddressConnectionArgs(source=source, blocks=args.primary.blocks, port=HTTPS),
                opts=child,
            ),
            Connection(
                f"{name}-to-own",
                ConnectionArgs(source=source, target=args.own.peer, ports=[args.own.port]),
                opts=child,
            ),
        ]
        text = _declaration(args, args.buckets, args.report_bucket)
        config = _config(f"{name}-declaration", NAME, args, text, child)
        if args.awaited:
            first = {bucket: args.buckets[bucket] for bucket in args.awaited}
            self._first(name, args, _declaration(args, first, None), ways)
        job = copying_job(
            f"{name}-copying",
            name=NAME,
            namespace=args.namespace,
            schedule=_schedule(args.every_minutes),
            labels=LABELS,
            annotations={"mizan/declaration": _digest(text)},
            pod=_pod(args, NAME),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[config, *ways]),
        )
        self.schedule = job.spec.apply(lambda spec: str(spec.schedule))
        self.register_outputs({"schedule": self.schedule})

    def _first(
        self,
        name: str,
        args: ReplicationArgs,
        text: pulumi.Output[str],
        ways: Sequence[pulumi.Resource],
    ) -> None:
        """Copy what is awaited, and be ready when all of it is there."""
        child = pulumi.ResourceOptions(parent=self)
        config = _config(f"{name}-awaited", FIRST, args, text, child)
        reconciling_job(
            f"{name}-first",
            name=FIRST,
            namespace=args.namespace,
            labels=LABELS,
            declaration=_digest(text),
            pod=_pod(args, FIRST),
            patience_seconds=FIRST_SECONDS,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[config, *ways]),
        )


def _declaration(
    args: ReplicationArgs, buckets: Mapping[str, str], report_bucket: str | None
) -> pulumi.Output[str]:
    """What the program reads; without a bucket for reports it writes none."""
    return pulumi.Output.json_dumps(
        {
            "source": {"endpoint": args.primary.endpoint, "region": args.primary.region},
            "target": {"endpoint": args.own.endpoint, "region": args.own.region},
            "buckets": dict(buckets),
            "report_bucket": report_bucket,
            "pointers": list(args.pointers),
            "locked_days": args.locked_days,
        },
        indent=2,
        sort_keys=True,
    )


def _config(
    resource_name: str,
    name: str,
    args: ReplicationArgs,
    text: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
) -> ConfigMap:
    return ConfigMap(
        resource_name,
        metadata={"name": name, "namespace": args.namespace},
        data={"declaration.json": text},
        opts=opts,
    )


def _digest(text: pulumi.Output[str]) -> pulumi.Output[str]:
    return text.apply(lambda known: digest(json.loads(known)))


def _schedule(minutes: int) -> str:
    """Every so many minutes, as cron says it.

    Raises:
        ValueError: if an hour is no multiple of it: cron would run unevenly.
    """
    hour = 60
    if not 1 <= minutes <= hour or hour % minutes:
        raise ValueError(f"every {minutes} minutes; allowed: a divisor of {hour}")
    return "0 * * * *" if minutes == hour else f"*/{minutes} * * * *"


def _pod(args: ReplicationArgs, config: str) -> PodSpecArgsDict:
    """The pod: what it is told, both credentials, and room for what is on its way."""
    return {
        "image_pull_secrets": [{"name": args.pull_secret}],
        "security_context": {"fs_group": NONROOT_GROUP},
        "containers": [
            {
                "name": NAME,
                "image": args.image,
                "args": [f"{DECLARATION_FOLDER}/declaration.json"],
                "termination_message_policy": LAST_WORDS,
                "resources": args.compute.resources(),
                "volume_mounts": [
                    {"name": "declaration", "mount_path": DECLARATION_FOLDER, "read_only": True},
                    {"name": "source", "mount_path": "/etc/mizan/source", "read_only": True},
                    {"name": "target", "mount_path": "/etc/mizan/target", "read_only": True},
                    {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - the pod's own emptyDir
                ],
            }
        ],
        "volumes": [
            {"name": "declaration", "config_map": {"name": config}},
            secret_volume("source", args.primary.secret),
            secret_volume("target", args.own.secret),
            {"name": "tmp", "empty_dir": {"size_limit": SCRATCH}},
        ],
    }
