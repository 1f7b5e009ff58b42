"""MirrorMaker 2: what a second site holds of the topics of the first one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import pulumi
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import ConfigMap, PodSpecArgsDict

from components.address_connection import AddressConnection, AddressConnectionArgs
from components.compute import Compute
from components.connection import Connection, ConnectionArgs, Peer
from components.pod_volumes import NONROOT_GROUP, secret_volume
from components.reconciling_job import LAST_WORDS, digest
from components.streaming import pods
from components.streaming.properties import tls
from components.streaming.topics import Acl
from components.topic_mirror.flow import IAM, End, Flow

__all__ = ["Own", "Primary", "TopicMirror", "TopicMirrorArgs", "acls"]

NAME = "topic-mirror"
LABELS = {"app.kubernetes.io/name": NAME}
USER = NAME
"""Common name of the certificate that the mirror shows to the site's own brokers."""
IDENTITY = "/run/mizan"


@dataclass(frozen=True, kw_only=True)
class Primary:
    """The brokers whose topics are copied."""

    site: str
    """Name of their site."""
    bootstrap: str
    """Their addresses, by commas."""
    blocks: Sequence[str]
    """Address blocks (CIDR) in which they stand."""
    port: int
    """Their port for clients with a role of IAM."""
    secret: str
    """Secret in the namespace with a credential that may read: `access_key`, `secret_key` and
    `session_token`. Somebody outside the stack fills and renews it."""


@dataclass(frozen=True, kw_only=True)
class Own:
    """The brokers of this site."""

    site: str
    """Name of the site."""
    bootstrap: pulumi.Input[str]
    """Their addresses, by commas."""
    peer: Peer
    """Their pods."""
    port: int
    """Port of their pods for clients."""
    copies: int
    """On how many of them each record is."""
    tls_secret: str
    """Secret in the namespace with the certificate of `USER` (`tls.crt`, `tls.key`, `ca.crt`)."""


@dataclass(frozen=True, kw_only=True)
class TopicMirrorArgs:
    """What is copied from where to where."""

    namespace: str
    """Namespace of the pod."""
    image: pulumi.Input[str]
    """Image `kafka`, by digest."""
    pull_secret: str | None
    """Secret in the namespace with which the image is pulled."""
    primary: Primary
    """The brokers whose topics are copied."""
    own: Own
    """The brokers of this site."""
    topics: Sequence[str]
    """Names of the topics, which exist at both sites."""
    groups: Sequence[str]
    """Consumer groups whose positions are copied."""
    compute: Compute
    """CPU and memory of the pod."""


class TopicMirror(pulumi.ComponentResource):
    """Every record once and in order at this site, seconds after it was written.

    For each reader it holds the position from which it goes on without a gap.
    This site fetches: it may only read at the primary site, which has no way in. Records are
    written here as soon as the credential and the link are there, and from where it was last.
    """

    deployment: pulumi.Output[str]

    def __init__(
        self, name: str, args: TopicMirrorArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the pod and open its two ways.

        Raises:
            ValueError: if there is nothing to copy.
        """
        super().__init__("mizan:components:TopicMirror", name, None, opts)
        if not args.topics:
            raise ValueError(f"{name}: no topic is given; allowed: at least one")
        child = pulumi.ResourceOptions(parent=self)
        source = Peer(namespace=args.namespace, labels=LABELS)
        ways = [
            AddressConnection(
                f"{name}-to-primary",
                AddressConnectionArgs(
                    source=source, blocks=list(args.primary.blocks), port=args.primary.port
                ),
                opts=child,
            ),
            Connection(
                f"{name}-to-own",
                ConnectionArgs(source=source, target=args.own.peer, ports=[args.own.port]),
                opts=child,
            ),
        ]
        properties = pulumi.Output.from_input(args.own.bootstrap).apply(
            lambda bootstrap: _flow(args, bootstrap).properties()
        )
        config = ConfigMap(
            f"{name}-configuration",
            metadata={"name": NAME, "namespace": args.namespace},
            data={"mirror.properties": properties},
            opts=child,
        )
        deployment = Deployment(
            f"{name}-mirror",
            metadata={
                "name": NAME,
                "namespace": args.namespace,
                "labels": LABELS,
                # It is there without the link too, which may come later.
                "annotations": {"pulumi.com/skipAwait": "true"},
            },
            spec={
                "replicas": 1,
                # Two at once would each fence the other.
                "strategy": {"type": "Recreate"},
                "selector": {"match_labels": LABELS},
                "template": {
                    "metadata": {
                        "labels": LABELS,
                        "annotations": {"mizan/declaration": properties.apply(digest)},
                    },
                    "spec": _pod(args),
                },
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[config, *ways]),
        )
        self.deployment = deployment.metadata.apply(lambda metadata: str(metadata.name))
        self.register_outputs({"deployment": self.deployment})


def acls(*, primary: str, own: str, topics: Sequence[str], groups: Sequence[str]) -> list[Acl]:
    """What the mirror needs of the site's own brokers.

    Args:
        primary: Name of the site that is copied.
        own: Name of this site.
        topics: Names of the topics.
        groups: Consumer groups whose positions are copied.
    """
    ends = [End(name=name, bootstrap="", security={}) for name in (primary, own)]
    flow = Flow(source=ends[0], target=ends[1], topics=topics, groups=groups, copies=1)
    return flow.acls(USER)


def _flow(args: TopicMirrorArgs, own_bootstrap: str) -> Flow:
    return Flow(
        source=End(name=args.primary.site, bootstrap=args.primary.bootstrap, security=IAM),
        target=End(
            name=args.own.site,
            bootstrap=own_bootstrap,
            security={"security.protocol": "SSL", **tls(IDENTITY)},
        ),
        topics=args.topics,
        groups=args.groups,
        copies=args.own.copies,
    )


def _pod(args: TopicMirrorArgs) -> PodSpecArgsDict:
    """The pod: a credential for there, a certificate for here."""
    probe: Any = {
        # The pipe is there from the start to the end of what runs.
        "exec": {"command": ["/usr/bin/test", "-p", f"{IDENTITY}/said"]},
        "period_seconds": 20,
    }
    spec: Any = {
        **pods.pulling(args.pull_secret),
        "security_context": {"fs_group": NONROOT_GROUP},
        "termination_grace_period_seconds": 60,
        "containers": [
            {
                "name": NAME,
                "image": args.image,
                "args": ["/opt/kafka/mirror.sh"],
                "termination_message_policy": LAST_WORDS,
                "readiness_probe": probe,
                "resources": args.compute.resources(),
                "volume_mounts": [
                    {"name": "configuration", "mount_path": "/etc/mizan/mirror", "read_only": True},
                    {
                        "name": "credential",
                        "mount_path": "/etc/mizan/credential",
                        "read_only": True,
                    },
                    {"name": "tls", "mount_path": "/etc/mizan/tls", "read_only": True},
                    {"name": "identity", "mount_path": IDENTITY},
                    {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - the pod's own emptyDir
                ],
            }
        ],
        "volumes": [
            {"name": "configuration", "config_map": {"name": NAME}},
            secret_volume("credential", args.primary.secret),
            secret_volume("tls", args.own.tls_secret),
            pods.in_memory("identity"),
            pods.scratch(),
        ],
    }
    return cast("PodSpecArgsDict", spec)
