"""A network that learns in a second."""

from app import baseline, features, network
from app.architecture import Architecture
from app.flights import Labelled

IMAGE = "sha256:" + "ab" * 32
SMALL = Architecture(
    hidden=(16, 8),
    embedding=4,
    dropout=0.1,
    noise=0.1,
    restraint=0.5,
    members=2,
    learning_rate=1e-2,
    weight_decay=1e-2,
    shrinkage=1e-4,
)


def learn(
    pipeline: features.Pipeline,
    train_set: Labelled,
    regression: baseline.Baseline,
    seed: int = 0,
) -> network.Training:
    return network.train(
        architecture=SMALL,
        weights=regression.weights(),
        cardinalities=pipeline.cardinalities,
        categories=pipeline.categories(train_set.flights),
        numbers=pipeline.numbers(train_set.flights),
        late=train_set.late,
        epochs=10,
        seed=seed,
        said=lambda _: None,
    )
