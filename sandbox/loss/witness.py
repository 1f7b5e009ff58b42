"""What goes on at both sites beside objects and predictions, and is compared as well."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol


class Witness(Protocol):
    """One thing that both sites hold, such as topics."""

    name: str
    """What it is called in the report."""
    stand_ins: Sequence[str]
    """What of it is not the real thing."""

    def begin(self) -> None:
        """Let it work at both sites, without an end."""

    def lose(self) -> None:
        """Kill what of it is at site one, with SIGKILL."""

    def compare(self, lost_at: datetime) -> Mapping[str, Any]:
        """What site two holds of it; under `faults` what did not hold.

        Args:
            lost_at: When site one was killed.
        """

    def end(self) -> None:
        """End what still runs of it; nothing where nothing does."""
