"""The private certificate authority: who in the cluster is who, without anybody's key travelling.

Keys and passwords are made inside the cluster by the `issuer` and go straight into the Secrets
that were asked for. The deployment declares them, and never sees them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.batch.v1 import CronJob
from pulumi_kubernetes.core.v1 import ConfigMap, PodSpecArgsDict, ServiceAccount
from pulumi_kubernetes.rbac.v1 import Role, RoleBinding

from components.certificate_authority.request import (
    ObjectStoreCredential,
    RegistryAccount,
    Request,
    SecretPlace,
    SigningKey,
    TlsCertificate,
    TokenKey,
    secrets_by_namespace,
)
from components.compute import Compute
from components.pod_volumes import NONROOT_GROUP
from components.reconciling_job import LAST_WORDS, digest, reconciling_job

__all__ = [
    "AUTHORITY_SECRET",
    "LABELS",
    "TRUST_CONFIG_MAP",
    "CertificateAuthority",
    "CertificateAuthorityArgs",
    "ObjectStoreCredential",
    "RegistryAccount",
    "SecretPlace",
    "SigningKey",
    "TlsCertificate",
    "TokenKey",
]

LABELS = {"app.kubernetes.io/name": "issuer"}
AUTHORITY_SECRET = "certificate-authority"  # noqa: S105 - the name of a Secret, not its content
TRUST_CONFIG_MAP = "mizan-ca"
REQUESTS_FOLDER = "/etc/mizan/requests"


@dataclass(frozen=True, kw_only=True)
class CertificateAuthorityArgs:
    """What the authority issues, to whom, and for how long."""

    namespace: str
    """Namespace of the authority, which alone holds its key."""
    image: pulumi.Input[str]
    """Image `issuer`, by digest."""
    requests: Sequence[Request]
    """Certificates, credentials and keys, each with the Secrets that it fills."""
    trusting_namespaces: Sequence[str]
    """Namespaces that get the ConfigMap `mizan-ca` with the authority's certificate (`ca.crt`)."""
    authority_days: int
    """How long the authority's own certificate is good for, in days."""
    leaf_hours: int
    """How long a server certificate is good for, in hours."""
    renew_before_hours: int
    """How long before its end a server certificate is replaced, in hours."""
    compute: Compute
    """CPU and memory of the pod that issues, where it is one."""
    schedule: str = "*/30 * * * *"
    """When rotation looks for certificates to replace (cron)."""


