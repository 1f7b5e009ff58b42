"""The tabular network: a straight path, and perceptrons that learn what it leaves.

The straight path is the logistic regression, weight by weight. The perceptrons see pairs and bends
that it cannot, and where they have nothing to say the network falls back on it.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import torch
from torch import Tensor, nn

from app.architecture import Architecture
from app.baseline import Weights
from app.features import SINGLES, Indices
from app.flights import Floats

BATCH = 4096
THREADS = 1
"""Fixed: another number of threads adds up in another order, which gives other bytes. These small
matrices gain nothing from a second thread, and threads that wait for each other lose much where
the CPU is shared."""
INITIAL_DEVIATION = 0.05
UNKNOWN_SHARE = 0.02
"""Share of category values hidden in training, so that index 0 learns what unknown means."""


class Straight(nn.Module):
    """The logistic regression as a part of the network; it learns no more."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.categories = nn.ParameterList(
            nn.Parameter(torch.from_numpy(one), requires_grad=False) for one in weights.categories
        )
        self.numbers = nn.Parameter(torch.from_numpy(weights.numbers), requires_grad=False)
        self.bias = nn.Parameter(torch.tensor(weights.bias), requires_grad=False)

    def forward(self, categories: Tensor, numbers: Tensor) -> Tensor:
        """Returns one logit per row."""
        parts = [one[categories[:, column]] for column, one in enumerate(self.categories)]
        logit: Tensor = torch.stack(parts).sum(dim=0) + numbers @ self.numbers + self.bias
        return logit


class Network(nn.Module):
    """One member: what is to be added to the straight path's logits."""

    def __init__(
        self, architecture: Architecture, cardinalities: Sequence[int], numbers: int
    ) -> None:
        super().__init__()
        widths = [min(architecture.embedding, max(2, int(size**0.5))) for size in cardinalities]
        self.embeddings = nn.ModuleList(
            nn.Embedding(size, width) for size, width in zip(cardinalities, widths, strict=True)
        )
        for column, embedding in enumerate(self.tables()):
            # A pair that training never meets adds nothing.
            deviation = INITIAL_DEVIATION if column < SINGLES else 0.0
            nn.init.normal_(embedding.weight, 0.0, deviation)
        inputs = sum(widths) + numbers
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise((inputs, *architecture.hidden)):
            layers += [nn.Linear(before, after), nn.ReLU(), nn.Dropout(architecture.dropout)]
        last = nn.Linear(architecture.hidden[-1], 1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.perceptron = nn.Sequential(*layers, last)
        self.noise = architecture.noise

    def tables(self) -> list[nn.Embedding]:
        """Returns the embeddings in the order of the category columns."""
        return [one for one in self.embeddings if isinstance(one, nn.Embedding)]

    def size_of_embeddings(self) -> Tensor:
        """Returns the sum of squares of all embeddings: few flights move a category little."""
        return torch.stack([one.weight.square().sum() for one in self.tables()]).sum()

    def forward(self, categories: Tensor, numbers: Tensor) -> Tensor:
        """Returns one logit per row."""
        if self.training:
            singles = categories[:, :SINGLES]
            hidden = torch.rand(singles.shape, device=singles.device) < UNKNOWN_SHARE
            categories = torch.cat([singles.masked_fill(hidden, 0), categories[:, SINGLES:]], 1)
            numbers = numbers + self.noise * torch.randn_like(numbers)
        embedded = [
            embedding(categories[:, column]) for column, embedding in enumerate(self.embeddings)
        ]
        joined = torch.cat([*embedded, numbers], dim=1)
        logit: Tensor = self.perceptron(joined)
        return logit[:, 0]


class Ensemble(nn.Module):
    """The straight path and the members, whose mean is added to it in part."""

    def __init__(self, straight: Straight, members: Sequence[Network], restraint: float) -> None:
        super().__init__()
        self.straight = straight
        self.members = nn.ModuleList(members)
        self.restraint = restraint

    def forward(self, categories: Tensor, numbers: Tensor) -> Tensor:
        """Returns one probability per row."""
        added = torch.stack([member(categories, numbers) for member in self.members]).mean(dim=0)
        return torch.sigmoid(self.straight(categories, numbers) + self.restraint * added)

    @torch.no_grad()
    def predict(self, categories: Indices, numbers: Floats) -> Floats:
        """Returns one probability per row."""
        self.eval()
        answer = self(torch.from_numpy(categories), torch.from_numpy(numbers))
        return np.asarray(answer.numpy(), dtype=np.float32)


@dataclass(frozen=True, kw_only=True)
class Training:
    """A trained network and how fast it learnt.

    Attributes:
        ensemble: The network.
        rows_per_second: Rows that one member saw in a second of training.
    """

    ensemble: Ensemble
    rows_per_second: float


def train(  # noqa: PLR0913 - one call describes one training, all by keyword
    *,
    architecture: Architecture,
    weights: Weights,
    cardinalities: Sequence[int],
    categories: Indices,
    numbers: Floats,
    late: Floats,
    epochs: int,
    seed: int,
    said: Callable[[str], None],
) -> Training:
    """Trains every member; the same arguments on the same machine give the same weights.

    Args:
        architecture: What to train and how.
        weights: The logistic regression, as the straight path.
        cardinalities: Number of indices of each column of `categories`.
        categories: Category indices.
        numbers: Numeric features.
        late: Labels.
        epochs: Times to go over the rows.
        seed: Start of the random numbers.
        said: Is told of each member's end.
    """
    torch.use_deterministic_algorithms(mode=True)
    torch.set_num_threads(THREADS)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data = [torch.from_numpy(array).to(device) for array in (categories, numbers, late)]
    straight = Straight(weights).to(device)
    data.append(straight(data[0], data[1]))
    start = perf_counter()
    members = []
    for number in range(architecture.members):
        torch.manual_seed(seed + number)
        member = Network(architecture, cardinalities, numbers.shape[1]).to(device)
        loss = _learn(member, architecture, data, epochs)
        members.append(member.cpu())
        said(f"member {number + 1} of {architecture.members}, training loss {loss:.4f}")
    seen = len(late) * epochs * architecture.members
    return Training(
        ensemble=Ensemble(straight.cpu(), members, architecture.restraint).eval(),
        rows_per_second=seen / (perf_counter() - start),
    )


def _learn(
    network: Network, architecture: Architecture, data: Sequence[Tensor], epochs: int
) -> float:
    """Fits one member; returns its mean loss over the last epoch."""
    categories, numbers, late, straight = data
    steps = -(-len(late) // BATCH)
    optimizer = torch.optim.AdamW(
        network.parameters(),
        lr=architecture.learning_rate,
        weight_decay=architecture.weight_decay,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, architecture.learning_rate, total_steps=max(2, epochs * steps)
    )
    network.train()
    total = 0.0
    for _ in range(epochs):
        total = 0.0
        for rows in torch.split(torch.randperm(len(late)).to(late.device), BATCH):
            logits = straight[rows] + network(categories[rows], numbers[rows])
            loss = nn.functional.binary_cross_entropy_with_logits(logits, late[rows])
            total += float(loss.detach()) * len(rows)
            loss = loss + architecture.shrinkage * network.size_of_embeddings()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch annotates only part of it
            optimizer.step()
            schedule.step()
    return total / len(late)
