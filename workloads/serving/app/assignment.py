"""Which variant a subject gets: sticky, stateless, and moved only by the difference."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from app.failure import ConfigurationError

BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Assigned:
    """One subject's place in the experiment.

    Attributes:
        variant: Variant that the subject gets.
        subject: Pseudonym of the subject; the raw id cannot be read from it without the salt.
        bucket: 0 to 9,999.
    """

    variant: str
    subject: str
    bucket: int


class Assignment:
    """Splits subjects over variants by a salted hash.

    A subject's bucket never changes. Variants own neighbouring runs of buckets in the order of
    their names, so moving weight between two neighbours moves exactly the buckets of the
    difference. Two variants are always neighbours; with three or more, weight moved between
    variants that are not neighbours passes through those in between (no stateless layout can
    avoid that for every change).
    """

    def __init__(self, weights: Mapping[str, float], salt: str) -> None:
        """Lays out the buckets.

        Args:
            weights: Percent for each variant, in steps of 0.01, adding up to 100.
            salt: Secret of the experiment; another salt is another, independent split.

        Raises:
            ConfigurationError: A weight is not a percentage, or they do not add up to 100.
        """
        self.weights = dict(sorted(weights.items()))
        self._salt = hashlib.sha256(salt.encode())
        self._layout: list[str] = []
        for variant, weight in self.weights.items():
            if isinstance(weight, bool) or not isinstance(weight, int | float):
                raise ConfigurationError(f"weight of {variant!r} is {weight!r}: give a number")
            share = weight * BUCKETS / 100
            if not 0 <= weight <= 100 or abs(share - round(share)) > 1e-6:  # noqa: PLR2004 - percent
                raise ConfigurationError(
                    f"weight of {variant!r} is {weight}: give 0 to 100 in steps of 0.01"
                )
            self._layout += [variant] * round(share)
        if len(self._layout) != BUCKETS:
            total = sum(self.weights.values())
            raise ConfigurationError(
                f"VARIANT_WEIGHTS {self.weights} add up to {total:g}, not to 100"
            )

    def assign(self, subject_id: str) -> Assigned:
        """Says which variant a subject gets, always the same for the same weights and salt."""
        digest = self._salt.copy()
        digest.update(b"\0")
        digest.update(subject_id.encode())
        value = digest.digest()
        bucket = int.from_bytes(value[:8]) % BUCKETS
        # The pseudonym comes from the other bytes: it says nothing about neighbouring buckets.
        return Assigned(self._layout[bucket], value[8:24].hex(), bucket)
