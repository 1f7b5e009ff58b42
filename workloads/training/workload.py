"""The Job that trains the variants of the model and writes them as candidates."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from workloads import job, pod

NAME = "training"
LABELS = pod.labels(NAME)
DEADLINE_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class TrainingArgs:
    """What is learnt from which months."""

    runtime: pod.Runtime
    """Where and out of what the Job runs."""
    store: pod.StoreClient
    """The object store, as an account that may read the lake and write candidates."""
    lake: pulumi.Input[str]
    """Bucket of the lake."""
    candidates: pulumi.Input[str]
    """Bucket of the candidates."""
    model: str
    """Name of the model."""
    variants: Sequence[str]
    """Names of the variants."""
    train_months: Sequence[int]
    """Months of the year to learn from."""
    held_out_months: Sequence[int]
    """Later months to measure on."""
    epochs: int
    """Times that training goes over its months."""
    seed: int
    """Start of the random numbers."""
    code_version: str
    """Version of the code, for the provenance statement."""
    after: pulumi.Input[str]
    """Revision of the data; another one trains again."""


class Training(pulumi.ComponentResource):
    """Candidates in the object store: ONNX, metrics, model card and provenance of each variant.

    It is ready once the Job has completed.
    """

    revision: pulumi.Output[str]
    """Changes whenever the candidates are made anew."""

    def __init__(
        self, name: str, args: TrainingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:workloads:Training", name, None, opts)
        account = pod.account(name, NAME, args.runtime, pulumi.ResourceOptions(parent=self))
        _, self.revision = job.run(
            f"{name}-job",
            workload=NAME,
            namespace=args.runtime.namespace,
            spec=pod.spec(
                NAME,
                args.runtime,
                settings={
                    **args.store.settings(),
                    "STORE_LAKE": args.lake,
                    "STORE_CANDIDATES": args.candidates,
                    "MODEL": args.model,
                    "VARIANTS": ",".join(args.variants),
                    "TRAIN_MONTHS": ",".join(map(str, args.train_months)),
                    "HELD_OUT_MONTHS": ",".join(map(str, args.held_out_months)),
                    "EPOCHS": str(args.epochs),
                    "SEED": str(args.seed),
                    "MIZAN_CODE_VERSION": args.code_version,
                },
                secrets=args.store.secrets(),
            ),
            after=args.after,
            deadline_seconds=DEADLINE_SECONDS,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account]),
        )
        self.register_outputs({"revision": self.revision})
