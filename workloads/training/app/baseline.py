"""What the network must beat: a logistic regression on the same inputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer  # type: ignore[import-untyped]  # ships no types
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # ships no types
from sklearn.metrics import average_precision_score  # type: ignore[import-untyped]  # ships no types
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]  # ships no types
from sklearn.preprocessing import OneHotEncoder, StandardScaler  # type: ignore[import-untyped]  # ships no types

from app.features import HOUR_MINUTES, Pipeline
from app.flights import Flights, Floats, Labelled

STRENGTHS = (0.03, 0.1, 0.3, 1.0)
"""Inverse strengths of regularisation to choose from."""
STEPS = 500
CATEGORIES = 5


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """A fitted regression.

    Attributes:
        strength: The inverse strength of regularisation that was chosen.
    """

    strength: float
    _pipeline: Pipeline
    _regression: Any

    def predict(self, flights: Flights) -> Floats:
        """Returns one probability per flight."""
        table = _table(self._pipeline, flights)
        return np.asarray(self._regression.predict_proba(table)[:, 1], dtype=np.float32)


def fit(months: Sequence[Labelled], everything: Labelled, pipeline: Pipeline) -> Baseline:
    """Fits the regression; the last training month chooses its regularisation.

    Args:
        months: The training months, one by one.
        everything: The same flights together.
        pipeline: Stand-ins for missing numbers.
    """
    strength = STRENGTHS[-1]
    if len(months) > 1:
        *earlier, last = months
        table = np.concatenate([_table(pipeline, month.flights) for month in earlier])
        late = np.concatenate([month.late for month in earlier])
        ahead = _table(pipeline, last.flights)
        scores = {
            one: average_precision_score(
                last.late, _regression(one).fit(table, late).predict_proba(ahead)[:, 1]
            )
            for one in STRENGTHS
        }
        strength = max(scores, key=lambda one: scores[one])
    fitted = _regression(strength).fit(_table(pipeline, everything.flights), everything.late)
    return Baseline(strength=strength, _pipeline=pipeline, _regression=fitted)


def _regression(strength: float) -> Any:
    columns = ColumnTransformer(
        [
            ("one-hot", OneHotEncoder(handle_unknown="ignore"), slice(0, CATEGORIES)),
            ("scaled", StandardScaler(), slice(CATEGORIES, None)),
        ]
    )
    return make_pipeline(columns, LogisticRegression(C=strength, max_iter=STEPS))


def _table(pipeline: Pipeline, flights: Flights) -> Floats:
    """Category indices (texts, weekday, hour) and then the numbers, all as one matrix."""
    quantities = pipeline.quantities(flights)
    singles = pipeline.categories(flights)[:, :CATEGORIES].astype(np.float32)
    arrival = np.nan_to_num(flights.arrival_minute, nan=pipeline.medians["arrival_minute"])
    numbers = [*quantities.values(), arrival, np.floor(arrival / HOUR_MINUTES)]
    return np.concatenate([singles, np.stack(numbers, axis=1)], axis=1).astype(np.float32)
