"""The variants: what kind of network each name stands for.

Chosen on months 5 to 8, each time learning from the months before; no later month was looked at.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """One network and how it learns.

    Attributes:
        hidden: Width of each hidden layer.
        embedding: Width of each category's embedding, at most.
        dropout: Share of hidden units left out at a step of training.
        members: Networks whose logits are averaged; each starts from other random numbers.
        learning_rate: Peak of the one-cycle schedule.
        weight_decay: Decoupled weight decay (AdamW).
        shrinkage: Penalty on the sum of squares of the embeddings.
    """

    hidden: tuple[int, ...]
    embedding: int
    dropout: float
    members: int
    learning_rate: float
    weight_decay: float
    shrinkage: float


ARCHITECTURES = {
    "wide": Architecture(
        hidden=(256,),
        embedding=16,
        dropout=0.2,
        members=2,
        learning_rate=4e-3,
        weight_decay=1e-2,
        shrinkage=3e-3,
    ),
    "deep": Architecture(
        hidden=(128, 64),
        embedding=16,
        dropout=0.2,
        members=2,
        learning_rate=4e-3,
        weight_decay=1e-2,
        shrinkage=3e-3,
    ),
}
