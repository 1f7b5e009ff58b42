"""What the network must beat, and starts from: a logistic regression on the same features."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer  # type: ignore[import-untyped]  # ships no types
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # ships no types
from sklearn.metrics import average_precision_score  # type: ignore[import-untyped]  # ships no types
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]  # ships no types
from sklearn.preprocessing import OneHotEncoder  # type: ignore[import-untyped]  # ships no types

from app.features import SINGLES, Pipeline
from app.flights import Flights, Floats, Labelled

STRENGTHS = (0.03, 0.1, 0.3, 1.0)
"""Inverse strengths of regularisation to choose from."""
STEPS = 500


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A regression's weights: the logit is their sum.

    Attributes:
        categories: For each single category, one weight for each index.
        numbers: One weight for each number.
        bias: What is added.
    """

    categories: tuple[Floats, ...]
    numbers: Floats
    bias: float


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

    def weights(self) -> Weights:
        """Returns what the regression has learnt; a category it never met weighs nothing."""
        columns, regression = self._regression[0], self._regression[-1]
        met = columns.named_transformers_["one-hot"].categories_
        parts = np.split(regression.coef_[0], np.cumsum([len(indices) for indices in met]))
        categories = []
        for size, indices, part in zip(self._pipeline.cardinalities, met, parts, strict=False):
            column = np.zeros(size, np.float32)
            column[indices.astype(np.int64)] = part
            categories.append(column)
        return Weights(
            categories=tuple(categories),
            numbers=parts[-1].astype(np.float32),
            bias=float(regression.intercept_[0]),
        )


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
            ("one-hot", OneHotEncoder(handle_unknown="ignore"), slice(0, SINGLES)),
            ("numbers", "passthrough", slice(SINGLES, None)),
        ]
    )
    return make_pipeline(columns, LogisticRegression(C=strength, max_iter=STEPS))


def _table(pipeline: Pipeline, flights: Flights) -> Floats:
    """Category indices (texts, weekday, hour) and then the numbers, all as one matrix."""
    singles = pipeline.categories(flights)[:, :SINGLES].astype(np.float32)
    return np.concatenate([singles, pipeline.numbers(flights)], axis=1)
