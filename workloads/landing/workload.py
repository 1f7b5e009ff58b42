"""The Job that writes the source table into the lake."""

from dataclasses import dataclass

import pulumi

from workloads import job, pod

NAME = "landing"
LABELS = pod.labels(NAME)
DEADLINE_SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class LandingArgs:
    """What is landed where."""

    runtime: pod.Runtime
    """Where and out of what the Job runs."""
    store: pod.StoreClient
    """The object store, as an account that may write to the lake."""
    lake: pulumi.Input[str]
    """Bucket of the lake."""


class Landing(pulumi.ComponentResource):
    """The flights table in the lake, as Parquet by month with a manifest of its hashes.

    It is ready once the Job has completed.
    """

    revision: pulumi.Output[str]
    """Changes whenever the data are landed anew."""

    def __init__(
        self, name: str, args: LandingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:workloads:Landing", name, None, opts)
        account = pod.account(name, NAME, args.runtime, pulumi.ResourceOptions(parent=self))
        _, self.revision = job.run(
            f"{name}-job",
            workload=NAME,
            namespace=args.runtime.namespace,
            spec=pod.spec(
                NAME,
                args.runtime,
                settings={**args.store.settings(), "STORE_LAKE": args.lake},
                secrets=args.store.secrets(),
            ),
            after="",
            deadline_seconds=DEADLINE_SECONDS,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account]),
        )
        self.register_outputs({"revision": self.revision})