class CertificateAuthority(pulumi.ComponentResource):
    """A private authority with certificates, credentials and keys in the Secrets that asked.

    It is ready once everything requested exists; what needs a Secret of its depends on it. A
    CronJob then replaces certificates before they end. It never touches what is still good.
    """

    trust_config_map: pulumi.Output[str]

    def __init__(
        self, name: str, args: CertificateAuthorityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:components:CertificateAuthority", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        declaration = _declaration(args)
        account = ServiceAccount(
            f"{name}-account",
            metadata={"name": "issuer", "namespace": args.namespace},
            automount_service_account_token=False,
            opts=child,
        )
        requests = ConfigMap(
            f"{name}-requests",
            metadata={"name": "issuer-requests", "namespace": args.namespace},
            data={"requests.json": json.dumps(declaration, indent=2, sort_keys=True)},
            opts=child,
        )
        kept = secrets_by_namespace(
            args.requests, SecretPlace(namespace=args.namespace, name=AUTHORITY_SECRET)
        )
        bindings = [
            self._permit(name, namespace, kept.get(namespace, []), args, child)
            for namespace in sorted({*kept, *args.trusting_namespaces})
        ]
        running = pulumi.ResourceOptions(parent=self, depends_on=[account, requests, *bindings])
        pod = _pod(args.image, args.compute)
        job = reconciling_job(
            f"{name}-issue",
            name="issuer",
            namespace=args.namespace,
            labels=LABELS,
            declaration=digest(declaration),
            pod=pod,
            patience_seconds=300,
            opts=running,
        )
        CronJob(
            f"{name}-rotation",
            metadata={"name": "issuer-rotation", "namespace": args.namespace},
            spec={
                "schedule": args.schedule,
                "concurrency_policy": "Forbid",
                "starting_deadline_seconds": 600,
                "successful_jobs_history_limit": 1,
                "failed_jobs_history_limit": 1,
                "job_template": {
                    "spec": {
                        "backoff_limit": 3,
                        "active_deadline_seconds": 300,
                        "template": {
                            "metadata": {"labels": LABELS},
                            "spec": {"restart_policy": "Never", **pod},
                        },
                    }
                },
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[job]),
        )
        self.trust_config_map = job.metadata.apply(lambda _: TRUST_CONFIG_MAP)
        self.register_outputs({"trust_config_map": self.trust_config_map})

    def _permit(
        self,
        name: str,
        namespace: str,
        secrets: Sequence[str],
        args: CertificateAuthorityArgs,
        child: pulumi.ResourceOptions,
    ) -> RoleBinding:
        """Let the issuer write the named objects of one namespace, and read nothing else there."""
        # Kubernetes cannot limit `create` to a name: the object does not exist when it is asked.
        rules: list[Any] = [
            {"api_groups": [""], "resources": ["secrets"], "verbs": ["create"]},
            {
                "api_groups": [""],
                "resources": ["secrets"],
                "verbs": ["get", "update"],
                "resource_names": list(secrets),
            },
        ]
        if not secrets:
            rules = []
        if namespace in args.trusting_namespaces:
            rules += [
                {"api_groups": [""], "resources": ["configmaps"], "verbs": ["create"]},
                {
                    "api_groups": [""],
                    "resources": ["configmaps"],
                    "verbs": ["get", "update"],
                    "resource_names": [TRUST_CONFIG_MAP],
                },
            ]
        role = Role(
            f"{name}-{namespace}-role",
            metadata={"name": "issuer", "namespace": namespace},
            rules=rules,
            opts=child,
        )
        return RoleBinding(
            f"{name}-{namespace}-binding",
            metadata={"name": "issuer", "namespace": namespace},
            role_ref={
                "api_group": "rbac.authorization.k8s.io",
                "kind": "Role",
                "name": role.metadata.apply(lambda metadata: str(metadata.name)),
            },
            subjects=[{"kind": "ServiceAccount", "name": "issuer", "namespace": args.namespace}],
            opts=child,
        )


def _declaration(args: CertificateAuthorityArgs) -> dict[str, Any]:
    """Everything the issuer is asked for, as it reads it."""
    return {
        "authority": {
            "place": {"namespace": args.namespace, "name": AUTHORITY_SECRET},
            "days": args.authority_days,
        },
        "leaf_hours": args.leaf_hours,
        "renew_before_hours": args.renew_before_hours,
        "trust": {"name": TRUST_CONFIG_MAP, "namespaces": sorted(args.trusting_namespaces)},
        "requests": [request.document() for request in args.requests],
    }


def _pod(image: pulumi.Input[str], compute: Compute) -> PodSpecArgsDict:
    """The issuer's pod: the only one that talks to the API server, so the only one with a token."""
    return {
        "service_account_name": "issuer",
        "automount_service_account_token": True,
        "security_context": {"fs_group": NONROOT_GROUP},
        "containers": [
            {
                "name": "issuer",
                "image": image,
                "args": [f"{REQUESTS_FOLDER}/requests.json"],
                "termination_message_policy": LAST_WORDS,
                "resources": compute.resources(),
                "volume_mounts": [
                    {"name": "requests", "mount_path": REQUESTS_FOLDER, "read_only": True},
                    {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - the pod's own emptyDir
                ],
            }
        ],
        "volumes": [
            {"name": "requests", "config_map": {"name": "issuer-requests"}},
            {"name": "tmp", "empty_dir": {"size_limit": "16Mi"}},
        ],
    }
