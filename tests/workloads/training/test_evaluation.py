import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from app import baseline, evaluation
from app.evaluation import bootstrap
from app.failure import QualityError
from app.features import Pipeline
from app.flights import Labelled, labelled
from app.variant import require_better

RANDOM = np.random.default_rng(0)
LATE = (RANDOM.random(4000) < 0.2).astype(np.float32)
NOISE = RANDOM.random(4000).astype(np.float32)
GOOD = (LATE * 0.4 + NOISE).astype(np.float32)


def test_the_difference_is_that_of_average_precision_with_ties() -> None:
    coarse = np.round(GOOD, 1)
    found = bootstrap(LATE, coarse, NOISE, seed=0, resamples=50)
    wanted = average_precision_score(LATE, coarse) - average_precision_score(LATE, NOISE)
    assert found.value == pytest.approx(wanted, abs=1e-12)


def test_the_order_of_the_rows_does_not_matter() -> None:
    coarse, order = np.round(GOOD, 1), np.argsort(LATE)
    one = bootstrap(LATE, coarse, NOISE, seed=0, resamples=20)
    other = bootstrap(LATE[order], coarse[order], NOISE[order], seed=0, resamples=20)
    assert one.value == pytest.approx(other.value, abs=1e-12)


def test_a_better_ranking_has_an_interval_above_zero() -> None:
    found = bootstrap(LATE, GOOD, NOISE, seed=0, resamples=200)
    assert 0 < found.lower < found.value < found.upper


def test_two_rankings_by_chance_have_an_interval_around_zero() -> None:
    other = np.random.default_rng(1).random(4000).astype(np.float32)
    found = bootstrap(LATE, other, NOISE, seed=0, resamples=200)
    assert found.lower < 0 < found.upper


def test_the_same_ranking_differs_by_nothing() -> None:
    found = bootstrap(LATE, GOOD, GOOD, seed=0, resamples=50)
    assert found.value == found.lower == found.upper == 0


def test_the_same_seed_gives_the_same_interval() -> None:
    one, other = (bootstrap(LATE, GOOD, NOISE, seed=3, resamples=50) for _ in range(2))
    assert one == other


def test_drawing_groups_of_equal_rows_widens_the_interval() -> None:
    late, good, noise = (np.repeat(one, 10) for one in (LATE, GOOD, NOISE))
    rows = bootstrap(late, good, noise, seed=0, resamples=200)
    groups = np.repeat(np.arange(len(LATE)), 10)
    days = bootstrap(late, good, noise, seed=0, groups=groups, resamples=200)
    assert days.upper - days.lower > 2 * (rows.upper - rows.lower)


def test_an_interval_that_reaches_zero_is_refused() -> None:
    require_better("wide", evaluation.Interval(value=0.01, lower=0.001, upper=0.02))
    for lower in (0.0, -0.001, float("nan")):
        with pytest.raises(QualityError, match="variant wide does not beat the logistic baseline"):
            require_better("wide", evaluation.Interval(value=0.01, lower=lower, upper=0.02))


def test_certain_mistakes_have_a_finite_loss() -> None:
    measured = evaluation.measure(np.array([1, 0], np.float32), np.array([0, 1], np.float32))
    assert measured["roc_auc"] == 0
    assert 10 < measured["log_loss"] < 20


def test_the_baseline_ranks_later_months_well(months, train_set, held_out, pipeline) -> None:
    each = [labelled([months[month]]) for month in (1, 2, 3, 4)]
    fitted = baseline.fit(each, train_set, pipeline)
    assert fitted.strength in baseline.STRENGTHS
    assert roc_auc_score(held_out.late, fitted.predict(held_out.flights)) > 0.64


def test_a_single_training_month_takes_the_weakest_regularisation(
    months, pipeline: Pipeline
) -> None:
    one: Labelled = labelled([months[1]])
    assert baseline.fit([one], one, pipeline).strength == baseline.STRENGTHS[-1]


def test_labels_of_held_out_months_do_not_move_the_baseline(
    months, train_set, held_out, pipeline
) -> None:
    each = [labelled([months[month]]) for month in (1, 2, 3, 4)]
    one, other = (baseline.fit(each, train_set, pipeline) for _ in range(2))
    assert (one.predict(held_out.flights) == other.predict(held_out.flights)).all()
