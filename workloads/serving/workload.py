"""The service that verifies signed variants and answers predictions over TLS."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.autoscaling.v2 import HorizontalPodAutoscaler
from pulumi_kubernetes.core.v1 import ConfigMap, Service
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from workloads import job, pod

NAME = "serving"
LABELS = pod.labels(NAME)
RELEASE_KEY = "release-key"
RELEASE_FILE = "release.dsse.json"
"""Name of the object that says which versions of a model are served: it is written last."""
PORT = 8443
SHUTDOWN_SECONDS = 55
"""Time from the end of draining until a pod is gone: the longest request, the shutdown."""


@dataclass(frozen=True, kw_only=True)
class ServingArgs:
    """Which release is served, to whom which variant."""

    runtime: pod.Runtime
    """Where and out of what the pods run."""
    store: pod.StoreClient
    """The object store, as an account that may read the models and nothing else."""
    models: pulumi.Input[str]
    """Bucket of the signed models."""
    model: str
    """Name of the model."""
    weights: Mapping[str, int]
    """Share of the subjects that each variant answers, in percent."""
    queue_limit: int
    """Requests in flight or waiting in a pod before it answers 429."""
    replicas: tuple[int, int]
    """Fewest and most pods."""
    target_cpu_percent: int
    """Share of the requested CPU above which pods are added."""
    secrets: "ServingSecrets"
    """What the pods prove themselves with, and what they check models with."""
    after: pulumi.Input[str]
    """Revision of the release; another one replaces the pods."""
    gates: Sequence[str] = ()
    """Conditions that others set on a pod, without which it is not ready."""
    drain_seconds: int = 5
    """Time in which a leaving pod still answers, while clients learn that it leaves."""


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """A key of another site, as its operator handed it over."""

    pem: str
    """EC P-256 public key, PEM."""


@dataclass(frozen=True, kw_only=True)
class ServingSecrets:
    """Names of Secrets in the namespace."""

    tls: str
    """Certificate of the listener (`tls.crt`, `tls.key`, `ca.crt`)."""
    verification: str | PublicKey
    """Public key that models must be signed with: the Secret that holds it (`signing.pub`), or
    the key itself where another site signs."""
    salt: tuple[str, str]
    """Secret and key of the experiment's salt: with it a subject's place could be computed."""


def host_names(namespace: str) -> list[str]:
    """The names that the service answers to, for its certificate."""
    return [f"{NAME}.{namespace}.svc.cluster.local", f"{NAME}.{namespace}.svc", NAME, "localhost"]


class Serving(pulumi.ComponentResource):
    """Predictions by the Open Inference Protocol v2 over TLS, split over signed variants.

    It is ready once a pod has verified the release. A pod that cannot verify it never starts.
    """

    url: pulumi.Output[str]

    def __init__(
        self, name: str, args: ServingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:workloads:Serving", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        namespace = args.runtime.namespace
        place: Any = {"name": NAME, "namespace": namespace, "labels": LABELS}
        account = pod.account(name, NAME, args.runtime, child)
        service = Service(
            f"{name}-service",
            metadata=place,
            spec={
                "type": "ClusterIP",
                "selector": LABELS,
                "ports": [{"name": "https", "port": PORT, "target_port": PORT}],
            },
            opts=child,
        )
        trust = _trust(name, args, child)
        # No number of replicas: it belongs to the autoscaler, and a second deployment would
        # otherwise take it back.
        deployment = Deployment(
            f"{name}-deployment",
            metadata=place,
            spec={
                "selector": {"match_labels": LABELS},
                "strategy": {
                    "type": "RollingUpdate",
                    "rolling_update": {"max_surge": 1, "max_unavailable": 0},
                },
                "progress_deadline_seconds": 300,
                "template": {
                    "metadata": {"labels": LABELS, "annotations": {job.REVISION: args.after}},
                    "spec": _spec(args),
                },
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account, *trust]),
        )
        least, most = args.replicas
        HorizontalPodAutoscaler(
            f"{name}-autoscaler",
            metadata=place,
            spec={
                "scale_target_ref": {"api_version": "apps/v1", "kind": "Deployment", "name": NAME},
                "min_replicas": least,
                "max_replicas": most,
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {
                            "name": "cpu",
                            "target": {
                                "type": "Utilization",
                                "average_utilization": args.target_cpu_percent,
                            },
                        },
                    }
                ],
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[deployment]),
        )
        PodDisruptionBudget(
            f"{name}-budget",
            metadata=place,
            # Not "at least one": with one pod, that would forbid to empty its node for ever.
            spec={"max_unavailable": 1, "selector": {"match_labels": LABELS}},
            opts=child,
        )
        self.url = service.metadata.apply(lambda _: f"https://{host_names(namespace)[0]}:{PORT}")
        self.register_outputs({"url": self.url})


def _trust(name: str, args: ServingArgs, opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    """The ConfigMap with the key of another site, where that one signs."""
    key = args.secrets.verification
    if not isinstance(key, PublicKey):
        return []
    place: Any = {"name": RELEASE_KEY, "namespace": args.runtime.namespace}
    return [ConfigMap(f"{name}-key", metadata=place, data={"signing.pub": key.pem}, opts=opts)]


def _spec(args: ServingArgs) -> Any:
    """The pod. It drains by itself when told to end, so no hook has to sleep before."""
    key = args.secrets.verification
    in_secret = {} if isinstance(key, PublicKey) else {"verification": key}
    spec = pod.spec(
        NAME,
        args.runtime,
        settings={
            **args.store.settings(),
            "STORE_MODELS": args.models,
            "MODEL": args.model,
            "VARIANT_WEIGHTS": json.dumps(dict(args.weights), sort_keys=True),
            "QUEUE_LIMIT": str(args.queue_limit),
            "PORT": str(PORT),
            "DRAIN_SECONDS": str(args.drain_seconds),
        },
        secret_settings={"EXPERIMENT_SALT": args.secrets.salt},
        secrets={
            **args.store.secrets(),
            "tls": args.secrets.tls,
            **in_secret,
        },
        configs={} if in_secret else {"verification": RELEASE_KEY},
        container={
            "ports": [{"name": "https", "container_port": PORT}],
            # Downloading and verifying the release comes before the listener.
            "startup_probe": _probe("/v2/health/live", period=2, failures=90),
            "readiness_probe": _probe("/v2/health/ready", period=2, failures=2),
            "liveness_probe": _probe("/v2/health/live", period=10, failures=3),
        },
    )
    gates: Any = (
        {"readiness_gates": [{"condition_type": gate} for gate in args.gates]} if args.gates else {}
    )
    return {
        **spec,
        **gates,
        "termination_grace_period_seconds": args.drain_seconds + SHUTDOWN_SECONDS,
        "topology_spread_constraints": [
            {
                "max_skew": 1,
                "topology_key": key,
                "when_unsatisfiable": "ScheduleAnyway",
                "label_selector": {"match_labels": LABELS},
            }
            for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
        ],
    }


def _probe(path: str, *, period: int, failures: int) -> Any:
    """Asks the server itself, over TLS."""
    return {
        "http_get": {"path": path, "port": PORT, "scheme": "HTTPS"},
        "period_seconds": period,
        "timeout_seconds": 5,
        "failure_threshold": failures,
    }
