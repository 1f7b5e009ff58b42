"""Streaming inside the cluster: brokers that are controllers too, and the Job that sets them up."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field

import pulumi
from pulumi_kubernetes.apps.v1 import StatefulSet
from pulumi_kubernetes.batch.v1 import Job
from pulumi_kubernetes.core.v1 import ConfigMap, Service
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from components.compute import Compute
from components.connection import Connection, ConnectionArgs, Peer
from components.reconciling_job import digest, reconciling_job
from components.streaming import pods
from components.streaming.properties import Cluster, Ports
from components.streaming.topics import Acl, Topic, TopicGrant, acls_of

NAME = "kafka"
LABELS = {"app.kubernetes.io/name": NAME}
SETUP_NAME = "kafka-setup"
SETUP_LABELS = {"app.kubernetes.io/name": SETUP_NAME}
COST_LABELS = {"mizan.ae/workload": "platform", "mizan.ae/profile": "streaming"}
"""What the volumes are for, where their cost is told."""
ADMINISTRATOR = SETUP_NAME
"""Common name of the certificate with which topics and access list are set."""
PORTS = Ports()
PORT = PORTS.clients


@dataclass(frozen=True, kw_only=True)
class InCluster:
    """What the brokers are made of where the site brings none."""

    namespace: str
    """Namespace of the brokers."""
    cluster_name: str
    """A name of this Kafka cluster for ever: a broker refuses the volume of another one."""
    image: pulumi.Input[str]
    """Image `kafka`, by digest."""
    setup_image: pulumi.Input[str]
    """Image `kafka-setup`, by digest."""
    pull_secret: str | None
    """Secret in the namespace with which images are pulled; None where nodes pull by themselves."""
    storage_class: pulumi.Input[str]
    """Storage class that encrypts."""
    brokers: int
    """How many, an odd number: they vote on who leads."""
    volume_size_gib: int
    """Size of the volume of each, in GiB."""
    retention_hours: int
    """How long a record is kept, unless its topic says otherwise."""
    zones: Sequence[str]
    """Zones of the site: brokers are spread over them."""
    compute: Compute
    """CPU and memory of a broker."""
    tls_secret: str
    """Secret with the brokers' certificate, good for `host_names`, which clients accept and which
    brokers show each other (`tls.crt`, `tls.key`, `ca.crt`)."""
    setup_secret: str
    """Secret with the certificate of `ADMINISTRATOR`."""
    acls: Sequence[Acl] = dataclass_field(default=())
    """Entries of the access list besides those of the grants."""


def host_names(namespace: str, brokers: int) -> list[str]:
    """The names that the brokers answer to, for their certificate; the first is their own user."""
    service = f"{NAME}.{namespace}.svc.cluster.local"
    return [service, *(f"{NAME}-{at}.{service}" for at in range(brokers))]


def cluster(site: InCluster) -> Cluster:
    """The brokers as they are told of each other."""
    user, *hosts = host_names(site.namespace, site.brokers)
    return Cluster(
        hosts=hosts,
        super_users=[user, ADMINISTRATOR],
        retention_hours=site.retention_hours,
        ports=PORTS,
    )


def peer(namespace: str) -> Peer:
    """The brokers as the target of a connection, which ends at `PORT`."""
    return Peer(namespace=namespace, labels=LABELS)


def build(
    parent: pulumi.ComponentResource,
    name: str,
    site: InCluster,
    *,
    topics: Sequence[Topic],
    grants: Sequence[TopicGrant],
) -> Job:
    """Make the brokers, then bring topics and access list to their declared state.

    Raises:
        ValueError: if the number of brokers is even, or less than one.
    """
    if site.brokers < 1 or site.brokers % 2 == 0:
        raise ValueError(
            f"{site.brokers} brokers: give an odd number; they vote, and of an even number half "
            "is no majority"
        )
    child = pulumi.ResourceOptions(parent=parent)
    brokers = cluster(site)
    server = _brokers(parent, name, site, brokers)
    ways = [
        Connection(
            f"{name}-setup",
            ConnectionArgs(
                source=Peer(namespace=site.namespace, labels=SETUP_LABELS),
                target=peer(site.namespace),
                ports=[PORTS.clients],
            ),
            opts=child,
        ),
        Connection(
            f"{name}-between",
            ConnectionArgs(
                source=peer(site.namespace),
                target=peer(site.namespace),
                ports=[PORTS.brokers, PORTS.controllers],
            ),
            opts=child,
        ),
    ]
    acls = [*(acl for grant in grants for acl in acls_of(grant)), *site.acls]
    declaration = {
        "bootstrap": brokers.bootstrap(),
        "copies": brokers.copies,
        "topics": [topic.document() for topic in topics],
        "acls": [acl.document() for acl in acls],
    }
    config = ConfigMap(
        f"{name}-declaration",
        metadata={"name": SETUP_NAME, "namespace": site.namespace},
        data={"declaration.json": json.dumps(declaration, indent=2, sort_keys=True)},
        opts=child,
    )
    return reconciling_job(
        f"{name}-reconcile",
        name=SETUP_NAME,
        namespace=site.namespace,
        labels=SETUP_LABELS,
        declaration=digest(declaration),
        pod=pods.setup(
            site.setup_image,
            config_map=SETUP_NAME,
            pull_secret=site.pull_secret,
            tls_secret=site.setup_secret,
        ),
        patience_seconds=600,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[server, *ways, config]),
    )


def _brokers(
    parent: pulumi.ComponentResource, name: str, site: InCluster, brokers: Cluster
) -> StatefulSet:
    child = pulumi.ResourceOptions(parent=parent)
    files = {f"broker-{at}.properties": brokers.properties(at) for at in range(site.brokers)}
    config = ConfigMap(
        f"{name}-configuration",
        metadata={"name": NAME, "namespace": site.namespace},
        data=files,
        opts=child,
    )
    service = Service(
        f"{name}-service",
        metadata={"name": NAME, "namespace": site.namespace, "labels": LABELS},
        spec={
            # Each broker has a name of its own, also while it starts and votes.
            "cluster_ip": "None",
            "publish_not_ready_addresses": True,
            "selector": LABELS,
            "ports": [
                {"name": role, "port": port, "target_port": port}
                for role, port in (
                    ("clients", PORTS.clients),
                    ("brokers", PORTS.brokers),
                    ("controllers", PORTS.controllers),
                )
            ],
        },
        opts=child,
    )
    if site.brokers > 1:
        PodDisruptionBudget(
            f"{name}-disruption",
            metadata={"name": NAME, "namespace": site.namespace},
            spec={"max_unavailable": 1, "selector": {"match_labels": LABELS}},
            opts=child,
        )
    return StatefulSet(
        f"{name}-brokers",
        metadata={
            "name": NAME,
            "namespace": site.namespace,
            "labels": {**LABELS, **COST_LABELS},
        },
        spec={
            "replicas": site.brokers,
            "service_name": NAME,
            "selector": {"match_labels": LABELS},
            # They need each other to start, and are changed one after the other all the same.
            "pod_management_policy": "Parallel",
            "template": {
                "metadata": {"labels": LABELS, "annotations": {"mizan/declaration": digest(files)}},
                "spec": pods.broker(
                    site.image,
                    cluster_id=cluster_id(site.cluster_name),
                    config_map=NAME,
                    pull_secret=site.pull_secret,
                    tls_secret=site.tls_secret,
                    labels=LABELS,
                    zones=site.zones,
                    ports=PORTS,
                    compute=site.compute,
                ),
            },
            "volume_claim_templates": [
                {
                    "metadata": {"name": "data"},
                    "spec": {
                        "access_modes": ["ReadWriteOnce"],
                        "storage_class_name": site.storage_class,
                        "resources": {"requests": {"storage": f"{site.volume_size_gib}Gi"}},
                    },
                }
            ],
        },
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[config, service]),
    )


def cluster_id(name: str) -> str:
    """The identifier of a cluster of this name, as Kafka writes them: 16 bytes in base64."""
    return base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()[:16]).decode()[:22]
