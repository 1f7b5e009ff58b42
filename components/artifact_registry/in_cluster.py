"""The registry inside the cluster: distribution and a token service, in one pod on one volume."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apps.v1 import StatefulSet
from pulumi_kubernetes.core.v1 import ConfigMap, PodSpecArgsDict, Service

from components.artifact_registry import containers
from components.compute import Compute
from components.connection import Peer
from components.pod_volumes import NONROOT_GROUP
from components.reconciling_job import digest

NAME = "registry"
PORT = 5000
TOKEN_PORT = 5001
LABELS = {"app.kubernetes.io/name": NAME}
TOKEN_ISSUER = "mizan-token-service"  # noqa: S105 - a name, not a secret


@dataclass(frozen=True, kw_only=True)
class InCluster:
    """What the registry is made of where the site brings none."""

    namespace: str
    """Namespace of the registry."""
    address: str
    """Address of its Service, fixed so that nodes can reach it without the cluster's DNS."""
    registry_image: pulumi.Input[str]
    """Image `registry`, by digest; it is on the node before the registry runs."""
    token_service_image: pulumi.Input[str]
    """Image `token-service`, by digest; it is on the node before the registry runs."""
    storage_class: pulumi.Input[str]
    """Storage class that encrypts."""
    volume_size_gib: int
    """Size of the volume in GiB."""
    compute: Compute
    """CPU and memory of the registry itself; the token service beside it needs little."""
    tls_secret: str
    """Secret with the certificate that both servers use (`tls.crt`, `tls.key`, `ca.crt`)."""
    token_key_secret: str
    """Secret with the key that signs tokens (`token.key`, `jwks.json`)."""
    account_secrets: Mapping[str, str]
    """For every account, the Secret with `user`, `rights` and `password_hash`."""


def host_names(namespace: str) -> list[str]:
    """The names that the registry answers to, for its certificate."""
    return [f"{NAME}.{namespace}.svc.cluster.local", f"{NAME}.{namespace}.svc", NAME]


def host(namespace: str) -> str:
    """Host and port, as image references begin."""
    return f"{host_names(namespace)[0]}:{PORT}"


def peer(namespace: str) -> Peer:
    """The registry as the target of a connection, which ends at `PORT` and `TOKEN_PORT`."""
    return Peer(namespace=namespace, labels=LABELS)


def build(
    parent: pulumi.ComponentResource, name: str, site: InCluster, *, repositories: Sequence[str]
) -> Service:
    """Make the two servers, their volume and the Service in front of them."""
    child = pulumi.ResourceOptions(parent=parent)
    service = Service(
        f"{name}-service",
        metadata={"name": NAME, "namespace": site.namespace, "labels": LABELS},
        spec={
            "selector": LABELS,
            "cluster_ip": site.address,
            "ports": [
                {"name": "https", "port": PORT, "target_port": PORT},
                {"name": "token", "port": TOKEN_PORT, "target_port": TOKEN_PORT},
            ],
        },
        # The address is fixed, so a new Service cannot be made while the old one holds it.
        opts=pulumi.ResourceOptions(parent=parent, delete_before_replace=True),
    )
    # YAML is a superset of JSON, so the registry reads this as its config.yml.
    files = {
        "config.yml": json.dumps(_registry_config(site.namespace), indent=2),
        "rights.json": json.dumps(
            {
                "issuer": TOKEN_ISSUER,
                "service": host(site.namespace),
                "repositories": sorted(repositories),
            },
            indent=2,
        ),
    }
    config = ConfigMap(
        f"{name}-config",
        metadata={"name": NAME, "namespace": site.namespace},
        data=files,
        opts=child,
    )
    StatefulSet(
        f"{name}-server",
        metadata={"name": NAME, "namespace": site.namespace, "labels": LABELS},
        spec={
            "replicas": 1,
            "service_name": NAME,
            "selector": {"match_labels": LABELS},
            "template": {
                "metadata": {
                    "labels": LABELS,
                    # Neither server reads its configuration twice: a new one is a new pod.
                    "annotations": {"mizan/declaration": digest(files)},
                },
                "spec": _pod(site),
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
        # Not after the Service, which is waited for until this answers behind it.
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[config]),
    )
    return service


def _registry_config(namespace: str) -> dict[str, Any]:
    """Configuration of distribution: TLS, tokens, a volume, and no second listener."""
    return {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": "/data/registry"},
            # What was once deployed by digest stays pullable by it.
            "delete": {"enabled": False},
        },
        "http": {
            "addr": f":{PORT}",
            "tls": {
                "certificate": f"{containers.TLS_FOLDER}/tls.crt",
                "key": f"{containers.TLS_FOLDER}/tls.key",
                "minimumtls": "tls1.2",
            },
        },
        "auth": {
            "token": {
                "realm": f"https://{host_names(namespace)[0]}:{TOKEN_PORT}/token",
                "service": host(namespace),
                "issuer": TOKEN_ISSUER,
                "jwks": f"{containers.TOKEN_FOLDER}/jwks.json",
                "signingalgorithms": ["ES256"],
            }
        },
        "health": {"storagedriver": {"enabled": True, "interval": "10s", "threshold": 3}},
    }


def _pod(site: InCluster) -> PodSpecArgsDict:
    """Both servers, sharing a certificate and the two halves of the token key."""
    return {
        "security_context": {
            "fs_group": NONROOT_GROUP,
            "fs_group_change_policy": "OnRootMismatch",
        },
        "termination_grace_period_seconds": 30,
        "containers": [
            containers.registry(site.registry_image, PORT, site.compute),
            containers.token_service(site.token_service_image, TOKEN_PORT),
        ],
        "volumes": containers.volumes(
            config_map=NAME,
            tls_secret=site.tls_secret,
            token_key_secret=site.token_key_secret,
            account_secrets=site.account_secrets,
        ),
    }
