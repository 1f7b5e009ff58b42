"""The Job that checks candidates and signs them: the only pod that sees the private key."""

from dataclasses import dataclass

import pulumi

from workloads import job, pod

NAME = "signing"
LABELS = pod.labels(NAME)
DEADLINE_SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class SigningArgs:
    """Which candidates become a release, signed with which key."""

    runtime: pod.Runtime
    """Where and out of what the Job runs; nothing else may run in its namespace."""
    store: pod.StoreClient
    """The object store, as an account that may read candidates and write models."""
    key_secret: str
    """Secret in the namespace with the private key (`signing.key`)."""
    candidates: pulumi.Input[str]
    """Bucket of the candidates."""
    models: pulumi.Input[str]
    """Bucket of the signed models."""
    model: str
    """Name of the model."""
    after: pulumi.Input[str]
    """Revision of the candidates; another one signs again."""


class Signing(pulumi.ComponentResource):
    """A release in the object store that anybody with the public key can check.

    It is ready once the Job has completed.
    """

    revision: pulumi.Output[str]
    """Changes whenever a release is made anew."""

    def __init__(
        self, name: str, args: SigningArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:workloads:Signing", name, None, opts)
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
                    "STORE_CANDIDATES": args.candidates,
                    "STORE_MODELS": args.models,
                    "MODEL": args.model,
                },
                secrets={**args.store.secrets(), "signing": args.key_secret},
            ),
            after=args.after,
            deadline_seconds=DEADLINE_SECONDS,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account]),
        )
        self.register_outputs({"revision": self.revision})
