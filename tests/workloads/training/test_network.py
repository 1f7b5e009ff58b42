import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from small_model import SMALL, learn

from app.baseline import Baseline
from app.export import export
from app.features import SINGLES, Pipeline
from app.flights import Labelled
from app.network import Network, Straight, Training


def test_training_twice_gives_the_same_file(
    pipeline: Pipeline, train_set: Labelled, regression: Baseline, trained: Training
) -> None:
    again = learn(pipeline, train_set, regression)
    assert export(pipeline, again.ensemble, "x") == export(pipeline, trained.ensemble, "x")


def test_another_seed_gives_another_file(
    pipeline: Pipeline, train_set: Labelled, regression: Baseline, trained: Training
) -> None:
    other = learn(pipeline, train_set, regression, seed=7)
    assert export(pipeline, other.ensemble, "x") != export(pipeline, trained.ensemble, "x")


def test_the_network_learns_to_rank_later_months(
    pipeline: Pipeline, trained: Training, held_out: Labelled
) -> None:
    flights = held_out.flights
    probability = trained.ensemble.predict(pipeline.categories(flights), pipeline.numbers(flights))
    assert probability.dtype == np.float32
    assert roc_auc_score(held_out.late, probability) > 0.6
    assert trained.rows_per_second > 0


def test_a_pair_that_training_never_met_adds_nothing() -> None:
    network = Network(SMALL, (5, 5, 5, 8, 24, 25, 25, 120, 60), 11)
    weights = [float(one.weight.detach().abs().sum()) for one in network.tables()]
    assert all(weight > 0 for weight in weights[:SINGLES])
    assert weights[SINGLES:] == [0.0] * 4


def test_a_network_that_has_learnt_nothing_says_what_the_regression_says(
    pipeline: Pipeline, regression: Baseline, held_out: Labelled
) -> None:
    flights = held_out.flights
    categories = torch.from_numpy(pipeline.categories(flights))
    numbers = torch.from_numpy(pipeline.numbers(flights))
    said = torch.sigmoid(Straight(regression.weights())(categories, numbers)).numpy()
    assert np.abs(said - regression.predict(flights)).max() < 1e-5
    fresh = Network(SMALL, pipeline.cardinalities, numbers.shape[1]).eval()
    assert not fresh(categories, numbers).any()


def test_training_leaves_the_straight_path_alone(regression: Baseline, trained: Training) -> None:
    weights, straight = regression.weights(), trained.ensemble.straight
    assert (straight.numbers.numpy() == weights.numbers).all()
    assert [one.tolist() for one in straight.categories] == [
        one.tolist() for one in weights.categories
    ]


def test_only_training_hides_categories_and_adds_noise() -> None:
    network = Network(SMALL, (5,) * 9, 2)
    torch.nn.init.normal_(network.perceptron[-1].weight)
    categories, numbers = torch.full((4000, 9), 4), torch.zeros(4000, 2)
    network.eval()
    assert len(network(categories, numbers).unique()) == 1
    for layer in network.perceptron:
        if isinstance(layer, torch.nn.Dropout):
            layer.p = 0.0
    network.train()
    assert len(network(categories, numbers).unique()) > 1
