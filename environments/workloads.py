"""What runs: landing the data, training, signing and serving the model."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from environments.fault import Fault, listing, quote
from environments.profiles import PROFILES, SizeProfile
from environments.quantity import Month, Percent, Replicas, Slug
from environments.section import FrozenMap, Section, repeated

_WHOLE = 100

Months = Annotated[tuple[Month, ...], Field(min_length=1)]


class Landing(Section):
    """The Job that writes the source table into the lake, month by month."""

    profile: SizeProfile = Field(
        default=PROFILES["small"], title="Size", description="CPU and memory of the Job."
    )


class Training(Section):
    """The Job that trains the variants of the model and measures them."""

    profile: SizeProfile = Field(
        default=PROFILES["large"], title="Size", description="CPU and memory of the Job."
    )
    gpus: int = Field(
        default=0,
        ge=0,
        le=8,
        title="GPUs",
        description="GPUs (or slices of one) that the Job holds; none trains on CPUs.",
        json_schema_extra={"unit": "GPUs"},
    )
    pool: Slug | None = Field(
        default=None,
        title="Pool",
        description="Pool of the region on whose nodes the Job runs; any pool for training that "
        "has room if left out.",
    )
    train_months: Months = Field(
        default=tuple(range(1, 11)),
        title="Training months",
        description="Months from which the model and its features learn.",
    )
    held_out_months: Months = Field(
        default=(11, 12),
        title="Held-out months",
        description="Later months, which training never sees, on which the model is measured.",
    )
    variants: tuple[Slug, ...] = Field(
        default=("wide", "deep"),
        min_length=1,
        title="Variants",
        description="Names of the variants that training makes.",
    )
    epochs: int = Field(
        default=8,
        ge=1,
        le=1000,
        title="Epochs",
        description="Times that training goes over its months.",
        json_schema_extra={"unit": "epochs"},
    )
    seed: int = Field(
        default=7,
        ge=0,
        title="Seed",
        description="Start of the random numbers, so that a run can be repeated.",
        json_schema_extra={"unit": "none"},
    )

    def faults(self) -> Iterator[Fault]:
        """Held-out months come after every training month; each name and month once."""
        yield from repeated(self.train_months, "the month", "train_months")
        yield from repeated(self.held_out_months, "the month", "held_out_months")
        yield from repeated(self.variants, "the variant", "variants")
        last = max(self.train_months)
        later = f"months after {last}, the last training month"
        for position, month in enumerate(self.held_out_months):
            if month in self.train_months:
                reason = "the month is trained on too, so it cannot measure the model"
            elif month < last:
                reason = "the month comes before a training month: the model would know the future"
            else:
                continue
            yield Fault(
                path=("held_out_months", position), reason=reason, given=str(month), allowed=later
            )


class Signing(Section):
    """The Job that checks the candidates and signs them."""

    profile: SizeProfile = Field(
        default=PROFILES["small"], title="Size", description="CPU and memory of the Job."
    )


class Serving(Section):
    """The service that verifies the signed variants and answers predictions."""

    profile: SizeProfile = Field(
        default=PROFILES["medium"], title="Size", description="CPU and memory of each pod."
    )
    model: Slug = Field(default="delay", title="Model", description="Name of the model.")
    replicas_min: Replicas = Field(
        default=2, title="Fewest pods", description="Pods kept when nobody asks."
    )
    replicas_max: Replicas = Field(
        default=6, title="Most pods", description="Pods that it may grow to."
    )
    variants: FrozenMap[Slug, Percent] = Field(
        default={"wide": 50, "deep": 50},
        title="Weights",
        description="Share of the subjects that each variant answers; the weights add up to 100.",
    )
    queue_limit: int = Field(
        default=64,
        ge=1,
        le=100_000,
        title="Queue limit",
        description="Requests that may wait in a pod before it answers 429.",
        json_schema_extra={"unit": "requests"},
    )
    target_cpu_percent: int = Field(
        default=70,
        ge=1,
        le=100,
        title="CPU target",
        description="Share of the requested CPU above which pods are added.",
        json_schema_extra={"unit": "percent"},
    )

    def faults(self) -> Iterator[Fault]:
        """Weights add up to 100; no more pods at least than at most."""
        total = sum(self.variants.values())
        if total != _WHOLE:
            yield Fault(
                path=("variants",),
                reason=f"the weights add up to {total}",
                given=quote(dict(self.variants)),
                allowed=f"weights that add up to {_WHOLE}",
            )
        if self.replicas_min > self.replicas_max:
            yield Fault(
                path=("replicas_max",),
                reason="fewer pods at most than at least",
                given=f"replicas_min {self.replicas_min}, replicas_max {self.replicas_max}",
                allowed=f"replicas_max from {self.replicas_min}",
            )


class Workloads(Section):
    """The chain from raw data to predictions."""

    landing: Landing = Field(
        default=Landing(), title="Landing", description="Writes raw data into the lake."
    )
    training: Training = Field(
        default=Training(), title="Training", description="Makes and measures the candidates."
    )
    signing: Signing = Field(
        default=Signing(), title="Signing", description="Checks and signs the candidates."
    )
    serving: Serving = Field(
        default=Serving(), title="Serving", description="Answers with the signed variants."
    )

    def faults(self) -> Iterator[Fault]:
        """Serving gives weight only to variants that training makes."""
        for variant in self.serving.variants:
            if variant not in self.training.variants:
                yield Fault(
                    path=("serving", "variants", variant),
                    reason="training makes no such variant",
                    given=quote(variant),
                    allowed=listing(self.training.variants),
                )
