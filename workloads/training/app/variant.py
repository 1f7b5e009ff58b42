"""One variant: trained, measured, exported, compared and described."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from app import evaluation, export, network, parity
from app.architecture import ARCHITECTURES
from app.baseline import Baseline
from app.candidate import MODEL_FILE, PROVENANCE, Candidate, as_json
from app.card import make_card
from app.contract import make_contract
from app.evaluation import Interval
from app.example import make_example
from app.failure import QualityError
from app.features import Pipeline
from app.flights import Floats, Labelled
from app.progress import Progress
from app.provenance import make_statement
from app.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """What all variants share.

    Attributes:
        settings: What the Job is told.
        started: When the Job began.
        digests: SHA-256 of every object that was read from the lake, by key.
        train: Flights to learn from.
        held_out: Later flights to measure on.
        pipeline: Features, fitted on the training flights.
        baseline: The logistic regression, fitted on the training flights.
    """

    settings: Settings
    started: datetime
    digests: Mapping[str, str]
    train: Labelled
    held_out: Labelled
    pipeline: Pipeline
    baseline: Baseline


def make_variant(experiment: Experiment, variant: str, progress: Progress) -> Candidate:
    """Trains one variant and makes everything that is offered with it.

    Args:
        experiment: Data and features.
        variant: Name of the variant.
        progress: Where to say what is done.

    Raises:
        QualityError: It does not beat the baseline, or the exported file says something else.
    """
    settings, pipeline = experiment.settings, experiment.pipeline
    train, held_out = experiment.train, experiment.held_out
    trained = network.train(
        architecture=ARCHITECTURES[variant],
        weights=experiment.baseline.weights(),
        cardinalities=pipeline.cardinalities,
        categories=pipeline.categories(train.flights),
        numbers=pipeline.numbers(train.flights),
        late=train.late,
        epochs=settings.epochs,
        seed=settings.seed,
        said=lambda message: progress.step(f"{variant}: {message}"),
    )
    probability = trained.ensemble.predict(
        pipeline.categories(held_out.flights), pipeline.numbers(held_out.flights)
    )
    metrics = measure(experiment, probability)
    progress.step(f"{variant}: measured on held-out months", variant=variant, **metrics)
    require_better(variant, Interval(**metrics["pr_auc_difference"]))
    model = export.export(pipeline, trained.ensemble, f"{settings.model}-{variant}")
    compared = parity.check(model, pipeline, trained.ensemble, held_out.flights, settings.seed)
    progress.step(f"{variant}: exported file agrees with torch", **asdict(compared))
    metrics["throughput"] = {
        "training_rows_per_second": round(trained.rows_per_second),
        "scoring_rows_per_second": round(compared.rows_per_second),
    }
    metrics["example"] = make_example(held_out.flights, float(probability[0]))
    files = {
        MODEL_FILE: model,
        "contract.json": as_json(make_contract(compared)),
        "metrics.json": as_json(metrics),
        "model_card.md": make_card(settings, variant, ARCHITECTURES[variant], metrics).encode(),
    }
    times = tuple(
        time.isoformat(timespec="seconds") for time in (experiment.started, datetime.now(UTC))
    )
    statement = make_statement(settings, variant, experiment.digests, files, (times[0], times[1]))
    return Candidate(
        model=settings.model, variant=variant, files={**files, PROVENANCE: as_json(statement)}
    )


def measure(experiment: Experiment, probability: Floats) -> dict[str, Any]:
    """Returns `metrics.json`, all but the speeds.

    Args:
        experiment: Data and baseline.
        probability: What the network says of the held-out flights.
    """
    settings, held_out = experiment.settings, experiment.held_out
    theirs = experiment.baseline.predict(held_out.flights)
    late, seed = held_out.late, settings.seed
    return {
        "network": evaluation.measure(late, probability),
        "baseline": evaluation.measure(late, theirs),
        "pr_auc_difference": asdict(evaluation.bootstrap(late, probability, theirs, seed=seed)),
        "pr_auc_difference_by_day": asdict(
            evaluation.bootstrap(late, probability, theirs, seed=seed, groups=held_out.day)
        ),
        "resamples": evaluation.RESAMPLES,
        "confidence": evaluation.CONFIDENCE,
        "train_months": list(settings.train_months),
        "held_out_months": list(settings.held_out_months),
        "train_rows": len(experiment.train),
        "held_out_rows": len(held_out),
        "held_out_late_share": float(late.mean()),
    }


def require_better(variant: str, difference: Interval) -> None:
    """Refuses a network that the baseline may equal.

    Args:
        variant: Name of the variant.
        difference: PR-AUC of the network less that of the baseline.

    Raises:
        QualityError: The interval reaches zero.
    """
    if not difference.lower > 0:
        raise QualityError(
            f"variant {variant} does not beat the logistic baseline on the held-out months: PR-AUC "
            f"difference {difference.value:.4f}, interval {difference.lower:.4f} to "
            f"{difference.upper:.4f} must lie above 0; nothing was offered"
        )
