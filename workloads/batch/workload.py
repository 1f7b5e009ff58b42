"""The Job that drives Spark, and the template of the pods that it starts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pulumi
from pulumi_kubernetes.core.v1 import PodSpecArgsDict, PodTemplate

from workloads import job, pod

NAME = "batch"
LABELS = pod.labels(NAME)
PART = "app.kubernetes.io/component"
DRIVER_LABELS = {**LABELS, PART: "driver"}
EXECUTOR = "batch-executor"
EXECUTOR_LABELS = {**LABELS, PART: "executor"}
DRIVER_PORT = 7078
BLOCK_PORT = 7079


@dataclass(frozen=True, kw_only=True)
class Executors:
    """What the driver may start."""

    cpu_millicores: int
    """CPU of one, which is its limit too."""
    memory_mib: int
    """Memory of one, which is its limit too."""
    most: int
    """How many at once."""

    @property
    def compute(self) -> pod.Compute:
        """The pod's CPU and memory."""
        amount = {"cpu": f"{self.cpu_millicores}m", "memory": f"{self.memory_mib}Mi"}
        return pod.Compute(requests=amount, limits=amount)


@dataclass(frozen=True, kw_only=True)
class BatchArgs:
    """What is computed from what, by how many."""

    runtime: pod.Runtime
    """Where and out of what driver and executors run; the size is the driver's."""
    driver_memory_mib: int
    """Memory that the driver gets."""
    executors: Executors
    """What it may start."""
    store: pod.StoreClient
    """The object store, as an account that reads the lake and writes features."""
    lake: pulumi.Input[str]
    """Bucket of the lake."""
    features: pulumi.Input[str]
    """Bucket of the features."""
    rpc_secret: str
    """Secret whose `secret_key` driver and executors prove themselves to each other with."""
    deadline_seconds: int
    """How long the job may take, all tries together."""
    after: pulumi.Input[str]
    """Revision of the data; another one computes again."""


class Batch(pulumi.ComponentResource):
    """Delays by day, carrier, airport and route as Parquet by month in the features bucket.

    It is ready once the Job has completed. Executors come and go with the work; they are made from
    a template that lies in the cluster, so that it is hardened and judged like every pod.
    """

    revision: pulumi.Output[str]
    """Changes whenever the tables are computed anew."""

    def __init__(
        self, name: str, args: BatchArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:workloads:Batch", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        secrets = {**args.store.secrets(), "rpc": args.rpc_secret}
        account = pod.account(name, NAME, args.runtime, child)
        template = PodTemplate(
            f"{name}-executor",
            metadata={"name": EXECUTOR, "namespace": args.runtime.namespace},
            template={
                "metadata": {"labels": EXECUTOR_LABELS},
                "spec": _executor(args, secrets),
            },
            opts=child,
        )
        spec = pod.spec(
            NAME,
            args.runtime,
            settings=_settings(args),
            secrets=secrets,
            field_settings={"POD_NAME": "metadata.name", "POD_IP": "status.podIP"},
        )
        # Executors are asked for with it; they themselves have none.
        spec["automount_service_account_token"] = True
        _, self.revision = job.run(
            f"{name}-job",
            workload=NAME,
            namespace=args.runtime.namespace,
            spec=spec,
            labels=DRIVER_LABELS,
            after=args.after,
            deadline_seconds=args.deadline_seconds,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account, template]),
        )
        self.register_outputs({"revision": self.revision})


def _settings(args: BatchArgs) -> dict[str, pulumi.Input[str]]:
    return {
        **args.store.settings(),
        "STORE_LAKE": args.lake,
        "STORE_FEATURES": args.features,
        "POD_NAMESPACE": args.runtime.namespace,
        "SERVICE_ACCOUNT": NAME,
        "DRIVER_MEMORY_MIB": str(args.driver_memory_mib),
        "EXECUTOR_TEMPLATE": EXECUTOR,
        "EXECUTOR_IMAGE": args.runtime.image,
        "EXECUTOR_CPU_MILLICORES": str(args.executors.cpu_millicores),
        "EXECUTOR_MEMORY_MIB": str(args.executors.memory_mib),
        "MAX_EXECUTORS": str(args.executors.most),
    }


def _executor(args: BatchArgs, secrets: Mapping[str, str]) -> PodSpecArgsDict:
    """An executor's pod; Spark adds what one job tells it."""
    spec = pod.spec(
        EXECUTOR,
        replace(args.runtime, compute=args.executors.compute),
        settings={},
        secrets=secrets,
    )
    # The same identity as the driver's: both read and write the same buckets.
    spec["service_account_name"] = NAME
    spec["restart_policy"] = "Never"
    return spec
