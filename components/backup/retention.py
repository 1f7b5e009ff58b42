"""How long a backup is kept, and what the lock of its vault admits. Plain arithmetic."""

from dataclasses import dataclass

COLD_DAYS = 90
"""What AWS Backup keeps in cold storage at the least, in days."""
SHORTEST_GRACE_DAYS = 3
LONGEST_DAYS = 36500


@dataclass(frozen=True, kw_only=True)
class Retention:
    """For how long backups are kept, and for how long nobody can shorten that."""

    days: int
    """How long each backup is kept, in days."""
    shortest_days: int
    """What the locked vault takes at the least, in days: nobody deletes a backup sooner."""
    longest_days: int
    """What the locked vault takes at the most, in days."""
    changeable_for_days: int
    """Days until the lock is final. Until then it can be corrected, afterwards by nobody."""
    cold_after_days: int | None = None
    """Days until a backup moves to cold storage; None where it never does."""

    def __post_init__(self) -> None:
        """Refuse what AWS Backup would refuse, or lose.

        Raises:
            ValueError: if the days contradict each other; the message names them.
        """
        if not 1 <= self.shortest_days <= self.days <= self.longest_days <= LONGEST_DAYS:
            raise ValueError(
                f"backups are kept for {self.days} days in a vault that takes "
                f"{self.shortest_days} to {self.longest_days}: the days must lie within the "
                f"vault's, and those within 1 to {LONGEST_DAYS}"
            )
        if self.changeable_for_days < SHORTEST_GRACE_DAYS:
            raise ValueError(
                f"changeable_for_days is {self.changeable_for_days}: give at least "
                f"{SHORTEST_GRACE_DAYS} days to find a mistake before the lock is final"
            )
        if self.cold_after_days is None:
            return
        if self.cold_after_days < 1 or self.days - self.cold_after_days < COLD_DAYS:
            raise ValueError(
                f"backups move to cold storage after {self.cold_after_days} of {self.days} days: "
                f"give 1 day or more, and leave {COLD_DAYS} for cold storage, or give None"
            )

    @property
    def lifecycle(self) -> dict[str, int]:
        """The same as a rule of a backup plan says it."""
        cold = {} if self.cold_after_days is None else {"cold_storage_after": self.cold_after_days}
        return {"delete_after": self.days, **cold}
