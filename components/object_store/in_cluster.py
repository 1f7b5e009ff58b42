"""The object store inside the cluster: versitygw over an encrypted volume, and its setup Job."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi_kubernetes.apps.v1 import StatefulSet
from pulumi_kubernetes.core.v1 import ConfigMap, Service

from components.compute import Compute
from components.connection import Connection, ConnectionArgs, Peer
from components.object_store import pods
from components.object_store.access import Grant
from components.reconciling_job import digest, reconciling_job

NAME = "store"
PORT = 7070
LABELS = {"app.kubernetes.io/name": NAME}
SETUP_NAME = "store-setup"
SETUP_LABELS = {"app.kubernetes.io/name": SETUP_NAME}


@dataclass(frozen=True, kw_only=True)
class InCluster:
    """What the store is made of where the site brings none."""

    namespace: str
    """Namespace of the store."""
    image: pulumi.Input[str]
    """Image `object-store`, by digest."""
    setup_image: pulumi.Input[str]
    """Image `object-store-setup`, by digest."""
    pull_secret: str
    """Secret in the namespace with which the images are pulled."""
    storage_class: pulumi.Input[str]
    """Storage class that encrypts."""
    volume_size_gib: int
    """Size of the volume in GiB."""
    compute: Compute
    """CPU and memory of the server."""
    tls_secret: str
    """Secret with the server's certificate (`tls.crt`, `tls.key`, `ca.crt`)."""
    root_secret: str
    """Secret with the account that may do everything (`access_key`, `secret_key`, `ca.crt`)."""
    credential_secrets: Mapping[str, str]
    """For every account, the Secret in the namespace with its credential."""
    locked_days: Mapping[str, int] = field(default_factory=dict)
    """Buckets in which nobody, root neither, deletes a version in the first so many days."""


def host_names(namespace: str) -> list[str]:
    """The names that the store answers to, for its certificate."""
    return [f"{NAME}.{namespace}.svc.cluster.local", f"{NAME}.{namespace}.svc", NAME]


def endpoint(namespace: str) -> str:
    """Where clients reach the store."""
    return f"https://{host_names(namespace)[0]}:{PORT}"


def peer(namespace: str) -> Peer:
    """The store as the target of a connection, which ends at `PORT`."""
    return Peer(namespace=namespace, labels=LABELS)


def build(  # noqa: PLR0913 - the fields of ObjectStoreArgs, all by keyword
    parent: pulumi.ComponentResource,
    name: str,
    site: InCluster,
    *,
    region: str,
    buckets: Sequence[str],
    grants: Sequence[Grant],
) -> Service:
    """Make the server, then bring buckets, accounts and policies to their declared state.

    Raises:
        ValueError: if a grant names an account without a credential, or a lock no bucket.
    """
    if strangers := site.locked_days.keys() - set(buckets):
        raise ValueError(
            f"{', '.join(sorted(strangers))} would be locked and is not declared; declared are "
            f"{', '.join(buckets) or 'none'}: correct `locked_days`, or add the bucket"
        )
    for grant in grants:
        if grant.user not in site.credential_secrets:
            raise ValueError(
                f"{grant.user} is granted {grant.access} on the bucket {grant.bucket} and has no "
                "credential: name the Secret in `credential_secrets`, and ask the certificate "
                "authority for an ObjectStoreCredential that fills it"
            )
    child = pulumi.ResourceOptions(parent=parent)
    service = Service(
        f"{name}-service",
        metadata={"name": NAME, "namespace": site.namespace, "labels": LABELS},
        spec={"selector": LABELS, "ports": [{"name": "https", "port": PORT, "target_port": PORT}]},
        opts=child,
    )
    server = StatefulSet(
        f"{name}-server",
        metadata={"name": NAME, "namespace": site.namespace, "labels": LABELS},
        spec={
            "replicas": 1,
            "service_name": NAME,
            "selector": {"match_labels": LABELS},
            "template": {
                "metadata": {"labels": LABELS},
                "spec": pods.server(
                    site.image,
                    port=PORT,
                    region=region,
                    pull_secret=site.pull_secret,
                    tls_secret=site.tls_secret,
                    root_secret=site.root_secret,
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
        opts=child,
    )
    connection = Connection(
        f"{name}-setup",
        ConnectionArgs(
            source=Peer(namespace=site.namespace, labels=SETUP_LABELS),
            target=peer(site.namespace),
            ports=[PORT],
        ),
        opts=child,
    )
    declaration = {
        "endpoint": endpoint(site.namespace),
        "region": region,
        "buckets": list(buckets),
        "locked_days": dict(site.locked_days),
        "users": sorted(site.credential_secrets),
        "grants": [grant.document() for grant in grants],
    }
    config = ConfigMap(
        f"{name}-declaration",
        metadata={"name": SETUP_NAME, "namespace": site.namespace},
        data={"declaration.json": json.dumps(declaration, indent=2, sort_keys=True)},
        opts=child,
    )
    reconciling_job(
        f"{name}-reconcile",
        name=SETUP_NAME,
        namespace=site.namespace,
        labels=SETUP_LABELS,
        declaration=digest(declaration),
        pod=pods.setup(
            site.setup_image,
            config_map=SETUP_NAME,
            pull_secret=site.pull_secret,
            root_secret=site.root_secret,
            credential_secrets=site.credential_secrets,
        ),
        patience_seconds=300,
        opts=pulumi.ResourceOptions(
            parent=parent, depends_on=[service, server, connection, config]
        ),
    )
    return service
