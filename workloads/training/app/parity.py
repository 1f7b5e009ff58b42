"""Whether the exported file says what the trained network says."""

from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]  # ships no types

from app.export import OUTPUT
from app.failure import QualityError
from app.features import NUMBERS, TEXTS, Pipeline
from app.flights import Flights, Floats
from app.network import THREADS, Ensemble

TOLERANCE = 1e-5
ROWS = 10_000
UNSEEN = "??"
SHARE = 0.02
"""Share of rows in which each input is replaced by an unseen category or a missing number."""


@dataclass(frozen=True, kw_only=True)
class Parity:
    """Outcome of the comparison.

    Attributes:
        rows: Rows compared.
        planted: Values among them that were made unseen or missing.
        max_abs_difference: Largest difference of two probabilities.
        rows_per_second: How fast the exported file scored.
    """

    rows: int
    planted: int
    max_abs_difference: float
    rows_per_second: float


def plant(flights: Flights, seed: int) -> tuple[Flights, int]:
    """Hides values of flights: texts become unseen or empty, numbers missing.

    Args:
        flights: Flights, of which the first lose every value.
        seed: Start of the random numbers.

    Returns:
        The flights, and how many values were hidden.
    """
    random = np.random.default_rng(seed)
    planted = 0
    changed = {}
    for name in (*TEXTS, *NUMBERS):
        values = getattr(flights, name).copy()
        hidden = random.random(len(values)) < SHARE
        hidden[0] = True
        if name in TEXTS:
            values[hidden] = np.where(random.random(int(hidden.sum())) < 0.5, UNSEEN, "")  # noqa: PLR2004 - half of them
        else:
            values[hidden] = np.nan
        planted += int(hidden.sum())
        changed[name] = values
    return replace(flights, **changed), planted


def session(model: bytes) -> ort.InferenceSession:
    """Loads a model file on the CPU."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def score(loaded: ort.InferenceSession, flights: Flights) -> Floats:
    """Returns one probability per flight, by the exported file."""
    inputs = {name: getattr(flights, name).reshape(-1, 1) for name in (*TEXTS, *NUMBERS)}
    return np.asarray(loaded.run([OUTPUT], inputs)[0], dtype=np.float32)[:, 0]


def check(
    model: bytes, pipeline: Pipeline, ensemble: Ensemble, held_out: Flights, seed: int
) -> Parity:
    """Compares the exported file with torch, on held-out flights with planted gaps.

    Args:
        model: The exported file.
        pipeline: The fitted features.
        ensemble: The trained network.
        held_out: Flights to draw from.
        seed: Start of the random numbers.

    Raises:
        QualityError: A probability differs by more than `TOLERANCE`.
    """
    random = np.random.default_rng(seed)
    rows = random.choice(len(held_out), min(ROWS, len(held_out)), replace=False)
    flights, planted = plant(held_out.take(rows), seed)
    ours = ensemble.predict(pipeline.categories(flights), pipeline.numbers(flights))
    loaded = session(model)
    start = perf_counter()
    theirs = score(loaded, flights)
    seconds = perf_counter() - start
    differences = np.abs(ours - theirs)
    # A comparison with not-a-number is false, and must fail.
    if not (differences <= TOLERANCE).all():
        raise QualityError(
            f"model.onnx and torch differ by up to {differences.max():.3g} on "
            f"{int((~(differences <= TOLERANCE)).sum())} of {len(rows)} rows, {TOLERANCE:g} is "
            "allowed; nothing was offered"
        )
    return Parity(
        rows=len(rows),
        planted=planted,
        max_abs_difference=float(differences.max()),
        rows_per_second=len(rows) / seconds,
    )
