"""How well probabilities rank and fit, and how sure one can be that one model ranks better."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import (  # type: ignore[import-untyped]  # ships no types
    average_precision_score,
    brier_score_loss,
    log_loss,
    roc_auc_score,
)

from app.flights import Floats

RESAMPLES = 1000
CONFIDENCE = 0.95
Weights = npt.NDArray[np.float64]


def measure(late: Floats, probability: Floats) -> dict[str, float]:
    """Returns PR-AUC (average precision), ROC-AUC, Brier score and log loss."""
    exact = np.clip(probability.astype(np.float64), 1e-7, 1 - 1e-7)
    return {
        "pr_auc": float(average_precision_score(late, exact)),
        "roc_auc": float(roc_auc_score(late, exact)),
        "brier": float(brier_score_loss(late, exact)),
        "log_loss": float(log_loss(late, exact)),
    }


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Difference of two PR-AUCs with its percentile bootstrap interval."""

    value: float
    lower: float
    upper: float


class _Ranking:
    """Average precision of one score under any weights, sorted once."""

    def __init__(self, late: Floats, score: Floats) -> None:
        self._order = np.argsort(-score, kind="stable")
        self._late = late[self._order].astype(np.float64)
        ranked = score[self._order]
        # Flights of the same schedule tie: a threshold takes all of them or none.
        self._ends = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)

    def average_precision(self, weights: Weights) -> float:
        ranked = weights[self._order]
        found = np.cumsum(ranked * self._late)[self._ends]
        asked = np.cumsum(ranked)[self._ends]
        gained = np.diff(found, prepend=0.0)
        precision = np.divide(found, asked, out=np.zeros_like(found), where=asked > 0)
        return float((gained * precision).sum() / found[-1])


def bootstrap(  # noqa: PLR0913 - three columns of one table, and how to draw from it
    late: Floats,
    network: Floats,
    baseline: Floats,
    *,
    seed: int,
    groups: npt.NDArray[np.int64] | None = None,
    resamples: int = RESAMPLES,
) -> Interval:
    """Returns PR-AUC of the network less that of the baseline, both on the same resamples.

    Args:
        late: Labels.
        network: Probabilities of the network.
        baseline: Probabilities of the baseline.
        seed: Start of the random numbers.
        groups: Group of each row, where whole groups are drawn and not single rows.
        resamples: How often to draw.
    """
    random = np.random.default_rng(seed)
    members = np.arange(len(late)) if groups is None else np.unique(groups, return_inverse=True)[1]
    count = int(members.max()) + 1
    rankings = _Ranking(late, network), _Ranking(late, baseline)

    def difference(weights: Weights) -> float:
        ours, theirs = (ranking.average_precision(weights) for ranking in rankings)
        return ours - theirs

    drawn = [
        difference(
            np.bincount(random.integers(0, count, count), minlength=count).astype(np.float64)[
                members
            ]
        )
        for _ in range(resamples)
    ]
    tail = (1 - CONFIDENCE) / 2
    lower, upper = np.quantile(drawn, [tail, 1 - tail])
    return Interval(value=difference(np.ones(len(late))), lower=float(lower), upper=float(upper))
